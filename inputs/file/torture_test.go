package file

import (
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var (
	seed  = flag.Uint64("seed", 0, "seed of the random tests; 0 takes a new one")
	steps = flag.Int("steps", 40, "steps of each random test")
)

// TestRandom runs random writes, rotations, stops and kills against one log and
// counts what was lost and doubled. The model is the list of lines written.
func TestRandom(t *testing.T) {
	for i, r := range rotations() {
		s := *seed
		if s == 0 {
			s = uint64(time.Now().UnixNano()) + uint64(i)
		}
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			t.Logf("repeat with -seed=%d -steps=%d", s, *steps)
			randomWalk(t, r, rand.New(rand.NewPCG(s, 7)), s)
		})
	}
}

func randomWalk(t *testing.T, r rotation, rng *rand.Rand, s uint64) {
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log")
	w := &writer{t: t}
	a := newAgent(t, newDelivery(t, s), filepath.Join(dir, r.glob))
	a.deps.Window = 64 << 10 << rng.IntN(4)
	a.cfg.MaxOpenFiles = 1 + rng.IntN(5)
	w.write(path, 1) // generations from before the log was first seen would not be read
	a.start()
	a.wait(w.lines...)
	must(t, a.store.Commit())
	running, rotated := true, 0
	var did []string
	do := func(what string, f func()) {
		did = append(did, what)
		f()
	}
	defer func() {
		if t.Failed() {
			t.Log(did)
		}
	}()
	for range *steps {
		switch n := rng.IntN(20); {
		case n < 8:
			do("write", func() { w.write(path, 1+rng.IntN(1500)) })
		case n < 10:
			do("half", func() { // a line whose end comes later
				text := w.next(1)
				write(t, path, text[:10])
				time.Sleep(time.Duration(rng.IntN(3)) * time.Millisecond)
				write(t, path, text[10:])
			})
		case n < 13:
			if _, err := os.Stat(path); err == nil {
				do("rotate", func() { r.rotate(t, path, rotated) })
				rotated++
			}
		case n < 15:
			do("wait", func() { time.Sleep(time.Duration(rng.IntN(40)) * time.Millisecond) })
		case n < 16:
			do("hold", func() { a.hold(rng.IntN(2) == 0) })
		case n < 18:
			if !running {
				do("start", a.start)
				running = true
			}
		case running && n == 18:
			do("stop", a.shutdown)
			running = false
		case running:
			do("kill", a.kill)
			running = false
		}
	}
	a.hold(false)
	if running {
		a.shutdown()
	}
	a.start()
	a.waitFor(func() bool { return a.out.count() >= len(w.lines) }, "%d lines", len(w.lines))
	a.shutdown()
	a.start()
	time.Sleep(20 * time.Millisecond)
	a.shutdown()
	a.check(w.lines...)
	if a.out.again > 0 {
		t.Logf("%d of %d lines came again, in batches marked as uncertain", a.out.again, len(w.lines))
	}
}
