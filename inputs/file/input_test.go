package file

import (
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestFollow(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log")
	w := &writer{t: t}
	w.write(path, 100)
	a := newAgent(t, newDelivery(t, 1), filepath.Join(dir, "*.log"))
	a.start()
	a.wait(w.lines...)
	w.write(path, 50)
	a.wait(w.lines...)
	w.write(filepath.Join(dir, "other.log"), 10)
	a.wait(w.lines...)
	a.shutdown()
	w.write(path, 7)
	a.start()
	a.wait(w.lines...)
	a.shutdown()
	if a.out.again > 0 {
		t.Errorf("%d lines were read again after an orderly stop", a.out.again)
	}
}

func TestOnce(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log")
	w := &writer{t: t}
	w.write(path, 50000)
	write(t, path, "the end without newline")
	w.lines = append(w.lines, "the end without newline")
	a := newAgent(t, newDelivery(t, 1), filepath.Join(dir, "*.log"))
	a.once()
	a.check(w.lines...)
	a.once()
	a.check(w.lines...)
	if a.out.again > 0 {
		t.Errorf("%d lines were read again", a.out.again)
	}
}

func TestRename(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log")
	w := &writer{t: t}
	a := newAgent(t, newDelivery(t, 1), path)
	a.start()
	w.write(path, 1000)
	a.wait(w.lines...)
	for range 3 {
		must(t, os.Rename(path, path+".1"))
		w.write(path+".1", 10)
		w.write(path, 500)
		w.write(path+".1", 5)
		a.wait(w.lines...)
	}
	a.shutdown()
}

func TestTruncate(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log")
	w := &writer{t: t}
	a := newAgent(t, newDelivery(t, 1), path)
	a.start()
	w.write(path, 1000)
	a.wait(w.lines...)
	must(t, os.Truncate(path, 0))
	w.write(path, 1500)
	a.wait(w.lines...)
	must(t, os.Truncate(path, 0))
	w.write(path, 3)
	a.wait(w.lines...)
	a.shutdown()
}
