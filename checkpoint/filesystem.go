package checkpoint

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// filesystem is what the store needs of the disk, so that tests can make it
// fail and lose what was not synced.
type filesystem interface {
	ReadFile(name string) ([]byte, error)
	Create(name string) (logFile, error) // truncates
	Rename(from, to string) error
	Link(from, to string) error // replaces to
	Remove(name string) error
	SyncDir(dir string) error
}

type logFile interface {
	Write(b []byte) (int, error)
	Sync() error
	Close() error
}

type disk struct{}

func (disk) ReadFile(name string) ([]byte, error) { return os.ReadFile(name) }
func (disk) Rename(from, to string) error         { return os.Rename(from, to) }
func (disk) Remove(name string) error             { return os.Remove(name) }

func (disk) Create(name string) (logFile, error) {
	return os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
}

func (disk) Link(from, to string) error {
	if err := os.Remove(to); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Link(from, to)
}

func (disk) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	return errors.Join(err, d.Close())
}

// LockedError says that another process works with the same state directory.
type LockedError struct {
	Dir string
	PID int // 0 when it is not known
}

// Error says who and what to do.
func (e *LockedError) Error() string {
	who := "another process"
	if e.PID != 0 {
		who = fmt.Sprintf("process %d", e.PID)
	}
	return fmt.Sprintf("state directory %s is in use by %s: stop it, or give this one a directory of its own with --state", e.Dir, who)
}

// lockDir keeps other processes out until the returned file is closed. The lock
// is on the directory itself, so that it works where nothing can be written.
func lockDir(dir string) (*dirLock, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("open state directory: %w", err)
	}
	err = syscall.Flock(int(d.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return &dirLock{d}, nil
	}
	d.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, &LockedError{Dir: dir, PID: readPID(dir)}
	}
	return nil, fmt.Errorf("lock state directory %s: %w", dir, err)
}

type dirLock struct{ dir *os.File }

// Close gives up the lock. It unlocks before it closes: a child process that was
// just forked may still share the descriptor.
func (l *dirLock) Close() error {
	err := syscall.Flock(int(l.dir.Fd()), syscall.LOCK_UN)
	return errors.Join(err, l.dir.Close())
}

func readPID(dir string) int {
	b, err := os.ReadFile(filepath.Join(dir, pidName))
	if err != nil {
		return 0
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	return pid
}
