//go:build unix

package maven

import (
	"archive/zip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	f := func(s, wantString, wantFile string) {
		t.Helper()
		c, err := parse(s)
		if err != nil {
			t.Fatalf("parse(%q): %v", s, err)
		}
		if c.String() != wantString || c.fileName() != wantFile {
			t.Fatalf("parse(%q) = %s, file %s; want %s, %s", s, c, c.fileName(), wantString, wantFile)
		}
	}
	f("g.h:a-b:1.0", "g.h:a-b:1.0:jar", "a-b-1.0.jar")
	f("g:a:1:zip", "g:a:1:zip", "a-1.zip")
	f("g:a:1:tar.gz:linux", "g:a:1:tar.gz:linux", "a-1-linux.tar.gz")

	for _, s := range []string{"", "g", "g:a", "g:a:1:zip:c:d", "g::1", "g:..:1", "g:a/b:1", "g:a b:1", "-g:a:1"} {
		if _, err := parse(s); err == nil {
			t.Errorf("parse(%q) succeeded", s)
		}
	}
}

func TestEnsureFillsOnceForManyCallers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "group", "entry")
	var fills atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			err := ensure(t.Context(), dir, func(tmp string) error {
				fills.Add(1)
				return os.WriteFile(filepath.Join(tmp, "a.jar"), []byte("jar"), 0o644)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if fills.Load() != 1 {
		t.Fatalf("filled %d times, want once", fills.Load())
	}
}

func TestEnsureFetchesADamagedEntryAnew(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "entry")
	file := filepath.Join(dir, "a.jar")
	fill := func(tmp string) error {
		return os.WriteFile(filepath.Join(tmp, "a.jar"), []byte("whole"), 0o644)
	}
	damage := map[string]func() error{
		"changed": func() error { return os.WriteFile(file, []byte("whol3"), 0o644) },
		"cut":     func() error { return os.Truncate(file, 2) },
		"gone":    func() error { return os.Remove(file) },
		"added":   func() error { return os.WriteFile(filepath.Join(dir, "b.jar"), nil, 0o644) },
		"no sums": func() error { return os.Remove(sumsPath(dir)) },
	}
	for name, do := range damage {
		if err := ensure(t.Context(), dir, fill); err != nil {
			t.Fatal(err)
		}
		if err := do(); err != nil {
			t.Fatal(err)
		}
		if err := ensure(t.Context(), dir, fill); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := verify(dir); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}

func TestEnsureLeavesNothingBehindOnFailure(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "entry")
	broken := errors.New("no network")
	err := ensure(t.Context(), dir, func(tmp string) error {
		if err := os.WriteFile(filepath.Join(tmp, "half"), []byte("x"), 0o644); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Fatalf("got %v, want %v", err, broken)
	}
	if err := ensure(t.Context(), dir, func(string) error { return nil }); err == nil {
		t.Fatal("an empty entry was accepted")
	}
	entries, err := os.ReadDir(parent)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".lock") {
			t.Errorf("%s was left behind", e.Name())
		}
	}
}

func TestLockGivesUpWithItsContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := lock(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := lock(ctx, path); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v, want the deadline", err)
	}
}

func TestUnzip(t *testing.T) {
	archive := filepath.Join(t.TempDir(), "a.zip")
	writeZip(t, archive, map[string]os.FileMode{"d/bin/run": 0o755, "d/lib/a.jar": 0o644})
	dir := t.TempDir()
	if err := unzip(t.Context(), archive, dir); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "d", "bin", "run"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm()&0o100 == 0 {
		t.Fatalf("bin/run has mode %v, want it executable", info.Mode())
	}

	writeZip(t, archive, map[string]os.FileMode{"../out": 0o644})
	if err := unzip(t.Context(), archive, t.TempDir()); err == nil {
		t.Fatal("an entry outside the folder was unpacked")
	}
}

func writeZip(t *testing.T, path string, files map[string]os.FileMode) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	for name, mode := range files {
		h := &zip.FileHeader{Name: name}
		h.SetMode(mode)
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
}
