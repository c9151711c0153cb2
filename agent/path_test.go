package agent

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/naru-log/naru/agent/config"
	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/cputime"
	"github.com/naru-log/naru/internal/demolog"
	"github.com/naru-log/naru/pipelines"
)

// discard is a writer that encodes and forgets.
type discard struct {
	enc *event.Encoder
	buf []byte
	n   int
}

func (d *discard) Write(_ context.Context, ev *event.Event) error {
	d.buf = d.enc.Append(d.buf[:0], ev)
	d.n += len(d.buf)
	return nil
}
func (d *discard) Deadline() time.Time         { return time.Time{} }
func (d *discard) Flush(context.Context) error { return nil }
func (d *discard) Close(context.Context) error { return nil }

// eventPath is a worker of the built-in Apache pipeline and a batch of lines as
// an Apache logs them.
func eventPath(tb testing.TB) (*worker, *event.Batch, *discard) {
	tb.Helper()
	cfg, diags := config.Load([]string{"apache"}, config.Options{Kinds: Kinds(), Builtin: pipelines.FS()})
	if diags.HasErrors() {
		tb.Fatal(diags.Diagnostics)
	}
	gen, at := demolog.New(1), time.Date(2018, 4, 26, 1, 28, 8, 0, time.FixedZone("KST", 9*3600))
	batch := &event.Batch{Source: event.NewSource(7, "/var/log/apache2/access.log", at), ReadAt: at}
	for i := range 1000 {
		start := len(batch.Data)
		batch.Data = gen.Append(batch.Data, at.Add(time.Duration(i)*20*time.Millisecond))
		batch.Lines = append(batch.Lines, event.Line{Start: uint32(start), End: uint32(len(batch.Data) - 1), Offset: int64(start)})
	}
	w, out := discarding(tb, cfg.Pipelines[0])
	return w, batch, out
}

// discarding is a worker of a pipeline whose documents are encoded and forgotten.
func discarding(tb testing.TB, p *config.Pipeline) (*worker, *discard) {
	tb.Helper()
	b, more := newBench(p)
	if more.HasErrors() {
		tb.Fatal(more)
	}
	out := &discard{enc: b.enc}
	b.worker.sinks = []sink{{Writer: out}}
	b.worker.metrics = newPipelineMetrics(prometheus.NewRegistry())
	return b.worker, out
}

func TestEventPathDoesNotAllocate(t *testing.T) {
	w, batch, out := eventPath(t)
	doesNotAllocate(t, w, batch, out)
}

func doesNotAllocate(t *testing.T, w *worker, batch *event.Batch, out *discard) {
	t.Helper()
	run := func() {
		batch.Arm(func(*event.Batch) {}, func(*event.Batch) {})
		if err := w.process(context.Background(), batch); err != nil {
			t.Fatal(err)
		}
	}
	run() // caches fill, buffers grow
	// A garbage collection in between may empty a pool, hence not exactly 0.
	if n := testing.AllocsPerRun(20, run); n > 5 {
		t.Errorf("%v allocations for %d lines", n, len(batch.Lines))
	}
	if out.n == 0 {
		t.Error("nothing was encoded")
	}
}

// BenchmarkStages is one line through the filters of the built-in Apache
// pipeline up to and with the one that the benchmark is named after, and at last
// through the encoder: what a stage costs is the difference to the one before.
func BenchmarkStages(b *testing.B) {
	w, batch, out := eventPath(b)
	steps := w.steps
	lines := func(each func()) {
		for i := range batch.Lines {
			w.line(batch, &batch.Lines[i])
			each()
		}
	}
	stage := func(name string, n int, each func()) {
		b.Run(name, func(b *testing.B) {
			w.steps = steps[:n]
			lines(each) // caches fill, buffers grow
			b.ReportAllocs()
			report := reportLines(b, len(batch.Lines))
			for b.Loop() {
				lines(each)
			}
			report()
		})
	}
	nothing := func() {}
	stage("00_line", 0, nothing)
	for i := range steps {
		filter, _, _ := strings.Cut(strings.TrimPrefix(fmt.Sprintf("%T", steps[i].Processor), "*"), ".")
		stage(fmt.Sprintf("%02d_%s", i+1, filter), i+1, nothing)
	}
	stage("99_encode", len(steps), func() { out.buf = out.enc.Append(out.buf[:0], w.ev) })
}

// BenchmarkEventPath is one line through the built-in Apache pipeline, from its
// bytes to its encoded document.
func BenchmarkEventPath(b *testing.B) {
	w, batch, out := eventPath(b)
	process := func() {
		batch.Arm(func(*event.Batch) {}, func(*event.Batch) {})
		if err := w.process(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}
	process() // caches fill, buffers grow
	perBatch := out.n
	b.ReportAllocs()
	report := reportLines(b, len(batch.Lines))
	for b.Loop() {
		process()
	}
	report()
	b.ReportMetric(float64(perBatch)/float64(len(batch.Lines)), "B/document")
}

// reportLines makes a benchmark report what a line takes, of so many in each
// round: on the clock, and of the processor's time.
func reportLines(b *testing.B, each int) (stop func()) {
	start := cputime.Used(b)
	return func() {
		lines := float64(b.N * each)
		b.ReportMetric(float64(cputime.Used(b)-start)/lines, "cpu-ns/line")
		b.ReportMetric(float64(b.Elapsed())/lines, "ns/line")
	}
}
