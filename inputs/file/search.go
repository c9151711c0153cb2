package file

import (
	"errors"
	"os"
	"path/filepath"
	"time"
)

// searchEvery is how often a lost file is looked for at first; the pause doubles
// up to searchSeldom.
const (
	searchEvery  = time.Second
	searchSeldom = 5 * time.Minute
)

// search looks for files that have left their places among the rotated files
// beside them: first by inode, then by content.
func (s *scanner) search(orphans []*file) {
	now := s.in.now()
	beside := map[string][]candidate{} // by directory
	searched := map[string][]*file{}   // files to look for, by directory
	for _, f := range orphans {
		f.mu.Lock()
		due := !f.nextSearch.After(now) && !(f.place == lost && f.finished)
		dirs := []string{filepath.Dir(f.location)}
		path := f.src.Path
		f.mu.Unlock()
		if !due {
			continue
		}
		if d := filepath.Dir(path); d != dirs[0] {
			dirs = append(dirs, d)
		}
		for _, d := range append(dirs, s.in.cfg.RotatedDirs...) {
			searched[filepath.Clean(d)] = append(searched[filepath.Clean(d)], f)
		}
	}
	for dir, files := range searched {
		beside[dir] = s.siblings(dir, files)
	}
	for dir, files := range searched {
		s.followRenamed(files, beside[dir])
	}
	for dir, files := range searched {
		s.findContent(files, beside[dir])
	}
	for _, f := range orphans {
		s.settle(f, now)
	}
}

// siblings lists the files of a directory that may be rotated ones of files.
func (s *scanner) siblings(dir string, files []*file) []candidate {
	list, err := os.ReadDir(dir)
	if err != nil {
		if !errors.Is(err, os.ErrNotExist) {
			s.complain("list", dir, err)
			for _, f := range files { // unclear is not gone
				s.unclear[f.location] = err
			}
		}
		return nil
	}
	bases := map[string]bool{}
	for _, f := range files {
		bases[filepath.Base(f.src.Path)] = true
		bases[filepath.Base(f.location)] = true
	}
	var out []candidate
	for _, e := range list {
		if !e.Type().IsRegular() || !relatedToAny(bases, e.Name()) {
			continue
		}
		path := filepath.Join(dir, e.Name())
		info, err := os.Stat(path)
		if err == nil && info.Mode().IsRegular() {
			out = append(out, candidate{path: path, info: info, key: keyOf(info), rotated: true})
		}
	}
	return out
}

func relatedToAny(bases map[string]bool, name string) bool {
	for b := range bases {
		if name == b || related(b, name) {
			return true
		}
	}
	return false
}

// followRenamed finds files that only have another name now.
func (s *scanner) followRenamed(files []*file, beside []candidate) {
	for _, c := range beside {
		f := s.table[c.key]
		if f == nil || f.placed() {
			continue
		}
		if !s.verify(f, c.path, c.info) {
			continue
		}
		f.mu.Lock()
		if f.place != moved || f.location != c.path {
			s.in.metrics.rotations.WithLabelValues(byRename).Inc()
			s.in.log.Info("file was rotated", "was", f.location, "is", c.path)
			f.place, f.location, f.rotatedAt = moved, c.path, s.in.now()
			f.grew = s.in.now()
			f.markDirty()
			s.in.queue.wake(f)
		}
		f.observe(c.info, s.in.now())
		f.mu.Unlock()
	}
}

// placed reports whether the file lies at a path of the globs, as far as is known.
func (f *file) placed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.place == placed && sameKey(f.location, f.key)
}

// findContent finds files whose content went into another file: a copy, or a
// compressed one. What it cannot place may be a generation that was never seen.
func (s *scanner) findContent(files []*file, beside []candidate) {
	var x *index
	for _, c := range beside {
		if s.table[c.key] != nil {
			continue
		}
		if x == nil {
			x = newIndex(s.known)
		}
		origin, missed := s.missedGeneration(c, files)
		c.origin = origin
		s.resolveOne(c, x, missed)
	}
}

// clockSlack is how far the times of files may lag behind the clock.
const clockSlack = 10 * time.Millisecond

// missedGeneration reports whether a file beside lost ones came to be and was
// rotated away while nobody looked: it is named like a rotated one, and was
// written to after the file that was followed was last read.
func (s *scanner) missedGeneration(c candidate, files []*file) (origin string, missed bool) {
	for _, f := range files {
		f.mu.Lock()
		since := f.fresh().Add(-clockSlack)
		path := f.src.Path
		f.mu.Unlock()
		if generation(filepath.Base(path), filepath.Base(c.path)) && c.info.ModTime().After(since) {
			return path, true
		}
	}
	return "", false
}

// settle decides what becomes of a file after a search.
func (s *scanner) settle(f *file, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.place == moved && sameKey(f.location, f.key) || s.unclear[f.location] != nil {
		f.searchPause, f.nextSearch = 0, time.Time{}
		return
	}
	if f.place == placed && sameKey(f.location, f.key) {
		return
	}
	switch {
	case s.in.handles.has(f):
		if f.place != gone {
			f.place, f.rotatedAt = gone, now
			s.in.metrics.rotations.WithLabelValues(byDelete).Inc()
			s.in.log.Info("file was deleted; what is left of it is read", "path", f.location)
			s.in.queue.wake(f)
		}
	case f.place != lost:
		if s.table[f.key] == f {
			delete(s.table, f.key)
		}
		f.place, f.seen = lost, now
		f.markDirty()
		if f.size > f.position && !f.finished {
			s.in.log.Warn("file has vanished before all of it was read; it is looked for among rotated files", "path", f.location, "unread", f.size-f.position)
		}
	}
	if f.nextSearch.After(now) {
		return
	}
	f.searchPause = min(max(2*f.searchPause, searchEvery), searchSeldom)
	f.nextSearch = now.Add(f.searchPause)
	s.searchSoon(f.nextSearch)
}

// searchSoon makes a sweep happen when a search is due.
func (s *scanner) searchSoon(at time.Time) {
	if s.searchAt.IsZero() || at.Before(s.searchAt) {
		s.searchAt = at
	}
}
