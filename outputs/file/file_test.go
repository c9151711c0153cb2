package file

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/bytesize"
)

// ship writes each line in a batch and a chunk of its own and returns how many
// batches were acknowledged.
func ship(t *testing.T, ctx context.Context, o *Output, texts ...string) (acked int, err error) {
	t.Helper()
	s := event.NewSchema()
	s.Freeze()
	ev, w := event.NewEvent(s), o.Writer(event.NewEncoder(s))
	for _, text := range texts {
		b := &event.Batch{Source: event.NewSource(1, "/log", time.Unix(0, 0))}
		b.Arm(nil, func(*event.Batch) { acked++ })
		ev.Reset(b, []byte(text), 0)
		if err := w.Write(ctx, ev); err != nil {
			return acked, err
		}
		b.Done()
		if err := w.Flush(ctx); err != nil {
			return acked, err
		}
	}
	if err := w.Close(ctx); err != nil {
		return acked, err
	}
	return acked, o.Run(ctx)
}

func config(path string) Config {
	c := Defaults()
	c.Path = path
	return c
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAppendsToWhatIsThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sub", "out.ndjson")
	for range 2 {
		o, err := New(config(path), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if acked, err := ship(t, t.Context(), o, "one", "two"); err != nil || acked != 2 {
			t.Fatalf("%d acknowledged, %v", acked, err)
		}
	}
	if got, want := content(t, path), strings.Repeat("{\"message\":\"one\"}\n{\"message\":\"two\"}\n", 2); got != want {
		t.Errorf("file holds %q, want %q", got, want)
	}
}

func TestEndsATornLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.ndjson")
	if err := os.WriteFile(path, []byte(`{"message":"to`), 0o644); err != nil {
		t.Fatal(err)
	}
	o, err := New(config(path), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ship(t, t.Context(), o, "one"); err != nil {
		t.Fatal(err)
	}
	if got, want := content(t, path), "{\"message\":\"to\n{\"message\":\"one\"}\n"; got != want {
		t.Errorf("file holds %q, want %q", got, want)
	}
}

func TestRotatesBySize(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.ndjson")
	c := config(path)
	c.MaxBytes, c.Keep = bytesize.Size(1), 2
	o, err := New(c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ship(t, t.Context(), o, "a", "b", "c"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{path + ".1": "c", path + ".2": "b"} {
		if got := content(t, name); got != `{"message":"`+want+"\"}\n" {
			t.Errorf("%s holds %q", name, got)
		}
	}
	if _, err := os.Stat(path + ".3"); err == nil {
		t.Error("more rotated files are kept than asked for")
	}
}

// The disk is full first and has room later: nothing is acknowledged before.
func TestTriesAgainWhenTheDiskRefuses(t *testing.T) {
	var logged bytes.Buffer
	dir := filepath.Join(t.TempDir(), "dir")
	path := filepath.Join(dir, "out.ndjson")
	o, err := New(config(path), slog.New(slog.NewTextHandler(&logged, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		go func() {
			time.Sleep(time.Minute)
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Error(err)
			}
		}()
		start := time.Now()
		acked, err := ship(t, t.Context(), o, "one")
		if err != nil || acked != 1 {
			t.Errorf("%d acknowledged, %v", acked, err)
		}
		if waited := time.Since(start); waited < time.Minute {
			t.Errorf("acknowledged after %v, while the directory was missing", waited)
		}
	})
	if got := content(t, path); got != "{\"message\":\"one\"}\n" {
		t.Errorf("file holds %q", got)
	}
	if !strings.Contains(logged.String(), "cannot write documents") {
		t.Errorf("nothing was logged: %s", &logged)
	}
}

func TestGivesUpOnlyWithTheContext(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dir")
	o, err := New(config(filepath.Join(dir, "out")), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if acked, err := ship(t, ctx, o, "one"); err == nil || acked != 0 {
			t.Errorf("%d acknowledged, %v", acked, err)
		}
	})
}

func TestConfiguration(t *testing.T) {
	c := Config{MaxBytes: -1}
	err := c.Validate()
	for _, want := range []string{"path: name a file", "max_bytes: -1", "keep:", "flush_interval:"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate: %v, want %q", err, want)
		}
	}
	c = config("/dev/null")
	if _, err := New(c, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "regular") {
		t.Errorf("New(/dev/null): %v", err)
	}
}
