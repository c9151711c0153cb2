package file

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/naru-log/naru/checkpoint"
	"github.com/naru-log/naru/event"
)

// single is one file with its reader and nobody who scans: a test says when
// what happens.
type single struct {
	t     *testing.T
	w     *writer
	in    *Input
	f     *file
	lines int
}

func newSingle(t *testing.T, lines int) *single {
	path := filepath.Join(t.TempDir(), "access.log")
	s := &single{t: t, w: &writer{t: t}}
	s.w.write(path, lines)
	store, err := checkpoint.Open(t.TempDir(), slog.New(slog.DiscardHandler))
	must(t, err)
	t.Cleanup(func() { store.Close() })
	cfg := Defaults()
	cfg.Paths, cfg.MaxLineBytes = []string{path}, minLineBytes
	s.in, err = New(cfg, Deps{Checkpoint: store.Namespace("test/0"), Budget: event.NewBudget(16 << 20), Logger: slog.New(slog.DiscardHandler)})
	must(t, err)
	info, err := os.Stat(path)
	must(t, err)
	s.f = &file{in: s.in, src: event.NewSource(1, path, time.Now()), key: keyOf(info), location: path, place: placed, recorded: true, headKept: checkpoint.MaxHead}
	t.Cleanup(func() { s.in.shut(s.f) })
	return s
}

// turn lets the reader read and checks how many lines there are now.
func (s *single) turn(lines int) {
	s.t.Helper()
	_, err := s.in.turn(s.t.Context(), s.f, func(_ context.Context, b *event.Batch) error {
		s.lines += len(b.Lines)
		b.Release()
		b.Done()
		return nil
	})
	must(s.t, err)
	if s.lines != lines {
		s.t.Errorf("%d lines emitted, want %d", s.lines, lines)
	}
}

// rewrite truncates the file and writes other content, as copytruncate leaves it.
func (s *single) rewrite(lines int) {
	must(s.t, os.WriteFile(s.f.location, []byte(s.w.next(lines)), 0o644))
}

func (s *single) wantReplaced() {
	s.t.Helper()
	if told := s.in.notices.take(); len(told) != 1 || told[0].what != replaced {
		s.t.Errorf("notices %v, want one that the file was replaced", told)
	}
}

// TestEveryReadCompares rewrites a file between two reads through an open handle,
// so that only the bytes before the position can tell.
func TestEveryReadCompares(t *testing.T) {
	s := newSingle(t, 100)
	s.turn(100)
	s.rewrite(1000)
	s.turn(100)
	s.wantReplaced()
}

// TestFirstReadAfterRestartCompares rewrites a file after it was opened at the
// position of the checkpoint and before it is read.
func TestFirstReadAfterRestartCompares(t *testing.T) {
	s := newSingle(t, 100)
	s.turn(100)
	s.in.shut(s.f)
	e := s.f.entry()
	s.f = s.in.fromEntry(e)
	s.f.place, s.f.recorded = placed, true
	must(t, s.f.open())
	s.rewrite(1000)
	s.turn(100)
	s.wantReplaced()
}

// tearing does something in the midst of a long read, which gives bytes of before
// and after it.
type tearing struct {
	io.ReaderAt
	tear func()
}

func (r *tearing) ReadAt(b []byte, off int64) (int, error) {
	half := len(b) / 2
	if half < chunkBytes/2 || r.tear == nil {
		return r.ReaderAt.ReadAt(b, off)
	}
	half = min(half, 16<<10)
	n, err := r.ReaderAt.ReadAt(b[:half], off)
	r.tear()
	r.tear = nil
	if err != nil {
		return n, err
	}
	m, err := r.ReaderAt.ReadAt(b[half:], off+int64(half))
	return n + m, err
}

// TestTornRead rewrites a file in the midst of a read, at its beginning and later.
func TestTornRead(t *testing.T) {
	for _, read := range []bool{false, true} {
		s := newSingle(t, 1000)
		lines := 0
		if read {
			s.turn(1000)
			lines = 1000
			s.w.write(s.f.location, 1000)
		} else { // what a first look knows
			b, err := os.ReadFile(s.f.location)
			must(t, err)
			s.f.head = checkpoint.Sign(b[:checkpoint.MaxHead])
			must(t, s.f.open())
		}
		s.f.reading.h.ReaderAt = &tearing{s.f.reading.h.file, func() { s.rewrite(5000) }}
		s.turn(lines)
		s.wantReplaced()
	}
}

// TestTornLongLine rewrites a file while the end of a long line is looked for.
func TestTornLongLine(t *testing.T) {
	s := newSingle(t, 100)
	s.turn(100)
	long := make([]byte, 4*chunkBytes)
	for i := range long {
		long[i] = 'x'
	}
	write(t, s.f.location, string(long))
	n := 0
	s.f.reading.h.ReaderAt = &counting{s.f.reading.h.file, func(off int64) {
		if off > 2*chunkBytes && n == 0 {
			n++
			s.rewrite(20000)
		}
	}}
	s.turn(100)
	s.wantReplaced()
	if n == 0 {
		t.Error("the end of the line was never looked for")
	}
}

// counting tells of each read before it is done.
type counting struct {
	io.ReaderAt
	tell func(off int64)
}

func (r *counting) ReadAt(b []byte, off int64) (int, error) {
	r.tell(off)
	return r.ReaderAt.ReadAt(b, off)
}
