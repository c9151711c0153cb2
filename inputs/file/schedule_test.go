package file

import (
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/naru-log/naru/checkpoint"
	"github.com/naru-log/naru/event"
)

var walks = flag.Int("walks", 25, "schedules that TestSchedules tries for each rotation")

// TestSchedules interleaves the steps of a rotation with writes, looks, reads,
// commits, stops and kills, one after the other in an order that the seed alone
// decides, on a clock of its own. What it finds happens again with its seed.
func TestSchedules(t *testing.T) {
	for _, p := range plans() {
		for _, glob := range []string{"access.log", "access*"} {
			t.Run(p.name+"/"+glob, func(t *testing.T) {
				t.Parallel()
				first, n := *seed, 1
				if first == 0 {
					first, n = uint64(time.Now().UnixNano()), *walks
				}
				for i := range n {
					if s := first + uint64(i); !runSchedule(t, p, glob, s) {
						t.Fatalf("repeat with -run='%s$' -seed=%d", t.Name(), s)
					}
				}
			})
		}
	}
}

// plan is a rotation as the steps that others see between.
type plan struct {
	name  string
	steps []func(*schedule)
}

func plans() []plan {
	gz := gzipSteps(".1")
	rename := []func(*schedule){(*schedule).shiftUp, (*schedule).moveAway, (*schedule).reopen}
	copying := []func(*schedule){(*schedule).shiftUp, (*schedule).copyNone, (*schedule).copyHalf, (*schedule).copyRest, (*schedule).truncate}
	return []plan{
		{"rename", rename},
		{"gzip", append(rename[:3:3], gz...)},
		{"delaycompress", append(rename[:3:3], gzipSteps(".2")...)},
		{"copytruncate", copying},
		{"copytruncate and gzip", append(copying[:5:5], gz...)},
	}
}

// schedule is one run: the log and who rotates it, the input and its clock.
type schedule struct {
	t     *testing.T
	a     *agent // its delivery and state; it does not run
	rng   *rand.Rand
	path  string
	clock time.Time
	late  time.Duration // by how much the times of files are behind the clock
	w     *writer
	log   *os.File
	half  string // of a line: what is not written of it yet
	todo  []func(*schedule)
	risky map[string]bool // written after the copy was made: lost unless read in time
	since int             // lines there were when it was
	open  bool            // such a copy is there

	s   *scanner
	did []string
}

func runSchedule(t *testing.T, p plan, glob string, seed uint64) bool {
	x := newSchedule(t, glob, seed)
	x.write(1) // generations from before the log was first seen would not be read
	x.start()
	x.settle()
	for range *steps {
		x.step(p)
	}
	return x.finish(p)
}

func newSchedule(t *testing.T, glob string, seed uint64) *schedule {
	dir := t.TempDir()
	x := &schedule{t: t, rng: rand.New(rand.NewPCG(seed, 21)), path: filepath.Join(dir, "access.log"), clock: time.Now(), w: &writer{t: t}, risky: map[string]bool{}}
	x.a = &agent{t: t, dir: t.TempDir(), cfg: Defaults(), out: newDelivery(t, seed), log: &logBuffer{}} // a walk shows its log itself
	x.a.cfg.Paths = []string{filepath.Join(dir, glob)}
	x.reopen()
	return x
}

func (x *schedule) now() time.Time { return x.clock }

func (x *schedule) wait(d time.Duration) { x.clock = x.clock.Add(d) }

func (x *schedule) note(format string, args ...any) {
	x.did = append(x.did, fmt.Sprintf(format, args...))
}

// step does one thing.
func (x *schedule) step(p plan) {
	x.wait(time.Duration(1+x.rng.IntN(60)) * time.Millisecond)
	if x.s == nil && x.rng.IntN(4) == 0 {
		x.start()
		return
	}
	switch n := x.rng.IntN(100); {
	case n < 8:
		x.write(1 + x.rng.IntN(3))
	case n < 16:
		x.write(1 + x.rng.IntN(60))
	case n < 24:
		x.writeHalf()
	case n < 50:
		x.rotate(p)
	case n < 53:
		x.wait(time.Duration(x.rng.IntN(20)) * time.Second)
	case n < 55:
		x.a.hold(x.rng.IntN(2) == 0)
	case x.s == nil:
	case n < 70:
		x.sweep()
	case n < 75:
		x.look()
	case n < 90:
		x.read()
	case n < 95:
		x.commit()
	case n < 97:
		x.stop()
	case n < 99:
		x.kill()
	default:
		x.a.out.settleAll()
	}
}

func (x *schedule) write(n int) {
	x.endHalf()
	x.note("write %d", n)
	x.put(x.w.next(n))
}

// put appends to the log, at the schedule's time.
func (x *schedule) put(text string) {
	_, err := x.log.WriteString(text)
	must(x.t, err)
	x.touch(x.log)
}

func (x *schedule) touch(f *os.File) {
	tv := syscall.NsecToTimeval(x.clock.Add(-x.late).UnixNano())
	must(x.t, syscall.Futimes(int(f.Fd()), []syscall.Timeval{tv, tv}))
}

func (x *schedule) writeHalf() {
	if x.half != "" || x.open {
		x.endHalf()
		return
	}
	x.note("half")
	text := x.w.next(1)
	x.put(text[:10])
	x.half = text[10:]
}

func (x *schedule) endHalf() {
	if x.half != "" {
		x.note("other half")
		x.put(x.half)
		x.half = ""
	}
}

func (x *schedule) rotate(p plan) {
	if len(x.todo) == 0 {
		if info, err := os.Stat(x.path); err != nil || info.Size() == 0 {
			return
		}
		x.todo = p.steps
	}
	do := x.todo[0]
	x.todo = x.todo[1:]
	do(x)
}

func (x *schedule) shiftUp() {
	x.note("shift")
	shift(x.t, x.path, "")
	shift(x.t, x.path, ".gz")
}

func (x *schedule) moveAway() {
	x.note("move")
	must(x.t, os.Rename(x.path, x.path+".1"))
}

func (x *schedule) reopen() {
	x.endHalf()
	if x.log != nil {
		x.log.Close()
	}
	x.note("reopen")
	var err error
	x.log, err = os.OpenFile(x.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	must(x.t, err)
	x.touch(x.log)
}

func (x *schedule) copyNone() {
	x.endHalf()
	x.open = true
	x.note("copy none")
	f, err := os.Create(x.path + ".1")
	must(x.t, err)
	x.touch(f)
	f.Close()
}

func (x *schedule) copyHalf() { x.note("copy half"); x.copyMore(2) }

func (x *schedule) copyRest() {
	x.note("copy rest")
	x.copyMore(1)
	x.since = len(x.w.lines)
}

// copyMore copies a part of what is not copied yet.
func (x *schedule) copyMore(part int) {
	b, err := os.ReadFile(x.path)
	must(x.t, err)
	f, err := os.OpenFile(x.path+".1", os.O_APPEND|os.O_WRONLY, 0)
	must(x.t, err)
	defer f.Close()
	info, err := f.Stat()
	must(x.t, err)
	b = b[info.Size():]
	_, err = f.Write(b[:len(b)/part])
	must(x.t, err)
	x.touch(f)
}

func (x *schedule) truncate() {
	x.endHalf()
	x.note("truncate")
	must(x.t, x.log.Truncate(0))
	x.touch(x.log)
	for _, l := range x.w.lines[x.since:] {
		x.risky[l] = true
	}
	x.open = false
}

// gzipSteps compresses a generation in three steps, if it is there.
func gzipSteps(suffix string) []func(*schedule) {
	step := func(what string, do func(t *testing.T, x *schedule, from, to string)) func(*schedule) {
		return func(x *schedule) {
			from := x.path + suffix
			if _, err := os.Stat(from); err == nil {
				x.note("gzip %s %s", suffix, what)
				do(x.t, x, from, from+".gz")
			}
		}
	}
	return []func(*schedule){
		step("half", func(t *testing.T, x *schedule, from, to string) {
			b, err := os.ReadFile(from)
			must(t, err)
			f, err := os.Create(to)
			must(t, err)
			defer f.Close()
			z := gzip.NewWriter(f)
			z.Write(b[:len(b)/2])
			must(t, z.Flush())
			x.touch(f)
		}),
		step("rest", func(t *testing.T, x *schedule, from, to string) {
			b, err := os.ReadFile(from)
			must(t, err)
			info, err := os.Stat(from)
			must(t, err)
			f, err := os.OpenFile(to, os.O_WRONLY|os.O_TRUNC, 0)
			must(t, err)
			defer f.Close()
			z := gzip.NewWriter(f)
			z.Write(b)
			must(t, z.Close())
			must(t, os.Chtimes(to, info.ModTime(), info.ModTime()))
		}),
		step("remove", func(t *testing.T, x *schedule, from, to string) { must(t, os.Remove(from)) }),
	}
}

func (x *schedule) start() {
	x.note("start")
	log := slog.New(slog.NewTextHandler(x.a.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	store, err := checkpoint.Open(x.a.dir, log)
	must(x.t, err)
	in, err := New(x.a.cfg, Deps{Checkpoint: store.Namespace("test/0"), Budget: event.NewBudget(8 << 20), Logger: log, Window: 8 << 10})
	must(x.t, err)
	in.now, in.chunk = x.now, 256<<x.rng.IntN(4)
	in.detach = in.deps.Checkpoint.Attach(in)
	x.a.store, x.a.in = store, in
	x.s, err = newScanner(in)
	must(x.t, err)
	x.s.watch.close()
	x.s.watch = nil
}

func (x *schedule) sweep() {
	x.note("sweep")
	x.s.heed()
	x.s.sweep()
}

func (x *schedule) look() {
	x.note("look")
	x.s.heed()
	x.s.look()
}

func (x *schedule) commit() {
	x.note("commit")
	must(x.t, x.a.store.Commit())
}

// read lets a reader have its turn.
func (x *schedule) read() {
	if x.a.in.queue.quiet() {
		return
	}
	f := x.a.in.queue.next()
	x.note("read %s", filepath.Base(f.location))
	more, err := x.a.in.turn(x.t.Context(), f, x.a.out.emit)
	must(x.t, err)
	x.a.in.queue.done(f, more)
}

func (x *schedule) close() {
	x.a.in.queue.close()
	for _, f := range x.a.in.handles.list() {
		x.a.in.shut(f)
	}
	x.s = nil
}

func (x *schedule) stop() {
	x.note("stop")
	x.close()
	x.a.out.settleAll()
	must(x.t, x.a.in.Close())
	must(x.t, x.a.store.Close())
}

func (x *schedule) kill() {
	x.note("kill")
	image, err := os.ReadFile(filepath.Join(x.a.dir, "checkpoint"))
	must(x.t, err)
	x.a.out.pending = nil
	x.close()
	x.a.in.detach()
	must(x.t, x.a.store.Close())
	must(x.t, os.WriteFile(filepath.Join(x.a.dir, "checkpoint"), image, 0o600))
}

// settle lets the input do all that there is to do now.
func (x *schedule) settle() {
	for range 4 {
		x.sweep()
		for !x.a.in.queue.quiet() {
			x.read()
			x.a.out.settleAll()
			x.commit()
		}
		x.wait(time.Second)
	}
}

// finish ends what is under way, lets the input read everything and reports
// whether each line was delivered once.
func (x *schedule) finish(p plan) bool {
	x.endHalf()
	for len(x.todo) > 0 {
		x.rotate(p)
	}
	x.a.hold(false)
	if x.s == nil {
		x.start()
	}
	x.settle()
	x.wait(10 * time.Second)
	x.settle()
	x.stop()
	x.start()
	x.settle()
	x.wait(10 * time.Minute)
	x.settle()
	ok := x.check()
	if !ok {
		x.t.Logf("did: %s", strings.Join(x.did, ", "))
		x.t.Logf("log:\n%s", x.a.log)
	}
	x.stop()
	x.log.Close()
	must(x.t, os.RemoveAll(filepath.Dir(x.path)))
	return ok && !x.t.Failed()
}

// check compares what was delivered with what was written.
func (x *schedule) check() bool {
	got := x.a.out.texts()
	lost, doubled := 0, 0
	for _, l := range x.w.lines {
		if got[l] == 0 && !x.risky[l] {
			if lost++; lost < 4 {
				x.t.Errorf("lost %.80q", l)
			}
		}
		if got[l] > 0 {
			got[l]--
		}
	}
	for l, n := range got {
		if n > 0 {
			if doubled++; doubled < 4 {
				x.t.Errorf("doubled %.80q, at %s", l, x.a.out.where(l))
			}
		}
	}
	if x.a.out.certain > 0 {
		x.t.Errorf("%d lines came twice in batches that were not marked as uncertain", x.a.out.certain)
	}
	if lost+doubled > 0 {
		x.a.dump()
		x.t.Errorf("%d of %d lines lost, %d doubled", lost, len(x.w.lines), doubled)
	}
	return lost+doubled+x.a.out.certain == 0
}
