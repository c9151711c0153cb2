package file

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// watcher gets notice of changes from the system. It only ever makes things
// faster: whatever it misses, the sweeps find. A nil watcher has no events.
type watcher struct {
	fs      *fsnotify.Watcher
	add     func(dir string) error
	dirs    map[string]bool
	targets map[string]string // by path of a link: the path of what it leads to
	byPath  map[string]*file
}

func newWatcher() (*watcher, error) {
	fs, err := fsnotify.NewBufferedWatcher(eventBatch) // so that events gather during eventPause
	if err != nil {
		return nil, err
	}
	return &watcher{fs: fs, add: fs.Add, dirs: map[string]bool{}, targets: map[string]string{}, byPath: map[string]*file{}}, nil
}

func (w *watcher) close() {
	if w != nil {
		w.fs.Close()
	}
}

func (w *watcher) events() <-chan fsnotify.Event {
	if w == nil {
		return nil
	}
	return w.fs.Events
}

func (w *watcher) errors() <-chan error {
	if w == nil {
		return nil
	}
	return w.fs.Errors
}

// forget makes follow watch every directory again: a notice that one has gone and
// come again may be among those that were lost.
func (w *watcher) forget() { clear(w.dirs) }

// follow watches the directories of a walk, those of the files, and where a
// directory does not exist the nearest one above it. It gives the first error that
// is not a directory's absence; what cannot be watched is for the sweeps.
func (w *watcher) follow(found *walk, files []*file) (first error) {
	if w == nil {
		return nil
	}
	want := make(map[string]bool, len(found.dirs))
	for dir := range found.dirs {
		for {
			if info, err := os.Stat(dir); err == nil && info.IsDir() || dir == "/" || dir == "." {
				break
			}
			dir = filepath.Dir(dir)
		}
		want[dir] = true
	}
	clear(w.byPath)
	for _, f := range files {
		f.mu.Lock()
		path, p := f.location, f.place
		f.mu.Unlock()
		if p != placed && p != moved {
			continue
		}
		w.byPath[path] = f
		if real := w.target(path, found); real != path {
			w.byPath[real] = f
			want[filepath.Dir(real)] = true
		}
	}
	for dir := range w.dirs {
		if !want[dir] {
			_ = w.fs.Remove(dir) // it may be gone already
			delete(w.dirs, dir)
		}
	}
	for dir := range want {
		if w.dirs[dir] {
			continue
		}
		switch err := w.add(dir); {
		case err == nil:
			w.dirs[dir] = true
		case first == nil && !errors.Is(err, os.ErrNotExist):
			first = fmt.Errorf("watch %s: %w", dir, err)
		}
	}
	return first
}

// target is where a path leads when it is a symbolic link.
func (w *watcher) target(path string, found *walk) string {
	if real, ok := w.targets[path]; ok {
		return real
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return path
	}
	w.targets[path] = real
	return real
}

// eventPause gathers events, so that a file that is written to all the time
// costs some tens of looks a second.
const eventPause = 20 * time.Millisecond

// eventBatch is how many events are handled at once.
const eventBatch = 1000

// changes handles an event and those that wait behind it.
func (s *scanner) changes(ctx context.Context, ev fsnotify.Event) {
	for range eventBatch {
		s.change(ev)
		select {
		case ev = <-s.watch.events():
		default:
			t := time.NewTimer(eventPause)
			defer t.Stop()
			select {
			case <-ctx.Done():
			case <-t.C:
			}
			return
		}
	}
}

// change handles one event. Writes wake the file's reader; anything else that
// concerns the globs is left to a sweep, which sees the whole.
func (s *scanner) change(ev fsnotify.Event) {
	f := s.watch.byPath[ev.Name]
	switch {
	case ev.Op == fsnotify.Chmod:
		if f != nil {
			s.in.queue.wake(f)
		} else if s.names(ev.Name) {
			s.soon()
		}
	case ev.Op == fsnotify.Write:
		if f != nil {
			s.in.queue.wake(f)
		} else if s.names(ev.Name) {
			s.soon()
		}
	case f != nil || s.names(ev.Name) || s.watch.dirs[ev.Name]:
		delete(s.watch.targets, ev.Name)
		delete(s.watch.dirs, ev.Name) // a watch on what was removed or renamed is void
		s.soon()
	}
}

// names reports whether a glob names the path or a directory on the way to one.
func (s *scanner) names(path string) bool {
	for _, g := range s.in.globs {
		if g.matches(path) || g.below(path) {
			return true
		}
	}
	return false
}
