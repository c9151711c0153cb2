package servers

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

func TestKillEndsTheWholeGroup(t *testing.T) {
	dir := t.TempDir()
	pidFile := filepath.Join(dir, "child.pid")
	p, err := Launch(Command{Name: "sleeper", Path: "sh", Log: filepath.Join(dir, "log"),
		Args: []string{"-c", "sleep 600 & echo $! >" + pidFile + "; wait"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	var child int
	err = p.Await(t.Context(), func(context.Context) error {
		b, err := os.ReadFile(pidFile)
		if err == nil {
			child, err = strconv.Atoi(strings.TrimSpace(string(b)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Kill()
	if stat, err := os.ReadFile("/proc/" + strconv.Itoa(child) + "/stat"); err == nil && !strings.Contains(string(stat), ") Z ") {
		t.Errorf("the server's child %d outlived Kill: %s", child, stat)
	}
	if err := p.Signal(syscall.SIGHUP); err == nil {
		t.Error("Signal to a process that has ended gives no error")
	}
}

func TestStopLetsTheServerFinish(t *testing.T) {
	dir := t.TempDir()
	p, err := Launch(Command{Name: "polite", Path: "sh", Log: filepath.Join(dir, "log"),
		Args: []string{"-c", "trap 'echo finished; exit 0' TERM; echo up; while :; do sleep 0.05; done"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	err = p.Await(t.Context(), func(context.Context) error {
		if !strings.Contains(p.LogTail(5), "up") {
			return errors.New("silent")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Stop(time.Minute)
	if got := p.LogTail(1); got != "finished" {
		t.Errorf("last line of the log is %q, want %q", got, "finished")
	}
}

func TestAwaitSaysWhyAServerEnded(t *testing.T) {
	p, err := Launch(Command{Name: "broken", Path: "sh", Log: filepath.Join(t.TempDir(), "log"),
		Args: []string{"-c", "echo no such directive: Lisen; exit 3"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	err = p.Await(t.Context(), func(context.Context) error { return errors.New("refused") })
	for _, want := range []string{"broken", "exit status 3", "no such directive: Lisen"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Await: %v, want it to say %q", err, want)
		}
	}
}

func TestAwaitEndsWithItsContext(t *testing.T) {
	p, err := Launch(Command{Name: "slow", Path: "sleep", Args: []string{"600"}, Log: filepath.Join(t.TempDir(), "log")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	ctx, cancel := context.WithCancel(t.Context())
	err = p.Await(ctx, func(context.Context) error { cancel(); return errors.New("refused") })
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("Await: %v, want it to be canceled and to name the last reason", err)
	}
}

func TestLaunchOfAMissingProgramSaysHowToGetIt(t *testing.T) {
	_, err := Launch(Command{Name: "ghost", Path: "naru-no-such-program", Log: filepath.Join(t.TempDir(), "log")})
	if err == nil || !strings.Contains(err.Error(), "internal/servers/install") {
		t.Errorf("Launch: %v, want it to name the installer", err)
	}
}

func TestFreePortsAreDistinctAndFree(t *testing.T) {
	ports, err := FreePorts(20)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for _, p := range ports {
		if seen[p] {
			t.Errorf("port %d was given twice", p)
		}
		seen[p] = true
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(p))
		if err != nil {
			t.Errorf("port %d is not free: %v", p, err)
			continue
		}
		l.Close()
	}
}

func TestCachedBuildsOnce(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	var built atomic.Int32
	build := func(dir string) error {
		built.Add(1)
		return os.WriteFile(filepath.Join(dir, "file"), []byte("x"), 0o644)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			dir, err := Cached("thing-1.0", build)
			if err != nil {
				t.Error(err)
			} else if _, err := os.Stat(filepath.Join(dir, "file")); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := built.Load(); n != 1 {
		t.Errorf("built %d times, want once", n)
	}
}

func TestCachedLeavesNothingAfterAFailure(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	torn := errors.New("torn archive")
	if _, err := Cached("thing-1.0", func(string) error { return torn }); !errors.Is(err, torn) {
		t.Errorf("Cached: %v, want %v", err, torn)
	}
	dir, err := Cached("thing-1.0", func(dir string) error {
		return os.WriteFile(filepath.Join(dir, "file"), nil, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(dir), ".fill-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestReadableCopiesOnlyWhatOthersCannotReach(t *testing.T) {
	if os.Geteuid() != 0 {
		dir := t.TempDir()
		if got, err := Readable(dir); err != nil || got != dir {
			t.Errorf("Readable = %q, %v; a server of the same user can read %q", got, err, dir)
		}
		return
	}
	closed := t.TempDir() // testing.T's directories are closed to others
	t.Setenv("XDG_CACHE_HOME", closed)
	t.Setenv("TMPDIR", t.TempDir())
	dir, err := Cached("thing-1.0", func(dir string) error {
		return os.WriteFile(filepath.Join(dir, "run"), []byte("x"), 0o755)
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Readable(dir)
	if err != nil || got == dir {
		t.Fatalf("Readable = %q, %v; want a copy of %q", got, err, dir)
	}
	info, err := os.Stat(filepath.Join(got, "run"))
	if err != nil || info.Mode().Perm()&0o555 != 0o555 {
		t.Errorf("the copy is not readable and executable for all: %v %v", info, err)
	}
	if _, err := Readable("/root"); err == nil {
		t.Error("Readable copies what is not in the cache")
	}
}
