package file

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	// minSweepGap keeps sweeps apart that events ask for.
	minSweepGap = 50 * time.Millisecond
	// sweepShare is how many times longer than a sweep the pause after it is.
	sweepShare = 100
	// quietAfter is how long a rotated file has to be unchanged, all of it read,
	// until nothing more is expected: servers that are reloaded gracefully write to
	// it for as long as their last connection lasts.
	quietAfter = 5 * time.Minute
)

// scanner finds files and keeps track of where they lie. One goroutine runs it.
type scanner struct {
	in        *Input
	table     map[key]*file   // by where they lie: placed, moved, gone
	rivals    map[key][]*file // of the checkpoint, with the same key as one in table: an inode was used again
	known     []*file         // all files, as in.files
	watch     *watcher
	toldAbs   map[string]string // what was said about a path or glob, so that it is said once
	toldWatch bool              // that directories cannot be watched
	fresh     bool              // the input has never run before
	swept     bool              // this run has
	gaps      map[string]*gap   // by path
	sweepAt   time.Time         // when the next sweep is due
	lastEnd   time.Time
	clockAt   time.Time     // when the clock was last looked at
	setBack   time.Duration // by how much the clock was set back in this run
	lastDur   time.Duration
	searchAt  time.Time        // when the next search for lost files is, zero when there is none
	unclear   map[string]error // paths and directories that the last sweep could not look at
}

func newScanner(in *Input) (*scanner, error) {
	s := &scanner{in: in, table: map[key]*file{}, rivals: map[key][]*file{}, toldAbs: map[string]string{}, gaps: map[string]*gap{}}
	entries := in.deps.Checkpoint.Files()
	s.fresh = len(entries) == 0
	for _, e := range entries {
		f := in.fromEntry(e)
		f.markDirty()
		s.known = append(s.known, f)
		if !f.finished && (f.location != f.src.Path || f.begin != "") {
			// the search for what came after it may not have ended, or another may
			// have begun as it does
			s.noteGap(f.src.Path, f.fresh())
		}
		if s.table[f.key] == nil {
			s.table[f.key] = f
		} else {
			s.rivals[f.key] = append(s.rivals[f.key], f)
		}
	}
	in.mu.Lock()
	in.files = slices.Clone(s.known)
	in.mu.Unlock()
	var err error
	s.watch, err = in.notify()
	if err != nil {
		in.log.Warn("no notice of file changes from the system: looking for them instead", "every", in.cfg.PollInterval, "err", err)
	}
	return s, nil
}

// run scans until ctx ends, or, when reading once, until everything is read.
func (s *scanner) run(ctx context.Context) error {
	defer s.watch.close()
	if len(s.in.cfg.Paths) == 0 {
		s.in.log.Info("no paths are given: nothing is followed")
	}
	s.in.log.Debug("following files", "paths", s.in.cfg.Paths, "remembered", len(s.known))
	tick := time.NewTicker(s.in.cfg.PollInterval)
	defer tick.Stop()
	for {
		s.heed()
		if now := s.in.now(); !now.Before(s.sweepAt) || !s.searchAt.IsZero() && !now.Before(s.searchAt) {
			s.sweep()
		}
		if s.in.deps.Once {
			if done, err := s.finished(); done {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			s.look()
		case <-s.in.notices.signal:
		case ev := <-s.watch.events():
			s.changes(ctx, ev)
		case err := <-s.watch.errors():
			s.in.log.Warn("notices of file changes were lost: looking at everything", "err", err)
			s.watch.forget()
			s.sweepAt = time.Time{}
		case <-s.due():
		}
	}
}

// due fires when the next sweep is, if that is before the next tick.
func (s *scanner) due() <-chan time.Time {
	if d := s.sweepAt.Sub(s.in.now()); d < s.in.cfg.PollInterval {
		return time.After(d)
	}
	return nil
}

// soon asks for a sweep as soon as the last one allows.
func (s *scanner) soon() {
	at := s.lastEnd.Add(max(minSweepGap, 20*s.lastDur))
	if at.Before(s.sweepAt) {
		s.sweepAt = at
	}
}

// heed acts on what the readers found out.
func (s *scanner) heed() {
	for _, n := range s.in.notices.take() {
		s.sweepAt = time.Time{}
		f := n.file
		f.mu.Lock()
		switch {
		case f.key != n.key:
			s.in.queue.wake(f) // it was found in another place meanwhile
		case n.what == replaced && f.place != lost:
			s.unplace(f)
		}
		f.mu.Unlock()
	}
}

// unplace takes a file out of its place, since what lies there is something else.
// f.mu is held.
func (s *scanner) unplace(f *file) {
	if s.table[f.key] == f {
		s.succeed(f)
	}
	s.in.metrics.rotations.WithLabelValues(byTruncate).Inc()
	s.in.log.Info("file was truncated or written anew", "path", f.location, "read", f.position, "id", f.src.ID)
	f.place, f.nextSearch = lost, time.Time{}
	s.noteGap(f.src.Path, f.fresh())
	f.seen = s.in.now()
	f.markDirty()
	s.soon()
}

// succeed takes a file out of the table that is not what lies at its key after
// all. Another one of the checkpoint may be: which of them had the inode last is
// only told by their content. was.mu is held.
func (s *scanner) succeed(was *file) {
	k := was.key
	delete(s.table, k)
	for len(s.rivals[k]) > 0 {
		f := s.rivals[k][0]
		s.rivals[k] = s.rivals[k][1:]
		if f != was && f.isUnplaced() {
			s.table[k] = f
			return
		}
	}
}

func (f *file) isUnplaced() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.place == unplaced
}

// sweep looks at everything that the globs name.
func (s *scanner) sweep() {
	start := s.in.now()
	s.searchAt = time.Time{}
	s.noticeClock(start)
	w := newWalk()
	for _, g := range s.in.globs {
		n := w.expand(g)
		s.reportGlob(g, n, w)
	}
	s.unclear = w.failed
	for dir, err := range w.failed {
		s.complain("list", dir, err)
	}
	seen, candidates := s.stat(w, start)
	orphans := s.missing(seen, w)
	s.resolve(candidates)
	s.doubts()
	s.search(orphans)
	if err := s.watch.follow(w, s.known); err != nil && !s.toldWatch {
		s.toldWatch = true
		s.in.log.Warn("no notice of changes in some directories: looking at them instead", "every", s.in.cfg.SweepInterval, "err", err,
			"hint", "raise fs.inotify.max_user_watches")
	}
	s.forget(start)
	s.lastDur = s.in.now().Sub(start)
	s.persist()
	s.swept = true
	s.lastEnd = s.in.now()
	s.sweepAt = s.lastEnd.Add(max(s.in.cfg.SweepInterval, sweepShare*s.lastDur))
}

// noticeClock finds out whether the clock was set back since it was last called:
// then the times of files say less about what came after what.
func (s *scanner) noticeClock(now time.Time) {
	if last := s.clockAt; !last.IsZero() {
		s.clockStep(now.Sub(last) - now.Round(0).Sub(last.Round(0))) // monotonic less wall clock
	}
	s.clockAt = now
}

func (s *scanner) clockStep(back time.Duration) {
	if back < time.Second {
		return // or it was set forward, which takes no file for an older one
	}
	s.setBack += back
	s.in.log.Warn("the clock was set back; rotated files that were never seen are told by their times less exactly", "by", back.Round(time.Millisecond))
}

// candidate is a file that was found and is not known.
type candidate struct {
	path    string
	info    os.FileInfo
	key     key
	rank    int    // how many other candidates it may have been rotated from
	rotated bool   // found beside a lost file: no glob names it
	origin  string // the path that it was rotated from, when that is not its own
	head    []byte // of its content, once it was opened
}

// stat looks at the paths that were found. Files that are known are confirmed,
// the rest returned. A path that cannot be looked at is unclear, not gone.
func (s *scanner) stat(w *walk, now time.Time) (seen map[key]bool, candidates []candidate) {
	seen = make(map[key]bool, len(w.found))
	for _, path := range sortedKeys(w.found) {
		if s.excluded(path) {
			continue
		}
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, os.ErrNotExist):
			continue
		case err != nil:
			s.unclear[path] = err
			s.complain("look at", path, err)
			continue
		case !info.Mode().IsRegular():
			if !info.IsDir() {
				s.complain("read", path, errors.New("it is not a regular file"))
			}
			continue
		}
		k := keyOf(info)
		if seen[k] {
			continue // another name of the same file
		}
		seen[k] = true
		if !s.confirmed(k, path, info, w, now) {
			candidates = append(candidates, candidate{path: path, info: info, key: k})
		}
	}
	return seen, inOrder(candidates)
}

// inOrder sorts candidates by age, but those that may be copies of others, by
// their names, behind them: a copy is known by comparing it with what is known.
func inOrder(candidates []candidate) []candidate {
	paths := make(map[string]bool, len(candidates))
	for _, c := range candidates {
		paths[c.path] = true
	}
	for i := range candidates {
		candidates[i].rank = origins(candidates[i].path, paths)
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int {
		return cmp.Or(a.rank-b.rank, a.info.ModTime().Compare(b.info.ModTime()))
	})
	return candidates
}

// confirmed reports whether what was found is one of the files that are known by k.
func (s *scanner) confirmed(k key, path string, info os.FileInfo, w *walk, now time.Time) bool {
	for f := s.table[k]; f != nil; {
		if s.confirm(f, path, info, w, now) {
			return true
		}
		next := s.table[k]
		if next == f {
			return false
		}
		f = next
	}
	return false
}

// confirm takes a file that is known as found at path. It returns false when only
// the inode is the same.
func (s *scanner) confirm(f *file, path string, info os.FileInfo, w *walk, now time.Time) bool {
	f.mu.Lock()
	sure := f.place != unplaced && f.location == path // if not, its reader finds out
	f.mu.Unlock()
	if !sure && !s.verify(f, path, info) {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.location != path && !(f.place == placed && w.found[f.location] && sameFile(f.location, info)) {
		if f.place == placed {
			s.in.metrics.rotations.WithLabelValues(byRename).Inc()
			s.in.log.Info("file was renamed", "from", f.location, "to", path)
		}
		f.location = path
		f.markDirty()
		s.in.queue.wake(f) // its reader may have looked for it where it was
	}
	f.place, f.closing, f.nextSearch, f.searchPause = placed, false, time.Time{}, 0
	f.observe(info, now)
	return true
}

// observe notes size and time of a file and wakes its reader when they changed.
// f.mu is held.
func (f *file) observe(info os.FileInfo, now time.Time) {
	in := f.in
	f.seen = now
	size, changed := info.Size(), info.ModTime()
	if size == f.size && changed.Equal(f.changed) && !f.grew.IsZero() {
		f.lookEvery = min(f.lookEvery*3/2, in.cfg.SweepInterval)
		f.nextLook = now.Add(f.lookEvery)
		if size > f.position && !f.finished && !f.compressed {
			in.queue.wake(f)
		}
		return
	}
	f.size, f.changed, f.grew = size, changed, now
	f.lookEvery = in.cfg.PollInterval
	f.nextLook = now.Add(f.lookEvery)
	if f.finished && (f.compressed || size == f.position || f.copyEnd > 0 && size >= f.copyEnd) {
		return
	}
	f.finished, f.failed, f.drained = false, "", false
	in.queue.wake(f)
}

func sameFile(path string, info os.FileInfo) bool {
	other, err := os.Stat(path)
	return err == nil && os.SameFile(info, other)
}

// missing gives the files that were at a path of the globs and are not any more.
func (s *scanner) missing(seen map[key]bool, w *walk) []*file {
	var orphans []*file
	for _, f := range s.known {
		f.mu.Lock()
		p, k, loc, finished := f.place, f.key, f.location, f.finished
		f.mu.Unlock()
		switch {
		case p == placed && seen[k] && s.table[k] == f, finished && p != placed && p != unplaced:
		case (p == placed || p == unplaced) && s.isUnclear(loc, w):
		case p == moved && sameKey(loc, k):
		default:
			orphans = append(orphans, f)
		}
	}
	return orphans
}

func sameKey(path string, k key) bool {
	info, err := os.Stat(path)
	if err != nil {
		return !errors.Is(err, os.ErrNotExist) // unclear is not gone
	}
	return keyOf(info) == k
}

// doubts looks for generations that came and went unseen because what came after
// them begins as they do, as far as they were known.
func (s *scanner) doubts() {
	for _, f := range s.known {
		f.mu.Lock()
		if f.doubted {
			f.doubted = false
			s.noteGap(f.src.Path, f.fresh())
		}
		f.mu.Unlock()
	}
}

// isUnclear reports whether a path could not be looked at, or a directory above.
func (s *scanner) isUnclear(path string, w *walk) bool {
	if len(s.unclear) == 0 {
		return false
	}
	for p := path; ; p = filepath.Dir(p) {
		if s.unclear[p] != nil || w.failed[p] != nil {
			return true
		}
		if p == "/" || p == "." {
			return false
		}
	}
}

// persist makes new identities durable before their files are read.
func (s *scanner) persist() {
	for _, f := range s.known {
		f.mu.Lock()
		waiting := !f.recorded && f.place != lost
		f.mu.Unlock()
		if waiting {
			_ = s.in.deps.Checkpoint.Commit() // the store tells; the next look tries again
			return
		}
	}
}

// forget drops files that have been gone for long.
func (s *scanner) forget(now time.Time) {
	keep := s.known[:0]
	for _, f := range s.known {
		if f.expired(now) && !s.in.handles.has(f) {
			s.in.deps.Checkpoint.Delete(f.src.ID)
			if s.table[f.key] == f {
				delete(s.table, f.key)
			}
			continue
		}
		keep = append(keep, f)
	}
	if len(keep) == len(s.known) && s.swept && len(s.in.files) == len(keep) {
		return
	}
	clear(s.known[len(keep):])
	s.known = keep
	s.in.mu.Lock()
	s.in.files = slices.Clone(keep)
	s.in.mu.Unlock()
}

func (f *file) expired(now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	idle := f.first == nil && !f.dirty
	if !idle || f.place != lost && (!f.finished || f.place == placed) || now.Sub(f.seen) <= f.in.cfg.ForgetAfter {
		return false
	}
	if f.place != lost && sameKey(f.location, f.key) {
		f.seen = now
		f.markDirty()
		return false
	}
	return true
}

func (s *scanner) excluded(path string) bool {
	for _, g := range s.in.exclude {
		if !strings.Contains(g.text, "/") && g.matches(filepath.Base(path)) || g.matches(path) {
			return true
		}
	}
	return false
}

func sortedKeys(m map[string]bool) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// complain tells about a failure once, until it is another one.
func (s *scanner) complain(verb, path string, err error) {
	s.in.metrics.errors.WithLabelValues(verb).Inc()
	if text := fmt.Sprint(verb, err); s.toldAbs[path] != text {
		s.toldAbs[path] = text
		s.in.log.Error("cannot "+verb+" file; it is tried again", "path", path, "err", err)
	}
}

// reportGlob tells once that a glob names nothing, and why that may be.
func (s *scanner) reportGlob(g *glob, n int, w *walk) {
	if n > 0 {
		delete(s.toldAbs, g.text)
		return
	}
	hint := "no file has this name yet; it is read as soon as it appears"
	for dir := range w.absent {
		if g.below(dir) {
			hint = "the directory " + dir + " does not exist yet"
		}
	}
	for dir, err := range w.failed {
		if g.below(dir) {
			hint = fmt.Sprintf("the directory %s cannot be listed: %v", dir, err)
		}
	}
	if s.toldAbs[g.text] != hint {
		s.toldAbs[g.text] = hint
		level := slog.LevelWarn
		if !s.in.cfg.WarnMissing {
			level = slog.LevelDebug
		}
		s.in.log.Log(context.Background(), level, "no file matches", "path", g.text, "hint", hint)
	}
}
