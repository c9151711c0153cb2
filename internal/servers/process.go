package servers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// Command says how to start a server process.
type Command struct {
	Name         string   // for messages
	Path         string   // the program, looked up in PATH when it has no slash
	Args         []string // without the program's own name
	Env          []string // added to the environment of this process
	Dir          string   // working directory
	Log          string   // file that standard output and error are appended to
	Unprivileged bool     // run as Nobody when this process is root
}

// Process is a server that Launch started. It leads a process group of its own.
// Its methods may be called from several goroutines.
type Process struct {
	name string
	log  string
	pid  int
	done chan struct{}
	err  error // why it ended; set before done is closed
}

// Launch starts c. The process receives SIGTERM when this one dies, however it
// dies. Stop or Kill must be called to release it.
func Launch(c Command) (*Process, error) {
	path, err := exec.LookPath(c.Path)
	if err != nil {
		// Debian keeps daemons where the PATH of plain users does not reach.
		path, err = exec.LookPath(filepath.Join("/usr/sbin", c.Path))
	}
	if err != nil {
		return nil, fmt.Errorf("start %s: %w (run: go run ./internal/servers/install)", c.Name, err)
	}
	out, err := os.OpenFile(c.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("start %s: open its log: %w", c.Name, err)
	}
	defer out.Close()

	cmd := exec.Command(path, c.Args...)
	cmd.Env = append(os.Environ(), c.Env...)
	cmd.Dir = c.Dir
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if c.Unprivileged && os.Geteuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: NobodyID, Gid: NobodyID}
	}

	p := &Process{name: c.Name, log: c.Log, done: make(chan struct{})}
	started := make(chan error, 1)
	go p.run(cmd, started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Name, err)
	}
	return p, nil
}

// run starts cmd and waits for it on one operating-system thread: the kernel
// sends the parent-death signal when the thread that forked ends, not when the
// process does, so that thread has to live as long as the child.
func (p *Process) run(cmd *exec.Cmd, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		started <- err
		return
	}
	p.pid = cmd.Process.Pid
	started <- nil
	p.err = cmd.Wait()
	close(p.done)
}

// PID is the process's id, which is also the id of its group.
func (p *Process) PID() int { return p.pid }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Signal sends sig to the process alone, not to its group.
func (p *Process) Signal(sig syscall.Signal) error {
	select {
	case <-p.done:
		return fmt.Errorf("signal %s: it has ended: %v", p.name, p.err)
	default:
	}
	if err := syscall.Kill(p.pid, sig); err != nil {
		return fmt.Errorf("signal %s: %w", p.name, err)
	}
	return nil
}

// Kill sends SIGKILL to the whole group and returns when nothing of it runs.
func (p *Process) Kill() {
	syscall.Kill(-p.pid, syscall.SIGKILL) // an error means that the group is gone already
	<-p.done
	deadline := time.Now().Add(10 * time.Second)
	for groupRuns(p.pid) && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
}

// Stop asks the process to end with SIGTERM, waits for at most grace, and kills
// what is left of its group.
func (p *Process) Stop(grace time.Duration) {
	syscall.Kill(p.pid, syscall.SIGTERM) // an error means that it is gone already
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.done:
	case <-timer.C:
	}
	p.Kill()
}

// LogTail gives the last n lines that the process wrote.
func (p *Process) LogTail(n int) string { return Tail(p.log, n) }

// Await polls ready every 50 ms until it returns nil. It gives up when the
// process ends or ctx does, with the last reason and the end of the log.
func (p *Process) Await(ctx context.Context, ready func(context.Context) error) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	last := errors.New("not asked yet")
	for {
		select {
		case <-p.done:
			return fmt.Errorf("%s ended before it was ready (%v); end of %s:\n%s", p.name, p.err, p.log, p.LogTail(40))
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w: %v; end of %s:\n%s", p.name, ctx.Err(), last, p.log, p.LogTail(40))
		case <-tick.C:
			if last = ready(ctx); last == nil {
				return nil
			}
		}
	}
}

// Tail gives the last n lines of a file, or why it cannot be read.
func Tail(path string, n int) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return TailOf(string(b), n)
}

// longestLine is how much of a log's line is shown: Java's can fill a screen.
const longestLine = 240

// TailOf gives the last n lines of a text, each cut to a readable length.
func TailOf(text string, n int) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if len(lines) > n {
		lines = lines[len(lines)-n:]
	}
	for i, l := range lines {
		if len(l) > longestLine {
			lines[i] = l[:longestLine] + "…"
		}
	}
	return strings.Join(lines, "\n")
}
