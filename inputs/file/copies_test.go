package file

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/checkpoint"
	"github.com/naru-log/naru/event"
)

// readAll lets the input find and read what is there, without the time that
// settle gives it.
func (x *schedule) readAll() {
	x.sweep()
	for !x.a.in.queue.quiet() {
		x.read()
		x.commit()
	}
}

// TestShortCopy rotates a log of less than 1 KiB by copytruncate while it is
// read: the copy lacks lines that were read, and its head is shorter than the one
// that is known.
func TestShortCopy(t *testing.T) {
	for _, glob := range []string{"access.log", "access*"} {
		for _, more := range []int{1, 100} { // below 1 KiB and beyond it
			for _, compress := range []bool{false, true} {
				for name, between := range map[string]func(*schedule){
					"reading": func(*schedule) {},
					"stopped": func(x *schedule) { x.stop(); x.start() },
					"killed":  func(x *schedule) { x.kill(); x.start() },
				} {
					t.Run(fmt.Sprintf("%s/%d more/compressed %v/%s", glob, more, compress, name), func(t *testing.T) {
						x := newSchedule(t, glob, 1)
						x.start()
						x.write(3)
						x.readAll()
						x.copyNone()
						x.copyRest()
						x.write(more)
						x.readAll()
						between(x)
						x.truncate()
						if compress {
							x.gzipRestFrom(".1")
						}
						x.write(2)
						x.readAll()
						x.stop()
						x.start()
						x.finish(plan{})
						if n := len(x.a.out.sources); n != 2 {
							t.Errorf("%d identities, want 2", n)
						}
					})
				}
			}
		}
	}
}

func (x *schedule) gzipRestFrom(suffix string) {
	gzipFileTo(x.t, x.path+suffix, x.path+suffix+".gz")
}

// TestShortCopyHalfRead is TestShortCopy with a window that let through only some
// lines of what the copy holds: the rest is read from the copy.
func TestShortCopyHalfRead(t *testing.T) {
	for _, kill := range []bool{false, true} {
		x := newSchedule(t, "access.log", 1)
		x.a.hold(true)
		x.start()
		x.a.in.window, x.a.in.chunk = 256, 200
		x.write(8)
		x.readAll()
		x.copyNone()
		x.copyRest()
		x.write(1)
		x.sweep()
		if n := len(x.a.out.lines); n == 0 || n >= 8 {
			t.Fatalf("%d lines were read, want some of 8", n)
		}
		if kill {
			x.kill()
			x.start()
		}
		x.truncate()
		x.a.hold(false)
		x.finish(plan{})
	}
}

// TestUnseenGeneration truncates a log of which only half a line was seen, and
// writes it anew beginning with the same bytes. The generation that came and went
// in between is in the copy alone.
func TestUnseenGeneration(t *testing.T) {
	for _, glob := range []string{"access.log", "access*"} {
		for _, kill := range []bool{false, true} {
			x := newSchedule(t, glob, 1)
			x.writeHalf()
			x.start()
			x.readAll()
			x.wait(10 * time.Minute)
			x.write(20)
			x.copyNone()
			x.copyRest()
			x.truncate()
			x.write(20)
			if kill { // when more of the log was seen, and before it was searched for others
				for !x.a.in.queue.quiet() {
					x.read()
				}
				x.a.in.queue.wake(x.a.in.snapshot()[0])
				x.read()
				x.commit()
				x.kill()
				x.start()
			}
			x.settle()
			if n := len(x.a.out.lines); n != 41 {
				t.Errorf("%s, killed %v: %d lines, want 41", glob, kill, n)
			}
			x.finish(plan{})
		}
	}
}

// TestCopyUnderWayWhenFirstSeen finds a log and a copy of it that is being made
// in one sweep, both for the first time.
func TestCopyUnderWayWhenFirstSeen(t *testing.T) {
	x := newSchedule(t, "access*", 1)
	x.start()
	x.settle()
	copyFirstSeen(x)
	if n := len(x.a.out.sources); n != 2 {
		t.Errorf("%d identities, want 2", n)
	}
}

// TestCopyUnderWayOfUnseen is the same for a log that was taken for the one before
// it, which nobody has noticed to be truncated yet.
func TestCopyUnderWayOfUnseen(t *testing.T) {
	x := newSchedule(t, "access*", 1)
	x.write(3)
	x.start()
	x.settle()
	x.copyNone()
	x.copyRest()
	x.truncate()
	x.shiftUp()
	copyFirstSeen(x)
	if n := len(x.a.out.sources); n != 3 {
		t.Errorf("%d identities, want 3", n)
	}
}

func copyFirstSeen(x *schedule) {
	x.write(40)
	x.copyNone()
	x.copyHalf()
	x.wait(time.Second)
	x.write(40)
	x.readAll()
	x.wait(time.Second)
	x.readAll()
	x.copyRest()
	x.truncate()
	x.write(1)
	x.finish(plan{})
}

// TestLogIsNoCopyOfItsGeneration starts when a log holds half a line, which a
// generation of it that has lost its place begins with, too. The log is none of it.
func TestLogIsNoCopyOfItsGeneration(t *testing.T) {
	x := newSchedule(t, "access*", 1)
	x.write(1)
	x.start()
	x.settle()
	x.stop()
	x.moveAway()
	x.reopen()
	x.write(30)
	x.shiftUp()
	x.moveAway()
	x.reopen()
	x.start()
	x.readAll() // the generation was first seen as .1
	x.writeHalf()
	x.stop()
	gzipFileTo(t, x.path+".1", x.path+".1.gz")
	x.start()
	x.readAll()
	x.finish(plan{})
	if n := len(x.a.out.sources); n != 3 {
		t.Errorf("%d identities, want 3", n)
	}
}

// TestUnseenAfterBanner compresses a generation that nobody saw while the log after
// it holds nothing but the banner that both begin with.
func TestUnseenAfterBanner(t *testing.T) {
	for _, banner := range []int{60, 1200} { // below 1 KiB and beyond it
		x := newSchedule(t, "access.log", 1)
		begin := func() {
			x.w.lines = append(x.w.lines, strings.Repeat("b", banner))
			x.put(x.w.lines[len(x.w.lines)-1] + "\n")
		}
		begin()
		x.write(1)
		x.start()
		x.settle()
		x.stop()
		for _, lines := range []int{20, 0} { // the generation of 20 lines is the unseen one
			x.shiftUp()
			x.moveAway()
			x.reopen()
			begin()
			x.gzipRestFrom(".1")
			if lines > 0 {
				x.write(lines)
			}
		}
		x.start()
		x.finish(plan{})
	}
}

// TestMoreIsKnownOfAnother gives a copy to the file of which the whole line is
// known, not to the one that was seen when it held half a line.
func TestMoreIsKnownOfAnother(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log")
	write(t, path+".1", "2026-11-26 one\n2026-11-26 two\n")
	a := newAgent(t, newDelivery(t, 1), path)
	s := a.scanner()
	defer a.store.Close()
	known := func(location, head string) *file {
		f := &file{in: s.in, src: event.NewSource(newID(), path, s.in.now()), location: location, place: lost}
		f.setHead([]byte(head))
		return f
	}
	short, long := known(path, "2026-11-26"), known(path+".1", "2026-11-26 one\n")
	info, err := os.Stat(path + ".1")
	must(t, err)
	long.place, long.key = moved, keyOf(info)
	gzipFileTo(t, path+".1", path+".1.gz")
	write(t, path+".1", "2026-11-26 one\n2026-11-26 two\n") // gzip has not removed it yet
	info, err = os.Stat(path + ".1")
	must(t, err)
	long.key = keyOf(info)
	h, info, err := openHandle(path+".1.gz", true)
	must(t, err)
	defer h.close()
	head, err := readHead(h)
	must(t, err)
	c := candidate{path: path + ".1.gz", info: info, key: keyOf(info), rotated: true, head: head}
	for _, among := range [][]*file{{short, long}, {long, short}} {
		if f, how := s.identify(c, h, among); f != long || how != copying {
			t.Errorf("the copy is taken as %d of %s", how, f.location)
		}
	}
}

// TestFinishedWhenDelivered keeps a compressed generation open in the checkpoint
// until all of it is acknowledged: after a crash the rest is read again.
func TestFinishedWhenDelivered(t *testing.T) {
	x := newSchedule(t, "access.log", 1)
	x.write(100)
	x.start()
	x.settle()
	x.stop()
	x.moveAway()
	x.write(100)
	x.reopen()
	gzipFileTo(t, x.path+".1", x.path+".1.gz")
	x.a.hold(true)
	x.start()
	x.a.in.window = 1 << 20
	x.readAll()
	x.readAll()
	x.wait(2 * quietAfter)
	x.look()
	x.readAll()
	entries, err := checkpoint.Read(x.a.dir)
	must(t, err)
	compressed := 0
	for _, e := range entries {
		if e.Compressed {
			compressed++
		}
		if e.Finished {
			t.Error("finished before it was delivered")
		}
	}
	if compressed != 1 {
		t.Fatalf("%d compressed files, want 1", compressed)
	}
	for _, f := range x.a.in.snapshot() {
		if m := f.mark(); m.compressed && !m.finished {
			t.Error("not read to its end")
		}
	}
	x.kill()
	x.a.hold(false)
	x.finish(plan{})
}

// TestOutputDownForLong rotates again and again while nothing is delivered. What
// is not read yet of deleted generations is found in their compressed forms, so
// that few files are open.
func TestOutputDownForLong(t *testing.T) {
	for _, p := range plans() {
		for _, glob := range []string{"access.log", "access*"} {
			x := newSchedule(t, glob, 1)
			x.a.cfg.MaxOpenFiles = 2
			x.write(1)
			x.start()
			x.settle()
			x.a.hold(true)
			x.a.in.window, x.a.in.chunk = 512, 256
			for range 8 {
				x.write(30)
				x.sweep()
				x.read()
				x.rotate(p)
				for len(x.todo) > 0 {
					x.sweep()
					x.read()
					x.rotate(p)
				}
				x.wait(time.Hour)
				x.sweep()
				x.readSome()
				x.wait(time.Second)
				x.sweep()
				x.readSome()
				x.look()
				if n := x.a.in.handles.count(); n > 2 {
					t.Errorf("%s, %s: %d files are open", p.name, glob, n)
				}
			}
			if n := len(x.a.out.lines); n > 8*10 {
				t.Errorf("%s, %s: %d lines were read", p.name, glob, n)
			}
			x.a.hold(false)
			x.a.in.window = 8 << 10
			x.finish(p)
		}
	}
}

// readSome gives each waiting file some turns.
func (x *schedule) readSome() {
	for range 50 {
		x.read()
	}
	x.commit()
}

// TestCloseIdle closes files that are not written to, and loses nothing when they
// are written to, renamed or truncated afterwards.
func TestCloseIdle(t *testing.T) {
	for name, change := range map[string]func(*schedule){
		"appended":  func(x *schedule) {},
		"renamed":   func(x *schedule) { x.write(3); x.moveAway(); x.write(3); x.reopen() },
		"truncated": func(x *schedule) { x.copyNone(); x.copyRest(); x.truncate() },
		"deleted":   func(x *schedule) { must(x.t, os.Remove(x.path)); x.reopen() },
	} {
		t.Run(name, func(t *testing.T) {
			x := newSchedule(t, "access.log", 1)
			x.write(100)
			x.start()
			x.settle()
			if n := x.a.in.handles.count(); n != 1 {
				t.Errorf("%d files are open after reading, want 1", n)
			}
			x.wait(x.a.cfg.CloseIdle + time.Second)
			x.look()
			if n := x.a.in.handles.count(); n != 0 {
				t.Errorf("%d files are open after a long while, want none", n)
			}
			change(x)
			x.write(50)
			x.finish(plan{})
		})
	}
}

// TestClockSetBack sets the clock back by an hour, while running and while
// stopped, and rotates twice before anybody looks: the generation in between is
// known by its time alone, which is before that of the one that was read.
func TestClockSetBack(t *testing.T) {
	for _, running := range []bool{true, false} {
		x := newSchedule(t, "access.log", 1)
		x.write(20)
		x.start()
		x.settle()
		if running {
			x.late = time.Hour
			x.s.clockStep(time.Hour)
		} else {
			x.stop()
			x.clock = x.clock.Add(-time.Hour)
		}
		for range 2 {
			x.write(20)
			x.shiftUp()
			x.moveAway()
			x.reopen()
			x.wait(time.Minute)
		}
		x.write(20)
		if !running {
			x.start()
		}
		x.finish(plan{})
	}
}

// TestClockSetForward sets the clock forward by a day and back again.
func TestClockSetForward(t *testing.T) {
	x := newSchedule(t, "access.log", 1)
	x.write(20)
	x.start()
	x.settle()
	x.late = -24 * time.Hour
	x.write(20)
	x.settle()
	x.late = 0
	x.s.clockStep(24 * time.Hour)
	for range 2 {
		x.write(20)
		x.shiftUp()
		x.moveAway()
		x.reopen()
		x.wait(time.Minute)
	}
	x.finish(plan{})
}

// TestNoticeClock takes the time that passes for no step.
func TestNoticeClock(t *testing.T) {
	a := newAgent(t, newDelivery(t, 1), filepath.Join(t.TempDir(), "access.log"))
	s := a.scanner()
	defer a.store.Close()
	now := time.Now()
	s.noticeClock(now)
	s.noticeClock(now.Add(time.Hour))
	s.noticeClock(now.Add(time.Hour).Round(0)) // as after a step: no monotonic time to compare
	if s.setBack != 0 {
		t.Errorf("set back by %v", s.setBack)
	}
	s.clockStep(-time.Hour)
	s.clockStep(time.Millisecond)
	s.clockStep(time.Minute)
	s.clockStep(time.Minute)
	if s.setBack != 2*time.Minute {
		t.Errorf("set back by %v, want 2 minutes", s.setBack)
	}
}
