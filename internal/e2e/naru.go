// Package e2e runs the real naru between real servers and compares what arrives
// with what was logged.
package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/servers"
)

// Binary builds naru once for the tests of a package.
type Binary struct {
	// Prepare, when not nil, gives more flags for go build; what it writes to dir
	// stays until Remove.
	Prepare func(dir string) (flags []string, err error)

	once sync.Once
	dir  string
	path string
	err  error
}

// Path builds the binary at its first call.
func (b *Binary) Path(t testing.TB) string {
	t.Helper()
	b.once.Do(func() {
		if b.dir, b.err = os.MkdirTemp("", "naru-e2e-"); b.err != nil {
			return
		}
		b.path = filepath.Join(b.dir, "naru")
		args := []string{"build", "-o", b.path}
		if b.Prepare != nil {
			flags, err := b.Prepare(b.dir)
			if err != nil {
				b.err = fmt.Errorf("prepare the build of naru: %w", err)
				return
			}
			args = append(args, flags...)
		}
		_, file, _, _ := runtime.Caller(0)
		cmd := exec.Command("go", append(args, "./cmd/naru")...)
		cmd.Dir = filepath.Join(filepath.Dir(file), "..", "..")
		if out, err := cmd.CombinedOutput(); err != nil {
			b.err = fmt.Errorf("build naru: %w\n%s", err, out)
		}
	})
	if b.err != nil {
		t.Fatal(b.err)
	}
	return b.path
}

// Remove deletes the binary. Call it at the end of TestMain.
func (b *Binary) Remove() {
	if b.dir != "" {
		_ = os.RemoveAll(b.dir) // a leftover in the temporary directory harms nobody
	}
}

// Process is a running naru.
type Process struct {
	t    testing.TB
	cmd  *exec.Cmd
	log  *lockedBuffer
	done chan struct{} // closed when the process has ended
}

// Start runs naru with arguments and environment entries. What it logs is shown
// when the test fails; the process ends with the test.
func (b *Binary) Start(t testing.TB, env []string, args ...string) *Process {
	t.Helper()
	p := &Process{t: t, cmd: exec.Command(b.Path(t), args...), log: &lockedBuffer{}, done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait() // ProcessState tells
	}()
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Logf("naru %s, the end of its log:\n%s", strings.Join(args, " "), servers.TailOf(p.log.String(), 60))
		}
	})
	return p
}

// Run runs naru to its end and gives what it printed and its exit status.
func (b *Binary) Run(t testing.TB, env []string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	cmd := exec.Command(b.Path(t), args...)
	cmd.Env = append(os.Environ(), env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// Stop asks the process to drain and waits for exit status 0.
func (p *Process) Stop() {
	p.t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	if status := p.Wait(30 * time.Second); status != 0 {
		p.t.Errorf("naru ended with status %d after SIGTERM", status)
	}
}

// End asks the process to drain and waits for its end, whatever came of it.
func (p *Process) End() {
	p.t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	p.Wait(30 * time.Second)
}

// Kill is kill -9.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// Ended reports whether the process has ended, for whatever reason.
func (p *Process) Ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// Signal sends a signal.
func (p *Process) Signal(s os.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// Wait waits for the end and gives the exit status; -1 when it was killed for
// taking longer than limit.
func (p *Process) Wait(limit time.Duration) int {
	p.t.Helper()
	timer := time.AfterFunc(limit, func() {
		p.t.Errorf("naru did not end within %v", limit)
		_ = p.cmd.Process.Kill()
	})
	defer timer.Stop()
	<-p.done
	return p.cmd.ProcessState.ExitCode()
}

// PeakMemory is the most memory that the process had resident so far, in bytes.
func (p *Process) PeakMemory() int {
	p.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		p.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	var kib int
	if _, err := fmt.Sscanf(rest, "%d kB", &kib); err != nil {
		p.t.Fatalf("no VmHWM in the status of the process: %v", err)
	}
	return kib << 10
}

// Log is what the process printed so far.
func (p *Process) Log() string { return p.log.String() }

// Eventually waits until ok, or fails the test with what describe says.
func Eventually(t testing.TB, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", limit, what)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// lockedBuffer is a buffer that a process writes and a test reads.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
