package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Interval is how often Run commits.
const Interval = time.Second

const (
	// minSpacing keeps requested commits apart: each costs an fsync.
	minSpacing = 20 * time.Millisecond
	// minRewrite is the least that is appended before the log is written anew.
	minRewrite = 1 << 20
)

// ErrClosed is returned for a commit after Close.
var ErrClosed = errors.New("checkpoint is closed")

// Participant takes part in commits. Both methods are called from the goroutine
// that commits, one commit at a time; they must not commit themselves.
type Participant interface {
	// Collect puts and deletes the entries that changed.
	Collect()
	// Committed tells whether all that was put before is durable.
	Committed(err error)
}

// Store is the checkpoint of one state directory. Its methods may be called
// from any goroutine.
type Store struct {
	dir  string
	fs   filesystem
	log  *slog.Logger
	lock io.Closer
	kick chan struct{}

	// committing is held through a commit: it guards the fields up to mu.
	committing sync.Mutex
	file       logFile
	written    int64 // bytes of the log
	snapshot   int64 // of which when it was last written anew
	rewrite    bool  // the log on disk cannot be appended to
	closed     bool
	buf        []byte

	mu      sync.Mutex
	spaces  map[string]*Namespace
	parts   []*Participant
	changed []change
	err     error
}

type change struct {
	space *Namespace
	id    uint64
}

// Namespace is the part of a store that belongs to one input.
type Namespace struct {
	store *Store
	name  string
	files map[uint64]*held // guarded by store.mu
}

type held struct {
	Entry
	changed bool // stands in store.changed
}

// Open locks the state directory and reads its checkpoint. The directory must
// exist, or its parent let it be made. A damaged checkpoint is recovered as far
// as it can be read and the damage logged; a *LockedError says that another
// process is at work. A disk that is full or read-only does not stop it: nothing
// is durable then, Commit says so, and later commits try again.
func Open(dir string, log *slog.Logger) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make state directory: %w", err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	s, err := open(dir, disk{}, log)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	s.lock = lock
	pid := strconv.AppendInt(nil, int64(os.Getpid()), 10)
	if err := os.WriteFile(filepath.Join(dir, pidName), append(pid, '\n'), 0o644); err != nil {
		log.Debug("process id not written", "err", err) // it only makes a message better
	}
	return s, nil
}

// open is Open on a given disk, without the lock.
func open(dir string, fs filesystem, log *slog.Logger) (*Store, error) {
	s := &Store{dir: dir, fs: fs, log: log, kick: make(chan struct{}, 1), rewrite: true, spaces: map[string]*Namespace{}}
	path := filepath.Join(dir, logName)
	b, err := fs.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read checkpoint: %w", err)
	}
	st, damage, err := decode(b)
	if err != nil {
		return nil, fmt.Errorf("read checkpoint %s: %w; use that one, or another state directory", path, err)
	}
	if damage != nil {
		damage.Path = path
		s.report(damage, path)
	}
	if !st.clean {
		st.distrust(damage != nil && !damage.Torn)
	}
	for name, files := range st.spaces {
		ns := s.namespace(name)
		for id, e := range files {
			ns.files[id] = &held{Entry: e}
		}
	}
	return s, nil
}

// report says what damage means and keeps the damaged file for whoever wants to
// know how it came.
func (s *Store) report(damage *CorruptionError, path string) {
	if damage.Torn {
		s.log.Warn("checkpoint ends in an unfinished record, as after a power failure; it was not relied on and is left out", "file", path, "offset", damage.Offset)
		return
	}
	kept := filepath.Join(s.dir, damagedName)
	if err := s.fs.Link(path, kept); err != nil {
		kept = "not kept: " + err.Error()
	}
	s.log.Error("checkpoint is damaged: going on with what could be read. Files whose last position is lost are read again from an earlier one; documents in Elasticsearch are not doubled by that, other outputs may get lines twice",
		"file", path, "offset", damage.Offset, "bytes", damage.Bytes, "err", damage.Err, "copy", kept)
}

// Namespace gives the part of an input, by the name of the pipeline and the
// place of the input in it.
func (s *Store) Namespace(name string) *Namespace {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.namespace(name)
}

func (s *Store) namespace(name string) *Namespace {
	ns := s.spaces[name]
	if ns == nil {
		ns = &Namespace{store: s, name: name, files: map[uint64]*held{}}
		s.spaces[name] = ns
	}
	return ns
}

// Files lists the entries of the namespace in no order.
func (ns *Namespace) Files() []Entry {
	ns.store.mu.Lock()
	defer ns.store.mu.Unlock()
	all := make([]Entry, 0, len(ns.files))
	for _, h := range ns.files {
		all = append(all, h.Entry)
	}
	return all
}

// Put stores an entry in memory, in place of the one with the same ID. The next
// successful commit makes it durable.
func (ns *Namespace) Put(e Entry) {
	e.Namespace = ns.name
	ns.store.mu.Lock()
	defer ns.store.mu.Unlock()
	h := ns.files[e.ID]
	if h == nil {
		h = &held{}
		ns.files[e.ID] = h
	}
	h.Entry = e
	if !h.changed {
		h.changed = true
		ns.store.changed = append(ns.store.changed, change{ns, e.ID})
	}
}

// Delete forgets an entry.
func (ns *Namespace) Delete(id uint64) {
	ns.store.mu.Lock()
	defer ns.store.mu.Unlock()
	if h := ns.files[id]; h != nil {
		delete(ns.files, id)
		if !h.changed {
			ns.store.changed = append(ns.store.changed, change{ns, id})
		}
	}
}

// Attach makes p take part in commits until detach is called; detach waits for
// a commit that is under way, so that p is not called after it.
func (ns *Namespace) Attach(p Participant) (detach func()) {
	s := ns.store
	entry := &p
	s.mu.Lock()
	s.parts = append(s.parts, entry)
	s.mu.Unlock()
	return func() {
		s.committing.Lock()
		defer s.committing.Unlock()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.parts = slices.DeleteFunc(s.parts, func(q *Participant) bool { return q == entry })
	}
}

// Commit is Store.Commit.
func (ns *Namespace) Commit() error { return ns.store.Commit() }

// Request is Store.Request.
func (ns *Namespace) Request() { ns.store.Request() }

// Request asks Run to commit soon. It does not block.
func (s *Store) Request() {
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// Err is why the last commit failed, nil when it did not: nothing is
// acknowledged as durable until it is nil again.
func (s *Store) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Run commits every Interval and on request until ctx ends.
func (s *Store) Run(ctx context.Context) error {
	t := time.NewTicker(Interval)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		case <-s.kick:
		}
		if s.Commit() == nil {
			pause(ctx, minSpacing)
		} else {
			pause(ctx, Interval)
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// Close commits, marks the checkpoint as stopped in order and gives up the lock.
func (s *Store) Close() error {
	err := s.commit(true)
	s.committing.Lock()
	defer s.committing.Unlock()
	s.closed = true
	if s.file != nil {
		err = errors.Join(err, s.file.Close())
		s.file = nil
	}
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
		s.lock = nil
	}
	return err
}
