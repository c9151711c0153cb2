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
// beside them, first by inode, then by content, and for generations of their logs
// that were never seen.
func (s *scanner) search(orphans []*file) {
	now := s.in.now()
	searched := map[string]*area{}
	keys := map[key]bool{}
	within := func(dir string) *area {
		dir = filepath.Clean(dir)
		if searched[dir] == nil {
			searched[dir] = &area{stems: map[string]bool{}, gaps: map[string][]*gap{}}
		}
		return searched[dir]
	}
	for _, f := range orphans {
		f.mu.Lock()
		due := !f.nextSearch.After(now) && !(f.place == lost && f.finished)
		paths := []string{f.location, f.src.Path}
		k := f.key
		f.mu.Unlock()
		if due {
			keys[k] = true
			s.areas(paths, within, func(a *area) {})
		}
	}
	for path, g := range s.gaps {
		if now.After(g.until) {
			delete(s.gaps, path)
			continue
		}
		if !g.next.After(now) {
			s.areas([]string{path}, within, func(a *area) { a.addGap(g) })
			g.pause = min(max(2*g.pause, searchEvery), searchSeldom)
			g.next = now.Add(g.pause)
		}
		s.searchSoon(g.next)
	}
	for dir, a := range searched {
		a.beside = s.siblings(dir, a.stems, keys)
		s.followRenamed(a.beside)
	}
	for _, a := range searched {
		s.findContent(a)
	}
	for _, f := range orphans {
		s.settle(f, now)
	}
}

// area is a directory that is searched.
type area struct {
	stems  map[string]bool // of the names whose rotated forms are of interest
	gaps   map[string][]*gap
	beside []candidate
}

func (a *area) addGap(g *gap) {
	st := stem(filepath.Base(g.path))
	a.gaps[st] = append(a.gaps[st], g)
}

// areas visits the directories in which rotated forms of paths may lie.
func (s *scanner) areas(paths []string, within func(string) *area, visit func(*area)) {
	for _, p := range paths {
		for _, dir := range append([]string{filepath.Dir(p)}, s.in.cfg.RotatedDirs...) {
			a := within(dir)
			a.stems[stem(filepath.Base(p))] = true
			visit(a)
		}
	}
}

// gap is a time during which generations of a log may have come and gone unseen,
// since the file at its path was rotated away.
type gap struct {
	path  string
	since time.Time
	until time.Time // when it is no longer looked into
	next  time.Time
	pause time.Duration
}

// gapOpen is how long generations that were missed are looked for: the rotation
// may be under way.
const gapOpen = 5 * time.Minute

// noteGap remembers that a file has left path, or may have, after since.
func (s *scanner) noteGap(path string, since time.Time) {
	now := s.in.now()
	if since.After(now) {
		since = now.Add(-s.in.cfg.ForgetAfter) // the clock was set back meanwhile
	}
	g := s.gaps[path]
	if g == nil {
		g = &gap{path: path, since: since}
		s.gaps[path] = g
	}
	if since.Before(g.since) {
		g.since = since
	}
	g.until, g.next, g.pause = now.Add(gapOpen), now, 0
	s.searchSoon(now)
}

// siblings lists the files of a directory that may be rotated forms of stems, and
// those of the keys, whatever their names: a link that went on to the next file
// says nothing of the name of the last.
func (s *scanner) siblings(dir string, stems map[string]bool, keys map[key]bool) []candidate {
	list, err := os.ReadDir(dir)
	if err != nil {
		if !errors.Is(err, os.ErrNotExist) {
			s.complain("list", dir, err)
			s.unclear[dir] = err // unclear is not gone
		}
		return nil
	}
	var out []candidate
	for _, e := range list {
		if !e.Type().IsRegular() {
			continue
		}
		related := relatedToAny(stems, e.Name())
		if !related && len(keys) == 0 {
			continue
		}
		path := filepath.Join(dir, e.Name())
		info, err := os.Stat(path)
		if err == nil && info.Mode().IsRegular() && (related || keys[keyOf(info)]) {
			out = append(out, candidate{path: path, info: info, key: keyOf(info), rotated: true})
		}
	}
	return out
}

func relatedToAny(stems map[string]bool, name string) bool {
	for n := range len(name) {
		if stems[name[:n+1]] {
			return true
		}
	}
	return false
}

// followRenamed finds files that only have another name now.
func (s *scanner) followRenamed(beside []candidate) {
	for _, c := range beside {
		f := s.holder(c)
		if f == nil {
			continue
		}
		f.mu.Lock()
		if f.place != moved || f.location != c.path {
			s.in.metrics.rotations.WithLabelValues(byRename).Inc()
			s.in.log.Info("file was rotated", "was", f.location, "is", c.path)
			f.place, f.location, f.rotatedAt = moved, c.path, s.in.now()
			f.grew = s.in.now()
			f.markDirty()
			s.noteGap(f.src.Path, f.fresh())
			s.in.queue.wake(f)
		}
		f.observe(c.info, s.in.now())
		f.mu.Unlock()
	}
}

// holder gives the file that is known by the key of a candidate and is not at its
// place any more.
func (s *scanner) holder(c candidate) *file {
	for f := s.table[c.key]; f != nil && !f.placed(); {
		if s.verify(f, c.path, c.info) {
			return f
		}
		next := s.table[c.key]
		if next == f {
			return nil
		}
		f = next
	}
	return nil
}

// placed reports whether the file lies at a path of the globs, as far as is known.
func (f *file) placed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.place == placed && sameKey(f.location, f.key)
}

// findContent finds files whose content went into another file: a copy, or a
// compressed one. What it cannot place may be a generation that was never seen.
func (s *scanner) findContent(a *area) {
	var x *index
	for _, c := range a.beside {
		if s.table[c.key] != nil {
			continue
		}
		if x == nil {
			x = newIndex(s.known)
		}
		g := a.missed(c, clockSlack+s.setBack)
		if g != nil {
			c.origin = g.path
		}
		s.resolveOne(c, x, g != nil)
	}
}

// clockSlack is how far the times of files may lag behind the clock.
const clockSlack = 10 * time.Millisecond

// missed finds the log of which a file is a generation that nobody saw: it is
// named like a rotated one, and was written to after the file that was followed
// was last known to be in its place, as far as the times can be trusted.
func (a *area) missed(c candidate, slack time.Duration) *gap {
	name := filepath.Base(c.path)
	for n := range len(name) {
		for _, g := range a.gaps[name[:n+1]] {
			if generation(filepath.Base(g.path), name) && c.info.ModTime().After(g.since.Add(-slack)) {
				return g
			}
		}
	}
	return nil
}

// settle decides what becomes of a file after a search.
func (s *scanner) settle(f *file, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.place == moved && sameKey(f.location, f.key) || s.unclear[f.location] != nil || s.unclear[filepath.Dir(f.location)] != nil {
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
			s.noteGap(f.src.Path, f.fresh())
			s.in.metrics.rotations.WithLabelValues(byDelete).Inc()
			s.in.log.Info("file was deleted; what is left of it is read", "path", f.location)
			s.in.queue.wake(f)
		}
	case f.place != lost:
		if s.table[f.key] == f {
			delete(s.table, f.key)
		}
		f.place, f.seen = lost, now
		s.noteGap(f.src.Path, f.fresh())
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
