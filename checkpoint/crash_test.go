package checkpoint

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// crashDisk is a disk that can lose power at any call. What is written is on it
// for certain only after Sync, a name only after SyncDir; of what is not synced
// any part of the bytes may have come to lie, and either the old or the new
// name. It can be full or broken too.
type crashDisk struct {
	mu    sync.Mutex
	now   map[string]*inode // names as the process sees them
	safe  map[string]*inode // names that survive
	calls int
	dieAt int // the call during which the power fails; 0 never
	dead  bool
	fail  func(op string) error
	rng   *rand.Rand
}

type inode struct {
	b    []byte
	safe []byte // what a power failure leaves for certain
}

var errPower = errors.New("power failure")

func newCrashDisk(seed uint64) *crashDisk {
	return &crashDisk{now: map[string]*inode{}, safe: map[string]*inode{}, rng: rand.New(rand.NewPCG(seed, 3))}
}

// enter counts a call and says how it ends.
func (d *crashDisk) enter(op string) error {
	if d.dead {
		return errPower
	}
	if d.calls++; d.calls == d.dieAt {
		d.dead = true
		return errPower
	}
	if d.fail != nil {
		return d.fail(op)
	}
	return nil
}

// restart gives the disk as it is found after the power failure.
func (d *crashDisk) restart() *crashDisk {
	d.mu.Lock()
	defer d.mu.Unlock()
	next := newCrashDisk(d.rng.Uint64())
	names := d.safe
	if d.rng.IntN(2) == 0 { // the directory may have been written without being asked to
		names = d.now
	}
	survivor := map[*inode]*inode{}
	for name, n := range names {
		if survivor[n] == nil {
			b := n.safe
			if len(n.b) > len(n.safe) { // a part of what was not synced, or garbage in its place
				extra := append([]byte(nil), n.b[len(n.safe):]...)
				extra = extra[:d.rng.IntN(len(extra)+1)]
				if d.rng.IntN(3) == 0 {
					clear(extra)
				}
				b = append(append([]byte(nil), b...), extra...)
			}
			survivor[n] = &inode{b: b, safe: b}
		}
		next.now[name], next.safe[name] = survivor[n], survivor[n]
	}
	return next
}

func (d *crashDisk) ReadFile(name string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.now[name]
	if n == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: os.ErrNotExist}
	}
	return append([]byte(nil), n.b...), nil
}

func (d *crashDisk) Create(name string) (logFile, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.enter("create")
	if err != nil && (!d.dead || d.rng.IntN(2) == 0) {
		return nil, err
	}
	n := &inode{}
	d.now[name] = n
	return &crashFile{d, n}, err
}

func (d *crashDisk) Rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.enter("rename")
	if err == nil || d.dead && d.rng.IntN(2) == 0 {
		if d.now[from] == nil {
			return os.ErrNotExist
		}
		d.now[to] = d.now[from]
		delete(d.now, from)
	}
	return err
}

func (d *crashDisk) Link(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.enter("link")
	if err == nil {
		d.now[to] = d.now[from]
	}
	return err
}

func (d *crashDisk) Remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.enter("remove")
	if err == nil {
		delete(d.now, name)
	}
	return err
}

func (d *crashDisk) SyncDir(string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.enter("syncdir")
	if err == nil || d.dead && d.rng.IntN(2) == 0 {
		d.safe = map[string]*inode{}
		for name, n := range d.now {
			d.safe[name] = n
		}
	}
	return err
}

type crashFile struct {
	d *crashDisk
	n *inode
}

func (f *crashFile) Write(b []byte) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	err := f.d.enter("write")
	if err != nil {
		b = b[:f.d.rng.IntN(len(b)+1)]
	}
	f.n.b = append(f.n.b, b...)
	return len(b), err
}

func (f *crashFile) Sync() error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	err := f.d.enter("sync")
	if err == nil || f.d.dead && f.d.rng.IntN(2) == 0 {
		f.n.safe = append([]byte(nil), f.n.b...)
	}
	return err
}

func (f *crashFile) Close() error { return nil }

// full makes everything that needs room fail.
func full(op string) error {
	switch op {
	case "create", "write":
		return &fs.PathError{Op: op, Path: filepath.Join("state", logName), Err: syscall.ENOSPC}
	}
	return nil
}
