package file

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// look does what is due between sweeps: it looks at files that changed lately,
// wakes those whose last line has waited long enough, and ends rotated ones.
func (s *scanner) look() {
	now := s.in.now()
	s.in.closeIdle(now) // before files are woken: those that wait for a reader stay open
	for _, f := range s.known {
		s.lookAt(f, now)
	}
	s.persist()
}

func (s *scanner) lookAt(f *file, now time.Time) {
	f.mu.Lock()
	f.settleBegin(now)
	if f.finished || f.place == lost || f.place == unplaced {
		f.mu.Unlock()
		return
	}
	wake := !f.wakeAt.IsZero() && !now.Before(f.wakeAt)
	if wake {
		f.wakeAt = time.Time{}
	}
	if (f.place == moved || f.place == gone) && f.quiet(now) {
		f.closing, wake = true, true
	}
	if f.blocked || f.failed != "" || f.place == gone {
		wake = true
	}
	due := !now.Before(f.nextLook) && f.lookEvery < s.in.cfg.SweepInterval && f.place != gone
	path := f.location
	f.mu.Unlock()
	if due {
		info, err := os.Stat(path)
		f.mu.Lock()
		if err == nil && keyOf(info) == f.key {
			f.observe(info, now)
		} else {
			f.nextLook = now.Add(f.lookEvery)
			if err == nil || errors.Is(err, os.ErrNotExist) {
				s.soon()
			}
		}
		f.mu.Unlock()
	}
	if wake {
		s.in.queue.wake(f)
	}
}

// quiet reports whether a rotated file has been unchanged for long and all of it
// was read. f.mu is held.
func (f *file) quiet(now time.Time) bool {
	return now.Sub(f.grew) > quietAfter && now.Sub(f.rotatedAt) > quietAfter && now.Sub(f.readAt) > quietAfter && !f.blocked
}

// readFailed handles a file that could not be opened or read. It is tried again;
// an error is never taken for the end of the file.
func (in *Input) readFailed(f *file, err error) {
	f.mu.Lock()
	k := f.key
	f.mu.Unlock()
	if f.reading.h != nil {
		k = f.reading.h.key
	}
	in.shut(f)
	switch {
	case errors.Is(err, errReplaced):
		in.notices.post(notice{f, replaced, k})
		return
	case errors.Is(err, errMoved), errors.Is(err, os.ErrNotExist):
		in.notices.post(notice{f, vanished, k})
		return
	}
	in.metrics.errors.WithLabelValues("read").Inc()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failed == err.Error() {
		return
	}
	f.failed = err.Error()
	hint := "it is tried again"
	switch {
	case errors.Is(err, os.ErrPermission):
		hint = "give the user that naru runs as the right to read it, for example by a group such as adm"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		hint = "raise the limit of open files (ulimit -n), or lower max_open_files"
	}
	in.log.Error("cannot read file", "path", f.location, "err", err, "hint", hint)
}

// finished reports whether a run that reads once has read everything, and what
// could not be read.
func (s *scanner) finished() (bool, error) {
	if !s.swept || !s.in.queue.quiet() || s.in.notices.pending() {
		return false, nil
	}
	var errs []error
	for _, err := range s.unclear {
		errs = append(errs, err)
	}
	followed := 0
	for _, f := range s.known {
		f.mu.Lock()
		p, drained, failed, recorded, done := f.place, f.drained, f.failed, f.recorded, f.finished
		f.mu.Unlock()
		switch {
		case p == lost || p == unplaced:
			continue
		case failed != "":
			errs = append(errs, errors.New(failed))
		case !recorded:
			if err := s.in.deps.Checkpoint.Commit(); err != nil {
				return true, err
			}
			return false, nil
		case !drained && !done:
			s.in.queue.wake(f)
			return false, nil
		}
		followed++
	}
	return true, errors.Join(errs...)
}

func (n *notices) pending() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.list) > 0
}
