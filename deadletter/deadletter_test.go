package deadletter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/naru-log/naru/internal/bytesize"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var silent = slog.New(slog.DiscardHandler)

func open(t *testing.T, dir string, o Options) *Store {
	t.Helper()
	if o.Logger == nil {
		o.Logger = silent
	}
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func record(i int) Record {
	return Record{
		Time: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), Pipeline: "apache", Output: "elasticsearch",
		Index: "logs-apache.access-default", ID: fmt.Sprintf("id-%d", i), Status: 400,
		Type: "document_parsing_exception", Reason: "failed to parse field [<x>]",
		Document: fmt.Appendf(nil, `{"n":%d,"html":"<b>&"}`, i),
	}
}

func appendAll(t *testing.T, s *Store, records ...Record) {
	t.Helper()
	for _, r := range records {
		if err := s.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
}

func readAll(t *testing.T, dir string) (all []Record) {
	t.Helper()
	err := Read(t.Context(), dir, func(_ context.Context, rs []Record) error {
		all = append(all, rs...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func ids(records []Record) string {
	var all []string
	for _, r := range records {
		all = append(all, strings.TrimPrefix(r.ID, "id-"))
	}
	return strings.Join(all, " ")
}

func TestRecordsComeBackAsTheyWere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dead")
	want := []Record{record(1), record(2)}
	want[1].Document = []byte("{\"cut\": \n")
	s := open(t, dir, Options{})
	if err := s.Append(t.Context(), want...); err != nil {
		t.Fatal(err)
	}
	if got := readAll(t, dir); !reflect.DeepEqual(got, want) {
		t.Errorf("read\n%+v\nwant\n%+v", got, want)
	}
	if got := readAll(t, dir); got != nil {
		t.Errorf("read again after they were replayed: %+v", got)
	}
	appendAll(t, s, record(3)) // the store notices that its segment is gone
	if got := ids(readAll(t, dir)); got != "3" {
		t.Errorf("read %q, want 3", got)
	}
}

func TestReadOfNothing(t *testing.T) {
	if got := readAll(t, filepath.Join(t.TempDir(), "none")); got != nil {
		t.Errorf("read %+v", got)
	}
}

func TestFailedReplayComesAgain(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{MaxBytes: 4000}) // segments of about 3 records
	for i := range 9 {
		appendAll(t, s, record(i))
	}
	down := errors.New("connection refused")
	calls := 0
	err := Read(t.Context(), dir, func(context.Context, []Record) error {
		if calls++; calls == 2 {
			return down
		}
		return nil
	})
	if !errors.Is(err, down) {
		t.Fatalf("Read: %v, want %v", err, down)
	}
	appendAll(t, s, record(9))
	left, _, err := list(dir, taken)
	if err != nil || len(left) == 0 {
		t.Fatalf("segments left: %v, %v", left, err)
	}
	got := ids(readAll(t, dir))
	if !strings.HasSuffix("0 1 2 3 4 5 6 7 8 9", got) || len(got) < len("8 9") || len(got) >= len("0 1 2 3 4 5 6 7 8 9") {
		t.Errorf("read again %q, want a proper tail of all", got)
	}
}

func TestTornTailIsPassedOver(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	appendAll(t, s, record(1))
	f, err := os.OpenFile(s.current, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"time":"2026-01`); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	appendAll(t, open(t, dir, Options{}), record(2)) // the next process
	appendAll(t, s, record(3))
	if got := ids(readAll(t, dir)); got != "1 2 3" {
		t.Errorf("read %q, want 1 2 3", got)
	}
}

func TestCorruptLinesAreKeptAside(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	appendAll(t, s, record(1))
	text, err := os.ReadFile(s.current)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.current, append([]byte("\x00\x00\n"), text...), 0o640); err != nil {
		t.Fatal(err)
	}
	var got []Record
	err = Read(t.Context(), dir, func(_ context.Context, rs []Record) error { got = append(got, rs...); return nil })
	if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("Read: %v, want %v with the line", err, ErrCorrupt)
	}
	if ids(got) != "1" {
		t.Errorf("read %q, want the good record", ids(got))
	}
	if kept, _ := filepath.Glob(filepath.Join(dir, "*.corrupt")); len(kept) != 1 {
		t.Errorf("corrupt segments kept: %v", kept)
	}
}

func TestBlockedUntilReplayed(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{MaxBytes: bytesize.Size(600)})
	appendAll(t, s, record(1)) // about 290 bytes
	appendAll(t, s, record(2))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Append(ctx, record(3)); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("Append to a full store: %v", err)
	}
	if err := s.Ready(); err != nil {
		t.Errorf("Ready with nobody waiting: %v", err)
	}
	done := make(chan error)
	go func() { done <- s.Append(t.Context(), record(3)) }()
	for s.Ready() == nil {
		time.Sleep(time.Millisecond)
	}
	if err := s.Ready(); !strings.Contains(err.Error(), "naru replay") {
		t.Errorf("Ready: %v, want what to do", err)
	}
	if got := ids(readAll(t, dir)); got != "1 2" {
		t.Errorf("read %q, want 1 2", got)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got := ids(readAll(t, dir)); got != "3" {
		t.Errorf("read %q, want 3", got)
	}
}

func TestDropOldest(t *testing.T) {
	dir := t.TempDir()
	var logged bytes.Buffer
	s := open(t, dir, Options{MaxBytes: 1200, Policy: DropOldest, Logger: slog.New(slog.NewTextHandler(&logged, nil)), Registerer: prometheus.NewRegistry()})
	for i := range 9 {
		appendAll(t, s, record(i))
	}
	_, total, err := segments(dir)
	if err != nil || total > 1200 {
		t.Errorf("%d bytes, %v; want at most 1200", total, err)
	}
	got := ids(readAll(t, dir))
	if !strings.HasSuffix("0 1 2 3 4 5 6 7 8", got) || got == "" {
		t.Errorf("read %q, want the newest", got)
	}
	if !strings.Contains(logged.String(), "dropped the oldest") {
		t.Error("dropped in silence")
	}
}

func TestOneAppendLargerThanTheBound(t *testing.T) {
	dir := t.TempDir()
	r := record(1)
	r.Reason = strings.Repeat("x", 5000)
	appendAll(t, open(t, dir, Options{MaxBytes: 1000}), r)
	if got := ids(readAll(t, dir)); got != "1" {
		t.Errorf("read %+v", got)
	}
}

func TestFailedWriteLeavesNoHalfRecord(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	appendAll(t, s, record(1))
	s.size-- // as if the file had grown behind its back: a new segment follows
	appendAll(t, s, record(2))
	segs, _, err := segments(dir)
	if err != nil || len(segs) != 2 {
		t.Errorf("%d segments, %v; want 2", len(segs), err)
	}
	if got := ids(readAll(t, dir)); got != "1 2" {
		t.Errorf("read %+v", got)
	}
}

func FuzzParseLine(f *testing.F) {
	var buf bytes.Buffer
	r := record(1)
	if err := r.appendLine(&buf); err != nil {
		f.Fatal(err)
	}
	f.Add(buf.Bytes())
	f.Add([]byte(`{"text":"x"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := parseLine(text)
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := r.appendLine(&again); err != nil {
			return // a time outside the years that JSON can say
		}
		same, err := parseLine(again.Bytes())
		if err != nil || same.ID != r.ID || same.Reason != r.Reason {
			t.Errorf("%q came back as %+v, %v", text, same, err)
		}
	})
}
