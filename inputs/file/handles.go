package file

import (
	"sync"
	"time"
)

// handles keeps the number of open files bounded.
type handles struct {
	mu   sync.Mutex
	open map[*file]struct{}
}

func (h *handles) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.open)
}

func (h *handles) list() []*file {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]*file, 0, len(h.open))
	for f := range h.open {
		all = append(all, f)
	}
	return all
}

func (h *handles) add(f *file) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open[f] = struct{}{}
	return len(h.open)
}

func (h *handles) has(f *file) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, ok := h.open[f]
	return ok
}

func (h *handles) remove(f *file) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.open, f)
}

// opened counts a file that its reader has opened, and makes room when there are
// too many.
func (in *Input) opened(f *file) {
	if in.handles.add(f) > in.cfg.MaxOpenFiles {
		in.closeLongestIdle(f)
	}
}

// shut closes the handle of a file that the caller has to itself.
func (in *Input) shut(f *file) {
	if f.reading.h != nil {
		f.reading.h.close()
		f.reading.h, f.reading.cut = nil, nil
		in.handles.remove(f)
	}
}

// closeLongestIdle closes what is beyond the limit and a tenth of it, so that the
// search for them is rare. Files that could not be opened again are spared.
func (in *Input) closeLongestIdle(except *file) {
	var held []*file
	for _, f := range in.handles.list() {
		if f != except && in.queue.seize(f) {
			held = append(held, f)
		}
	}
	keep := held[:0]
	for _, f := range held {
		if f.reopens() && f.reading.h != nil {
			keep = append(keep, f)
		} else {
			in.queue.done(f, false)
		}
	}
	sortByUse(keep)
	excess := in.handles.count() - in.cfg.MaxOpenFiles
	for i, f := range keep {
		if i < excess+in.cfg.MaxOpenFiles/10 {
			in.shut(f)
		}
		in.queue.done(f, false)
	}
}

// closeIdle closes the files that have not been read for a while, and those beyond
// the limit.
func (in *Input) closeIdle(now time.Time) {
	for _, f := range in.handles.list() {
		if !in.queue.seize(f) {
			continue
		}
		if h := f.reading.h; h != nil && f.mayClose(now.Sub(h.used)) {
			in.shut(f)
		}
		in.queue.done(f, false)
	}
	if in.handles.count() > in.cfg.MaxOpenFiles {
		in.closeLongestIdle(nil) // they were busy when others were opened
	}
}

// reopens reports whether the file can be opened again after it was closed.
func (f *file) reopens() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.place == placed || f.place == moved
}

// mayClose reports whether a file that was not read for a while may be closed: a
// deleted one only when it is certain that nothing more comes.
func (f *file) mayClose(unused time.Duration) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.finished || f.place != gone && unused >= f.in.cfg.CloseIdle
}
