package checkpoint

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Commit makes durable what was put so far, that of the participants included.
// Commits from several goroutines share their work: who comes while one is under
// way finds nothing left to write. An error means that nothing since the last
// success can be relied on; the next commit tries again.
func (s *Store) Commit() error { return s.commit(false) }

func (s *Store) commit(clean bool) error {
	s.committing.Lock()
	defer s.committing.Unlock()
	if s.closed {
		return ErrClosed
	}
	s.mu.Lock()
	parts := append([]*Participant(nil), s.parts...)
	s.mu.Unlock()
	for _, p := range parts {
		(*p).Collect()
	}
	err := s.write(clean)
	s.settle(err)
	for _, p := range parts {
		(*p).Committed(err)
	}
	return err
}

// write brings the log up to date. After an error it cannot be known what of the
// log is on the disk, so the next write replaces it.
func (s *Store) write(clean bool) error {
	err := s.append(clean)
	if err != nil {
		s.rewrite = true
	}
	return err
}

func (s *Store) append(clean bool) error {
	s.buf = s.buf[:0]
	if cap(s.buf) > minRewrite {
		s.buf = nil
	}
	if s.written > s.snapshot+max(minRewrite, 2*s.snapshot) {
		s.rewrite = true
	}
	if s.rewrite {
		return s.replace(clean)
	}
	s.encodeChanges()
	if clean {
		s.buf = appendClean(s.buf)
	}
	if len(s.buf) == 0 {
		return nil
	}
	if _, err := s.file.Write(s.buf); err != nil {
		return fmt.Errorf("write checkpoint: %w", err)
	}
	if err := s.file.Sync(); err != nil {
		return fmt.Errorf("sync checkpoint: %w", err)
	}
	s.written += int64(len(s.buf))
	return nil
}

// encodeChanges fills buf with the records of what changed.
func (s *Store) encodeChanges() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.changed {
		if h := c.space.files[c.id]; h != nil {
			h.changed = false
			s.buf = appendPut(s.buf, &h.Entry)
		} else {
			s.buf = appendDelete(s.buf, c.space.name, c.id)
		}
	}
	s.changed = s.changed[:0]
}

// encodeAll fills buf with a whole log.
func (s *Store) encodeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buf = appendHeader(s.buf)
	for _, ns := range s.spaces {
		for _, h := range ns.files {
			h.changed = false
			s.buf = appendPut(s.buf, &h.Entry)
		}
	}
	s.changed = s.changed[:0]
}

// replace writes the log anew beside the old one and renames it over that. At
// every moment one of the two is whole.
func (s *Store) replace(clean bool) error {
	if s.file != nil {
		s.file.Close() // it is given up whatever it says
		s.file = nil
	}
	s.encodeAll()
	if clean {
		s.buf = appendClean(s.buf)
	}
	path, tmp := filepath.Join(s.dir, logName), filepath.Join(s.dir, tmpName)
	f, err := s.fs.Create(tmp)
	if err != nil {
		return fmt.Errorf("make checkpoint: %w", err)
	}
	if err := s.install(f, tmp, path); err != nil {
		return errors.Join(err, f.Close())
	}
	s.file, s.rewrite = f, false
	s.written = int64(len(s.buf))
	s.snapshot = s.written
	return nil
}

func (s *Store) install(f logFile, tmp, path string) error {
	_, err := f.Write(s.buf)
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		if rm := s.fs.Remove(tmp); rm != nil && !errors.Is(rm, os.ErrNotExist) {
			err = errors.Join(err, rm)
		}
		return fmt.Errorf("write checkpoint: %w", err)
	}
	if err := s.fs.Rename(tmp, path); err != nil {
		return fmt.Errorf("replace checkpoint: %w", err)
	}
	if err := s.fs.SyncDir(s.dir); err != nil {
		return fmt.Errorf("sync state directory: %w", err)
	}
	return nil
}

// settle keeps the outcome for Err and tells the operator when it changes.
func (s *Store) settle(err error) {
	s.mu.Lock()
	before := s.err
	s.err = err
	s.mu.Unlock()
	switch {
	case err != nil && (before == nil || before.Error() != err.Error()):
		s.log.Error("positions cannot be saved: reading goes on only as far as can be repeated after a crash, and this is tried again until it works", "directory", s.dir, "err", err)
	case err == nil && before != nil:
		s.log.Info("positions are saved again", "directory", s.dir)
	}
}
