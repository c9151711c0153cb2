package file

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/naru-log/naru/checkpoint"
	"github.com/naru-log/naru/event"
)

// watched runs an input of which only notices from the system make anything
// happen: sweeps and looks are an hour apart. change may alter the watcher.
func watched(t *testing.T, path string, change func(*watcher) (*watcher, error)) (a *agent, run func()) {
	a = newAgent(t, newDelivery(t, 1), path)
	a.cfg.SweepInterval, a.cfg.PollInterval = time.Hour, time.Hour
	log := slog.New(slog.NewTextHandler(a.log, nil))
	store, err := checkpoint.Open(a.dir, log)
	must(t, err)
	a.store = store
	a.in, err = New(a.cfg, Deps{Checkpoint: store.Namespace("test/0"), Budget: event.NewBudget(8 << 20), Logger: log})
	must(t, err)
	a.in.notify = func() (*watcher, error) {
		w, err := newWatcher()
		must(t, err)
		return change(w)
	}
	return a, func() {
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := a.in.Run(ctx, a.out.emit); err != nil {
				t.Errorf("Run: %v", err)
			}
		})
		wg.Go(func() { store.Run(ctx) })
		t.Cleanup(func() {
			cancel()
			wg.Wait()
			a.out.settleAll()
			must(t, a.in.Close())
			must(t, store.Close())
		})
	}
}

// TestQueueOverflow makes more changes than the queue of the system holds before
// any is taken: that is noticed, and notices go on.
func TestQueueOverflow(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log")
	w := &writer{t: t}
	a, run := watched(t, path, func(sys *watcher) (*watcher, error) {
		must(t, sys.fs.Add(dir))
		others := []string{filepath.Join(dir, "one"), filepath.Join(dir, "two")}
		for _, o := range others {
			write(t, o, "x")
		}
		limit := 16384
		if b, err := os.ReadFile("/proc/sys/fs/inotify/max_queued_events"); err == nil {
			fmt.Sscan(string(b), &limit)
		}
		for i := range limit + 4*eventBatch { // not two alike in a row: the system would merge them
			must(t, os.Chmod(others[i%2], 0o644))
		}
		return sys, nil
	})
	run()
	a.waitFor(func() bool { return strings.Contains(a.log.String(), "overflow") }, "the overflow")
	w.write(path, 10)
	a.wait(w.lines...)
}

// TestOverflowLooksAtEverything tells the scanner that notices were lost, after a
// file appeared of which it got none.
func TestOverflowLooksAtEverything(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log")
	w := &writer{t: t}
	var sys *watcher
	var watches atomic.Int32
	a, run := watched(t, path, func(w *watcher) (*watcher, error) {
		w.add = func(string) error { // nothing is watched, and it does not know
			watches.Add(1)
			return nil
		}
		sys = w
		return w, nil
	})
	run()
	a.waitFor(func() bool { return strings.Contains(a.log.String(), "no file matches") }, "the first sweep")
	w.write(path, 10)
	time.Sleep(100 * time.Millisecond)
	a.check()
	sys.fs.Errors <- errors.New("queue overflow")
	a.wait(w.lines...)
	a.waitFor(func() bool { return watches.Load() == 2 }, "the directory to be watched anew")
}

// TestWithoutNotices follows a file where the system tells nothing: it has no
// inotify, or no more watches.
func TestWithoutNotices(t *testing.T) {
	for _, tt := range []struct {
		name, told string
		change     func(*watcher) (*watcher, error)
	}{
		{"no inotify", "no notice of file changes", func(w *watcher) (*watcher, error) {
			w.close()
			return nil, syscall.EMFILE
		}},
		{"no watches", "raise fs.inotify.max_user_watches", func(w *watcher) (*watcher, error) {
			w.add = func(string) error { return syscall.ENOSPC }
			return w, nil
		}},
		{"a file system that tells nothing", "", func(w *watcher) (*watcher, error) {
			w.add = func(string) error { return nil }
			return w, nil
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "access.log")
			w := &writer{t: t}
			w.write(path, 10)
			a, run := watched(t, filepath.Join(dir, "*.log"), tt.change)
			a.in.cfg.PollInterval, a.in.cfg.SweepInterval = 10*time.Millisecond, 20*time.Millisecond
			run()
			a.wait(w.lines...)
			w.write(path, 10)
			a.wait(w.lines...)
			must(t, os.Rename(path, path+".1"))
			w.write(path+".1", 1)
			w.write(path, 10)
			w.write(filepath.Join(dir, "other.log"), 10)
			a.wait(w.lines...)
			if n := strings.Count(a.log.String(), tt.told); tt.told != "" && n != 1 {
				t.Errorf("told %d times:\n%s", n, a.log)
			}
		})
	}
}
