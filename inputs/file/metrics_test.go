package file

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/naru-log/naru/checkpoint"
	"github.com/naru-log/naru/event"
)

func TestMetrics(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log")
	reg := prometheus.NewPedanticRegistry()
	a := newAgent(t, newDelivery(t, 1), path)
	a.deps.Metrics = reg
	a.cfg.MaxLineBytes = 1 << 10
	write(t, path, "one\ntwo\n"+strings.Repeat("x", 2000)+"\n")
	a.hold(true)
	a.start()
	a.waitFor(func() bool { return a.out.count() == 3 }, "three lines")
	expect := func(text string, names ...string) {
		t.Helper()
		if err := testutil.GatherAndCompare(reg, strings.NewReader(text), names...); err != nil {
			t.Error(err)
		}
	}
	lag := func(n string) string {
		return `
# HELP naru_file_lag_bytes Bytes of a file that are not delivered yet.
# TYPE naru_file_lag_bytes gauge
naru_file_lag_bytes{path="` + path + `"} ` + n + "\n"
	}
	expect(`
# HELP naru_file_lines_total Lines read.
# TYPE naru_file_lines_total counter
naru_file_lines_total 3
# HELP naru_file_bytes_total Bytes of lines read, newlines included.
# TYPE naru_file_bytes_total counter
naru_file_bytes_total 2009
# HELP naru_file_truncated_lines_total Lines longer than max_line_bytes, whose rest was left out.
# TYPE naru_file_truncated_lines_total counter
naru_file_truncated_lines_total 1
# HELP naru_file_open_files Files that are open.
# TYPE naru_file_open_files gauge
naru_file_open_files 1
# HELP naru_file_files Files that are followed.
# TYPE naru_file_files gauge
naru_file_files 1
`+lag("2009"), "naru_file_lines_total", "naru_file_bytes_total", "naru_file_truncated_lines_total", "naru_file_open_files", "naru_file_files", "naru_file_lag_bytes")
	a.hold(false)
	a.out.settleAll()
	expect(lag("0"), "naru_file_lag_bytes")
	must(t, os.Rename(path, path+".1"))
	write(t, path, "four\n")
	a.waitFor(func() bool { return a.out.count() == 4 }, "the line after a rotation")
	expect(`
# HELP naru_file_rotations_total Rotations seen, by how they were done.
# TYPE naru_file_rotations_total counter
naru_file_rotations_total{kind="rename"} 1
`, "naru_file_rotations_total")
	a.shutdown()
	if all, err := reg.Gather(); err != nil || len(all) != 0 {
		t.Errorf("after Close %d metrics are left, %v", len(all), err)
	}
}

// TestDoesNotAllocate reads a file again and again: what is allocated is for
// each chunk at most, and nothing for its lines.
func TestDoesNotAllocate(t *testing.T) {
	const lines = 10000
	path := filepath.Join(t.TempDir(), "access.log")
	write(t, path, strings.Repeat(strings.Repeat("x", 289)+"\n", lines))
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	store, err := checkpoint.Open(t.TempDir(), log)
	must(t, err)
	defer store.Close()
	cfg := Defaults()
	cfg.Paths = []string{path}
	in, err := New(cfg, Deps{Checkpoint: store.Namespace("test/0"), Budget: event.NewBudget(16 << 20), Logger: log})
	must(t, err)
	info, err := os.Stat(path)
	must(t, err)
	f := &file{in: in, src: event.NewSource(1, path, time.Now()), key: keyOf(info), location: path, place: placed, recorded: true, dirty: true, headKept: checkpoint.MaxHead}
	defer in.shut(f)
	n := 0
	emit := func(_ context.Context, b *event.Batch) error {
		n += len(b.Lines)
		b.Release()
		b.Done()
		return nil
	}
	ctx := t.Context()
	allocs := testing.AllocsPerRun(10, func() {
		f.position, f.durable, f.watermark, f.posTail = 0, 0, 0, tail{}
		for more := true; more; {
			if more, err = in.turn(ctx, f, emit); err != nil {
				t.Fatal(err)
			}
		}
	})
	if n != 11*lines {
		t.Fatalf("%d lines read, want %d", n, 11*lines)
	}
	if allocs > lines/100 { // the race detector makes pools forget
		t.Errorf("%v allocations for %d lines", allocs, lines)
	}
}
