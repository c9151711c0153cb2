package datafile

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestLook(t *testing.T) {
	path := filepath.Join(t.TempDir(), "table")
	write := func(text string, second int64) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Time{}, time.Unix(second, 0)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := New(path); err == nil {
		t.Error("a file that is not there: no error")
	}
	write("a", 1)
	w, err := New(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, step := range []struct {
		do   func()
		want Change
	}{
		{func() {}, Same},
		{func() { write("b", 2) }, Same}, // may still be written
		{func() { write("bc", 3) }, Same},
		{func() {}, Replaced},
		{func() {}, Same},
		{func() { write("xx", 4) }, Same},
		{func() { write("bc", 3) }, Same}, // as it was
		{func() { write("xx", 4) }, Same},
		{func() {}, Replaced},
		{func() { os.Remove(path) }, Gone},
		{func() {}, Same},
		{func() { write("xx", 4) }, Same},
		{func() {}, Replaced},
	} {
		step.do()
		got, err := w.Look()
		if got != step.want || (err != nil) != (got == Gone) {
			t.Errorf("step %d: %v, %v, want %v", i, got, err, step.want)
		}
	}
	if w.Path() != path {
		t.Errorf("path %s", w.Path())
	}
}
