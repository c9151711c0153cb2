package file

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/naru-log/naru/checkpoint"
	"github.com/naru-log/naru/event"
)

// line is where and as what a line was delivered.
type lineKey struct {
	source uint64
	offset int64
}

// delivery stands for the workers and outputs of a pipeline: it keeps what it is
// given by identity, as Elasticsearch does, and acknowledges it in any order.
type delivery struct {
	t  testing.TB
	mu sync.Mutex
	// lines by identity; the same identity must always be the same line
	lines   map[lineKey]string
	flags   map[string]event.LineFlags
	sources map[uint64]*event.Source
	// again counts lines that came twice, certain those of them that were not
	// marked as uncertain
	again, certain int
	pending        []*event.Batch
	hold           bool // acknowledge nothing
	dead           bool // the process was killed
	rng            *rand.Rand
}

func newDelivery(t testing.TB, seed uint64) *delivery {
	return &delivery{t: t, lines: map[lineKey]string{}, flags: map[string]event.LineFlags{}, sources: map[uint64]*event.Source{}, rng: rand.New(rand.NewPCG(seed, 1))}
}

func (d *delivery) emit(ctx context.Context, b *event.Batch) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		b.Release()
		return nil
	}
	d.sources[b.Source.ID] = b.Source
	for _, l := range b.Lines {
		k, text := lineKey{b.Source.ID, l.Offset}, string(b.Data[l.Start:l.End])
		if l.Offset < b.Start || l.Offset >= b.End {
			d.t.Errorf("line at %d outside of its batch %d-%d", l.Offset, b.Start, b.End)
		}
		if old, there := d.lines[k]; there {
			d.again++
			if !b.Uncertain {
				d.certain++
			}
			if old != text {
				d.t.Errorf("identity %v was %q, now %q", k, old, text)
			}
		}
		d.lines[k] = text
		d.flags[text] |= l.Flags
	}
	b.Release()
	d.pending = append(d.pending, b)
	d.settle()
	return nil
}

// settle acknowledges some of what is pending, in random order.
func (d *delivery) settle() {
	if d.hold {
		return
	}
	d.rng.Shuffle(len(d.pending), func(i, j int) { d.pending[i], d.pending[j] = d.pending[j], d.pending[i] })
	n := d.rng.IntN(len(d.pending) + 1)
	for _, b := range d.pending[:n] {
		b.Done()
	}
	d.pending = d.pending[n:]
}

// settleAll acknowledges everything.
func (d *delivery) settleAll() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, b := range d.pending {
		b.Done()
	}
	d.pending = nil
}

// texts counts each line's text over all identities.
func (d *delivery) texts() map[string]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := map[string]int{}
	for _, text := range d.lines {
		n[text]++
	}
	return n
}

// where lists the identities under which a line was delivered.
func (d *delivery) where(text string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var at []string
	for k, l := range d.lines {
		if l == text {
			at = append(at, fmt.Sprintf("%d:%d", k.source, k.offset))
		}
	}
	return strings.Join(at, " ")
}

func (d *delivery) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.lines)
}

// agent is an input with its store, as an agent runs it.
type agent struct {
	t     testing.TB
	dir   string // state
	cfg   Config
	deps  Deps
	out   *delivery
	store *checkpoint.Store
	in    *Input
	stop  func()
	log   *logBuffer
}

// logBuffer keeps what is logged, to show when a test fails and to look into.
type logBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newAgent(t testing.TB, out *delivery, paths ...string) *agent {
	cfg := Defaults()
	cfg.Paths = paths
	cfg.PollInterval, cfg.SweepInterval = 10*time.Millisecond, 20*time.Millisecond
	a := &agent{t: t, dir: t.TempDir(), cfg: cfg, out: out, log: &logBuffer{}}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(a.log.String())
		}
	})
	return a
}

// start runs the input until stopped or killed.
func (a *agent) start() {
	a.t.Helper()
	log := slog.New(slog.NewTextHandler(a.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	store, err := checkpoint.Open(a.dir, log)
	if err != nil {
		a.t.Fatal(err)
	}
	d := a.deps
	d.Checkpoint, d.Logger = store.Namespace("test/0"), log
	if d.Budget == nil {
		d.Budget = event.NewBudget(8 << 20)
	}
	in, err := New(a.cfg, d)
	if err != nil {
		a.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := in.Run(ctx, a.out.emit); err != nil && !errors.Is(err, context.Canceled) {
			a.t.Errorf("Run: %v", err)
		}
	})
	storeCtx, stopStore := context.WithCancel(context.Background())
	var storeWG sync.WaitGroup
	storeWG.Go(func() { store.Run(storeCtx) })
	a.store, a.in = store, in
	a.stop = func() {
		cancel()
		wg.Wait()
		stopStore()
		storeWG.Wait()
	}
}

// shutdown stops in order: everything emitted is acknowledged and saved.
func (a *agent) shutdown() {
	a.t.Helper()
	a.stop()
	a.out.settleAll()
	if err := a.in.Close(); err != nil {
		a.t.Errorf("close input: %v", err)
	}
	if err := a.store.Close(); err != nil {
		a.t.Errorf("close store: %v", err)
	}
}

// kill stops as kill -9 does: at one moment nothing more is sent or saved.
func (a *agent) kill() {
	a.t.Helper()
	a.out.mu.Lock()
	a.out.dead = true
	image, err := os.ReadFile(filepath.Join(a.dir, "checkpoint"))
	a.out.pending = nil
	a.out.mu.Unlock()
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		a.t.Fatal(err)
	}
	a.stop()
	a.in.detach()
	if err := a.store.Close(); err != nil {
		a.t.Errorf("close store: %v", err)
	}
	if err := os.WriteFile(filepath.Join(a.dir, "checkpoint"), image, 0o600); err != nil {
		a.t.Fatal(err)
	}
	if image == nil {
		must(a.t, os.Remove(filepath.Join(a.dir, "checkpoint")))
	}
	a.out.dead = false
}

// once reads everything that is there.
func (a *agent) once() {
	a.t.Helper()
	a.deps.Once = true
	a.start()
	a.stopAfterRun()
	a.deps.Once = false
}

func (a *agent) stopAfterRun() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for !a.in.ended() {
			time.Sleep(time.Millisecond)
			a.out.settleAll()
		}
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		a.t.Error("a run that reads once does not end")
	}
	a.shutdown()
}

// ended reports whether Run is over.
func (in *Input) ended() bool {
	in.queue.mu.Lock()
	defer in.queue.mu.Unlock()
	return in.queue.closed
}

// wait waits until the lines are delivered, each once.
func (a *agent) wait(want ...string) {
	a.t.Helper()
	a.waitFor(func() bool { return a.out.count() >= len(want) }, "%d lines", len(want))
	a.check(want...)
}

func (a *agent) waitFor(cond func() bool, format string, args ...any) {
	a.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !cond(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			a.dump()
			a.t.Fatalf("waited in vain for "+format+"; there are %d lines", append(args, a.out.count())...)
		}
		a.out.mu.Lock()
		a.out.settle()
		a.out.mu.Unlock()
	}
}

// dump shows what the input knows.
func (a *agent) dump() {
	for _, f := range a.in.snapshot() {
		f.mu.Lock()
		a.t.Logf("%s id %d place %d head %d position %d watermark %d durable %d size %d recorded %v blocked %v finished %v failed %q compressed %v sched %d first %v",
			filepath.Base(f.location), f.src.ID, f.place, f.head.Len, f.position, f.watermark, f.durable, f.size, f.recorded, f.blocked, f.finished, f.failed, f.compressed, f.sched, f.first != nil)
		f.mu.Unlock()
	}
}

// check compares what was delivered with what was written.
func (a *agent) check(want ...string) {
	a.t.Helper()
	got := a.out.texts()
	lost, doubled := 0, 0
	for _, text := range want {
		if got[text] == 0 {
			if lost++; lost < 5 {
				a.t.Errorf("lost %.80q", text)
			}
		}
		got[text]--
	}
	for text, n := range got {
		if n > 0 {
			if doubled++; doubled < 5 {
				a.t.Errorf("doubled %.80q, at %s", text, a.out.where(text))
			}
		}
	}
	if lost+doubled > 0 {
		a.dump()
		a.t.Fatalf("%d of %d lines lost, %d doubled", lost, len(want), doubled)
	}
	if a.out.certain > 0 {
		a.t.Errorf("%d lines came twice in batches that were not marked as uncertain", a.out.certain)
	}
}

// write appends to a file.
func write(t testing.TB, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// writer writes numbered lines.
type writer struct {
	t     testing.TB
	n     int
	lines []string
}

func (w *writer) next(n int) string {
	var b strings.Builder
	for range n {
		w.n++
		l := fmt.Sprintf("line %07d of the log that is written and rotated %s", w.n, strings.Repeat("x", w.n%50))
		w.lines = append(w.lines, l)
		b.WriteString(l)
		b.WriteByte('\n')
	}
	return b.String()
}

func (w *writer) write(path string, n int) { write(w.t, path, w.next(n)) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
