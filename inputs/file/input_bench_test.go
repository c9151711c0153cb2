package file

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/naru-log/naru/checkpoint"
	"github.com/naru-log/naru/event"
)

// cpuTime is what the process has used of the processors.
func cpuTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func benchInput(b *testing.B, paths []string, once bool) (*Input, *checkpoint.Store) {
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	store, err := checkpoint.Open(b.TempDir(), log)
	if err != nil {
		b.Fatal(err)
	}
	cfg := Defaults()
	cfg.Paths = paths
	in, err := New(cfg, Deps{Checkpoint: store.Namespace("bench/0"), Budget: event.NewBudget(16 << 20), Logger: log, Once: once})
	if err != nil {
		b.Fatal(err)
	}
	return in, store
}

// BenchmarkTailToNull reads a million lines of 290 bytes and acknowledges each
// batch at once.
func BenchmarkTailToNull(b *testing.B) {
	const lines = 1_000_000
	path := filepath.Join(b.TempDir(), "access.log")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	chunk := strings.Repeat(strings.Repeat("x", 289)+"\n", 1000)
	for range lines / 1000 {
		f.WriteString(chunk)
	}
	f.Close()
	var before, after runtime.MemStats
	for b.Loop() {
		in, store := benchInput(b, []string{path}, true)
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { store.Run(ctx); close(done) }()
		n := 0
		runtime.ReadMemStats(&before)
		cpu := cpuTime()
		err := in.Run(ctx, func(_ context.Context, batch *event.Batch) error {
			n += len(batch.Lines)
			batch.Release()
			batch.Done()
			return nil
		})
		cpu = cpuTime() - cpu
		runtime.ReadMemStats(&after)
		if err != nil || n != lines {
			b.Fatalf("%d lines, %v", n, err)
		}
		in.Close()
		cancel()
		<-done
		store.Close()
		b.ReportMetric(cpu.Seconds(), "cpu-s/Mline")
		b.ReportMetric(float64(after.Mallocs-before.Mallocs)/lines, "allocs/line")
	}
}

// BenchmarkQuietFiles follows 10,000 files to which nothing is written, and
// reports the share of a core that takes.
func BenchmarkQuietFiles(b *testing.B) {
	dir := b.TempDir()
	for i := range 10_000 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%05d.log", i)), []byte("a line\n"), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	in, store := benchInput(b, []string{filepath.Join(dir, "*.log")}, false)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{}, 2)
	read := make(chan struct{})
	n := 0
	go func() { store.Run(ctx); done <- struct{}{} }()
	started := time.Now()
	go func() {
		in.cfg.MaxOpenFiles = 100
		in.Run(ctx, func(_ context.Context, batch *event.Batch) error {
			in.mu.Lock()
			if n += len(batch.Lines); n == 10_000 {
				close(read)
			}
			in.mu.Unlock()
			batch.Release()
			batch.Done()
			return nil
		})
		done <- struct{}{}
	}()
	<-read
	toRead := time.Since(started)
	time.Sleep(5 * time.Second) // the looks become rare
	for b.Loop() {
		cpu := cpuTime()
		const rest = 20 * time.Second
		time.Sleep(rest)
		b.ReportMetric(100*(cpuTime()-cpu).Seconds()/rest.Seconds(), "%core")
		b.ReportMetric(toRead.Seconds(), "s-to-read")
	}
	cancel()
	<-done
	<-done
	in.Close()
	store.Close()
}

// BenchmarkStep reads a file of 8 MB again and again, without the scanner.
func BenchmarkStep(b *testing.B) {
	path := filepath.Join(b.TempDir(), "access.log")
	content := strings.Repeat(strings.Repeat("x", 289)+"\n", 8<<20/290)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		b.Fatal(err)
	}
	in, store := benchInput(b, []string{path}, false)
	defer store.Close()
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	f := &file{in: in, src: event.NewSource(1, path, time.Now()), key: keyOf(info), location: path, place: placed, recorded: true, headKept: checkpoint.MaxHead}
	emit := func(_ context.Context, batch *event.Batch) error {
		batch.Release()
		batch.Done()
		return nil
	}
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	for b.Loop() {
		f.position, f.durable, f.watermark, f.posTail = 0, 0, 0, tail{}
		for more := true; more; {
			if more, err = in.turn(context.Background(), f, emit); err != nil {
				b.Fatal(err)
			}
			in.dirty.take(nil)
			f.dirty, f.durable = false, f.position
		}
	}
	in.shut(f)
}
