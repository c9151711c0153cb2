package file

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/naru-log/naru/checkpoint"
	"github.com/naru-log/naru/event"
)

// TestCopiedAndRemoved moves a log as cp and rm do, as between file systems: its
// place is empty and the copy has an inode of its own.
func TestCopiedAndRemoved(t *testing.T) {
	for _, glob := range []string{"access.log", "access.log*"} {
		t.Run(glob, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "access.log")
			w := &writer{t: t}
			a := newAgent(t, newDelivery(t, 1), filepath.Join(dir, glob))
			w.write(path, 246)
			a.start()
			a.wait(w.lines...)
			must(t, a.store.Commit())
			a.kill()
			w.write(path, 100)
			copyFile(t, path, path+".1")
			must(t, os.Remove(path))
			a.start()
			a.wait(w.lines...)
			a.shutdown()
			a.check(w.lines...)
			if n := len(a.out.sources); n != 1 {
				t.Errorf("%d identities, want 1", n)
			}
		})
	}
}

// TestPlaceComesAndGoes compares the compressed form of a known file while the
// place where that file lay is taken and left by others again and again, as it is
// for moments in every rotation. It must never look like a file of its own.
func TestPlaceComesAndGoes(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log.1")
	w := &writer{t: t}
	w.write(path, 246)
	head, _, err := openHandle(path, false)
	must(t, err)
	first, err := readHead(head)
	must(t, err)
	head.close()
	gzipFileTo(t, path, path+".gz")
	h, info, err := openHandle(path+".gz", true)
	must(t, err)
	defer h.close()
	a := newAgent(t, newDelivery(t, 1), filepath.Join(dir, "access.log"))
	s := a.scanner()

	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if err := errors.Join(os.WriteFile(path, []byte("another\n"), 0o644), os.Remove(path)); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for range 20000 {
		f := &file{
			in: s.in, src: event.NewSource(newID(), filepath.Join(dir, "access.log"), s.in.now()),
			key: key{1, 1}, location: path, place: moved, head: checkpoint.Sign(first),
		}
		m := f.mark()
		if got := s.compare(candidate{path: path + ".gz", info: info, key: keyOf(info), rotated: true}, h, f, &m); got == unknown {
			t.Error("a known file was taken for one of its own")
			break
		}
	}
	close(stop)
	wg.Wait()
	must(t, a.store.Close())
}

// scanner gives a scanner that does not run.
func (a *agent) scanner() *scanner {
	a.t.Helper()
	log := slog.New(slog.DiscardHandler)
	store, err := checkpoint.Open(a.dir, log)
	must(a.t, err)
	a.store = store
	in, err := New(a.cfg, Deps{Checkpoint: store.Namespace("test/0"), Logger: log, Budget: event.NewBudget(8 << 20)})
	must(a.t, err)
	s, err := newScanner(in)
	must(a.t, err)
	a.t.Cleanup(s.watch.close)
	return s
}

// TestKeysMeet starts with a checkpoint in which a generation that has lost its
// place still has the inode that the log has now, in any order of the entries.
func TestKeysMeet(t *testing.T) {
	for range 8 { // the order in which the entries are listed is random
		dir := t.TempDir()
		path := filepath.Join(dir, "access.log")
		w := &writer{t: t}
		a := newAgent(t, newDelivery(t, 1), path)
		w.write(path, 100)
		a.start()
		a.wait(w.lines...)
		a.shutdown()
		store, err := checkpoint.Open(a.dir, slog.New(slog.DiscardHandler))
		must(t, err)
		ns := store.Namespace("test/0")
		for _, e := range ns.Files() {
			for range 4 {
				e.ID, e.Head = newID(), checkpoint.Sign([]byte("of a generation before"))
				ns.Put(e)
			}
		}
		must(t, store.Close())
		w.write(path, 10)
		a.start()
		a.wait(w.lines...)
		a.shutdown()
		a.check(w.lines...)
	}
}

// TestInodeOfGzip gives a new log the inode of a compressed generation that was
// deleted.
func TestInodeOfGzip(t *testing.T) {
	for _, running := range []bool{true, false} {
		dir := t.TempDir()
		path := filepath.Join(dir, "access.log")
		w := &writer{t: t}
		a := newAgent(t, newDelivery(t, 1), path+"*")
		w.write(path, 100)
		a.start()
		a.wait(w.lines...)
		a.shutdown()
		gzipFileTo(t, path, path+".1.gz")
		w.write(path, 100)
		a.start()
		a.wait(w.lines...)
		a.waitFor(func() bool {
			for _, f := range a.in.snapshot() {
				if m := f.mark(); m.compressed {
					return true
				}
			}
			return false
		}, "the compressed generation")
		if !running {
			a.shutdown()
		}
		must(t, os.Remove(path))
		must(t, os.Rename(path+".1.gz", path))
		must(t, os.WriteFile(path, []byte(w.next(500)), 0o644)) // the same inode
		if !running {
			a.start()
		}
		a.wait(w.lines...)
		a.shutdown()
		a.check(w.lines...)
	}
}

// TestHalfOfGzip starts while a log that was read in part is being compressed. A
// half of it must be taken neither for another file nor for all there is.
func TestHalfOfGzip(t *testing.T) {
	for _, read := range []int{100, 6000} { // before the half and after it
		dir := t.TempDir()
		path := filepath.Join(dir, "access.log")
		w := &writer{t: t}
		a := newAgent(t, newDelivery(t, 1), path+"*")
		w.write(path, read)
		a.start()
		a.wait(w.lines...)
		a.shutdown()
		w.write(path, 1000)
		whole := filepath.Join(t.TempDir(), "whole")
		gzipFileTo(t, path, whole)
		b, err := os.ReadFile(whole)
		must(t, err)
		w.write(path, 1)
		write(t, path+".1.gz", string(b[:len(b)/2]))
		a.start()
		a.waitFor(func() bool { return a.out.texts()[w.lines[len(w.lines)-1]] > 0 }, "the new log")
		time.Sleep(5 * a.cfg.SweepInterval) // searches may have come to a wrong end; slowness only hides it
		write(t, path+".1.gz", string(b[len(b)/2:]))
		a.wait(w.lines...)
		a.shutdown()
		a.check(w.lines...)
		if n := len(a.out.sources); n != 2 {
			t.Errorf("%d identities, want 2", n)
		}
	}
}

// TestHeadIsDurableBeforeItsLines kills the agent right after the first line of a
// file of which the beginning was seen before, and puts a file there that has that
// beginning, too. It must not go on under the identity of the first.
func TestHeadIsDurableBeforeItsLines(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log")
	a := newAgent(t, newDelivery(t, 1), path)
	a.hold(true) // no watermark: only the head tells
	write(t, path, "2026-11-23 ")
	a.start()
	a.waitFor(func() bool {
		for _, f := range a.in.snapshot() {
			f.mu.Lock()
			recorded := f.recorded
			f.mu.Unlock()
			return recorded
		}
		return false
	}, "the identity")
	write(t, path, "one line\n")
	a.waitFor(func() bool { return a.out.count() > 0 }, "the line")
	a.kill()
	must(t, os.Rename(path, path+".1"))
	copyFile(t, path+".1", path)
	must(t, os.Rename(path, path+".new")) // the old inode for the new file, as copytruncate leaves it
	must(t, os.Rename(path+".1", path))
	must(t, os.Rename(path+".new", path+".1"))
	must(t, os.WriteFile(path, []byte("2026-11-23 another\n"), 0o644))
	a.hold(false)
	a.start()
	a.wait("2026-11-23 one line", "2026-11-23 another")
	a.shutdown()
}
