package file

import (
	"bytes"
	"fmt"
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

func TestDeletedWhileReading(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log")
	w := &writer{t: t}
	a := newAgent(t, newDelivery(t, 1), path)
	a.deps.Window = 64 << 10
	w.write(path, 9000)
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	defer f.Close()
	a.hold(true)
	a.start()
	a.waitFor(func() bool { return a.out.count() > 0 }, "the first lines")
	must(t, os.Remove(path))
	_, err = f.WriteString(w.next(100)) // its writer does not know
	must(t, err)
	a.hold(false)
	a.wait(w.lines...)
	_, err = f.WriteString(w.next(5))
	must(t, err)
	a.wait(w.lines...)
	w.write(path, 10)
	a.wait(w.lines...)
	a.shutdown()
}

// TestGrownBeyond truncates a file that grows beyond the old position before
// anybody looks.
func TestGrownBeyond(t *testing.T) {
	for _, running := range []bool{true, false} {
		t.Run(fmt.Sprint("running ", running), func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "access.log")
			w := &writer{t: t}
			a := newAgent(t, newDelivery(t, 1), path)
			w.write(path, 100)
			a.start()
			a.wait(w.lines...)
			if !running {
				a.shutdown()
			}
			must(t, os.WriteFile(path, []byte(w.next(1000)), 0o644))
			if !running {
				a.start()
			}
			a.wait(w.lines...)
			a.shutdown()
		})
	}
}

// TestInodeReuse gives a new file the inode of the old one.
func TestInodeReuse(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log")
	w := &writer{t: t}
	a := newAgent(t, newDelivery(t, 1), path)
	w.write(path, 100)
	a.start()
	a.wait(w.lines...)
	a.shutdown()
	must(t, os.WriteFile(path, []byte(w.next(300)), 0o644)) // the same inode, other content
	a.start()
	a.wait(w.lines...)
	a.shutdown()
	if n := len(a.out.sources); n != 2 {
		t.Errorf("%d identities, want 2", n)
	}
}

func TestSymlinkSwitch(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "current.log")
	w := &writer{t: t}
	a := newAgent(t, newDelivery(t, 1), link)
	for i := range 4 {
		target := filepath.Join(dir, "data", fmt.Sprintf("log.%d", i))
		must(t, os.MkdirAll(filepath.Dir(target), 0o755))
		w.write(target, 100)
		must(t, os.Symlink(target, link+".new"))
		must(t, os.Rename(link+".new", link))
		if i == 0 {
			a.start()
		}
		a.wait(w.lines...)
		w.write(target, 10)
		a.wait(w.lines...)
	}
	a.shutdown()
}

// TestNames reads a file with several names once.
func TestNames(t *testing.T) {
	dir := t.TempDir()
	w := &writer{t: t}
	path := filepath.Join(dir, "a.log")
	w.write(path, 100)
	must(t, os.Link(path, filepath.Join(dir, "hard.log")))
	must(t, os.Symlink(path, filepath.Join(dir, "soft.log")))
	must(t, os.Symlink("loop.log", filepath.Join(dir, "loop.log")))
	must(t, os.Symlink("nowhere", filepath.Join(dir, "dangling.log")))
	must(t, os.Mkdir(filepath.Join(dir, "directory.log"), 0o755))
	must(t, syscall.Mkfifo(filepath.Join(dir, "pipe.log"), 0o644))
	a := newAgent(t, newDelivery(t, 1), filepath.Join(dir, "*.log"), path)
	a.start()
	a.wait(w.lines...)
	w.write(path, 10)
	a.wait(w.lines...)
	a.shutdown()
	if n := strings.Count(a.log.String(), "not a regular file"); n != 1 {
		t.Errorf("the pipe was mentioned %d times:\n%s", n, a.log)
	}
}

// TestAlike reads files that begin alike as files of their own, even when one
// goes and another comes.
func TestAlike(t *testing.T) {
	dir := t.TempDir()
	banner := strings.Repeat("the same banner in each file\n", 60)
	a := newAgent(t, newDelivery(t, 1), filepath.Join(dir, "*.log"))
	for i := range 5 {
		write(t, filepath.Join(dir, fmt.Sprintf("%d.log", i)), banner)
	}
	a.start()
	a.waitFor(func() bool { return a.out.count() >= 5*60 }, "five banners")
	must(t, os.Remove(filepath.Join(dir, "0.log")))
	write(t, filepath.Join(dir, "9.log"), "a\nb\n")
	a.waitFor(func() bool { return a.out.count() >= 5*60+2 }, "another file")
	write(t, filepath.Join(dir, "0.log"), "a\nb\nc\n")
	a.waitFor(func() bool { return a.out.count() >= 5*60+5 }, "a short file that begins like another")
	a.shutdown()
}

func TestDirectoriesAppear(t *testing.T) {
	dir := t.TempDir()
	w := &writer{t: t}
	a := newAgent(t, newDelivery(t, 1), filepath.Join(dir, "apps", "**", "*.{log,txt}"), filepath.Join(dir, "late", "app.log"))
	a.cfg.SweepInterval = time.Hour // only notices from the system help
	a.cfg.Exclude = []string{"*secret*", filepath.Join(dir, "apps", "skip", "**")}
	a.start()
	a.waitFor(func() bool { return strings.Contains(a.log.String(), "does not exist yet") }, "a hint")
	must(t, os.MkdirAll(filepath.Join(dir, "late"), 0o755))
	time.Sleep(10 * time.Millisecond)
	w.write(filepath.Join(dir, "late", "app.log"), 10)
	a.wait(w.lines...)
	for _, sub := range []string{"apps", "apps/a", "apps/a/b", "apps/skip"} {
		must(t, os.MkdirAll(filepath.Join(dir, sub), 0o755))
		time.Sleep(100 * time.Millisecond)
	}
	w.write(filepath.Join(dir, "apps", "a", "b", "deep.log"), 10)
	w.write(filepath.Join(dir, "apps", "a.txt"), 10)
	write(t, filepath.Join(dir, "apps", "a", "secret.log"), "no\n")
	write(t, filepath.Join(dir, "apps", "skip", "a.log"), "no\n")
	write(t, filepath.Join(dir, "apps", "a.bin"), "no\n")
	a.wait(w.lines...)
	a.shutdown()
}

// TestErrorsAreNotAbsence makes everything fail for a while: no file may be
// taken for gone, and what is written meanwhile arrives.
func TestErrorsAreNotAbsence(t *testing.T) {
	dir := t.TempDir()
	logs := filepath.Join(dir, "logs")
	must(t, os.Mkdir(logs, 0o755))
	path := filepath.Join(logs, "access.log")
	w := &writer{t: t}
	a := newAgent(t, newDelivery(t, 1), filepath.Join(logs, "*.log"))
	w.write(path, 100)
	a.start()
	a.wait(w.lines...)
	must(t, os.Rename(logs, logs+".away"))
	must(t, os.Symlink("logs", logs)) // every path below fails with ELOOP
	a.waitFor(func() bool { return strings.Contains(a.log.String(), "symbolic links") }, "a complaint")
	w.write(filepath.Join(logs+".away", "access.log"), 100)
	time.Sleep(50 * time.Millisecond)
	must(t, os.Remove(logs))
	must(t, os.Rename(logs+".away", logs))
	w.write(path, 100)
	a.wait(w.lines...)
	a.shutdown()
	if n := len(a.out.sources); n != 1 {
		t.Errorf("%d identities, want 1", n)
	}
}

func TestTooManyOpenFiles(t *testing.T) {
	dir := t.TempDir()
	w := &writer{t: t}
	a := newAgent(t, newDelivery(t, 1), filepath.Join(dir, "*.log"))
	a.cfg.MaxOpenFiles = 1
	w.write(filepath.Join(dir, "a.log"), 10)
	a.start()
	a.wait(w.lines...)
	var old, low syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &old))
	low = old
	low.Cur = 3 // nothing can be opened
	must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low))
	defer syscall.Setrlimit(syscall.RLIMIT_NOFILE, &old)
	a.waitFor(func() bool { return strings.Contains(a.log.String(), "too many open files") }, "a complaint")
	time.Sleep(60 * time.Millisecond)
	must(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &old))
	w.write(filepath.Join(dir, "a.log"), 10)
	w.write(filepath.Join(dir, "b.log"), 10)
	a.wait(w.lines...)
	a.shutdown()
	if n := len(a.out.sources); n != 2 {
		t.Errorf("%d identities, want 2", n)
	}
}

func TestGaps(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log")
	w := &writer{t: t}
	a := newAgent(t, newDelivery(t, 1), path)
	f, err := os.Create(path) // a writer that does not append
	must(t, err)
	defer f.Close()
	put := func(n int) {
		_, err := f.WriteString(w.next(n))
		must(t, err)
	}
	put(8000)
	a.start()
	a.wait(w.lines...)
	must(t, os.Truncate(path, 0))
	put(10) // at its old offset: half a megabyte of nothing before it
	a.wait(w.lines...)
	_, err = f.Seek(3<<30, 0)
	must(t, err)
	put(10)
	a.wait(w.lines...)
	must(t, f.Truncate(4<<30)) // nothing follows the gap yet
	time.Sleep(30 * time.Millisecond)
	put(5) // in the gap
	a.wait(w.lines...)
	a.shutdown()
	a.start()
	a.wait(w.lines...)
	a.shutdown()
}

func TestLongLines(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log")
	a := newAgent(t, newDelivery(t, 1), path)
	a.cfg.MaxLineBytes = 300 << 10
	a.deps.Budget = event.NewBudget(64 << 10) // less than one chunk
	short := "short"
	fits := strings.Repeat("a", 300<<10)
	tooLong := strings.Repeat("b", 300<<10+1)
	huge := strings.Repeat("c", 10<<20)
	write(t, path, short+"\n"+fits+"\n"+tooLong+"\n"+huge+"\r\nend\n")
	want := []string{short, fits, tooLong[:300<<10], huge[:300<<10], "end"}
	a.start()
	a.wait(want...)
	piece := strings.Repeat("d", 1<<20)
	for range 5 { // a long line that grows
		write(t, path, piece)
		time.Sleep(20 * time.Millisecond)
	}
	write(t, path, "\nlast\n")
	a.wait(append(want, piece[:300<<10], "last")...)
	a.shutdown()
	for _, l := range []string{fits, short, "end", "last"} {
		if a.out.flags[l] != 0 {
			t.Errorf("%.10s… has flags %d", l, a.out.flags[l])
		}
	}
	if a.out.flags[huge[:300<<10]]&event.Truncated == 0 || a.out.flags[tooLong[:300<<10]]&event.Truncated == 0 {
		t.Error("a line that was cut is not marked")
	}
}

func TestPartialLine(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log")
	a := newAgent(t, newDelivery(t, 1), path)
	write(t, path, "one\ntw")
	a.start()
	a.wait("one")
	time.Sleep(60 * time.Millisecond)
	a.check("one")
	write(t, path, "o\n")
	a.wait("one", "two")
	a.shutdown()
	a.cfg.PartialLineAge = 30 * time.Millisecond
	write(t, path, "thr")
	a.start()
	a.wait("one", "two", "thr")
	write(t, path, "ee\n")
	a.wait("one", "two", "thr", "ee")
	a.shutdown()
}

func TestMultilineFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "catalina.out")
	a := newAgent(t, newDelivery(t, 1), path)
	a.cfg.Multiline = &Multiline{StartPattern: `^\d{4}-`, Timeout: 1500 * time.Millisecond}
	var want []string
	var b strings.Builder
	for i := range 3000 {
		e := fmt.Sprintf("2026-01-01 event %d", i)
		for j := range i % 7 {
			e += fmt.Sprintf("\n\tat frame %d %s", j, strings.Repeat("f", 40*j))
		}
		want = append(want, e)
		b.WriteString(e + "\n")
	}
	write(t, path, b.String())
	a.start()
	a.wait(want...)
	write(t, path, "2026-01-01 slow\n")
	time.Sleep(20 * time.Millisecond)
	write(t, path, "\tat x\n")
	a.wait(append(want, "2026-01-01 slow\n\tat x")...)
	a.shutdown()
}

func TestStartAtEnd(t *testing.T) {
	dir := t.TempDir()
	a := newAgent(t, newDelivery(t, 1), filepath.Join(dir, "*.log"))
	a.cfg.StartAt = "end"
	write(t, filepath.Join(dir, "old.log"), "old\nold\nhalf ")
	a.start()
	a.waitFor(func() bool { return len(a.store.Namespace("test/0").Files()) == 1 }, "the file")
	write(t, filepath.Join(dir, "old.log"), "new\n")
	write(t, filepath.Join(dir, "new.log"), "all\nof it\n")
	a.wait("half new", "all", "of it")
	a.shutdown()
	write(t, filepath.Join(dir, "later.log"), "while stopped\n")
	a.start()
	a.wait("half new", "all", "of it", "while stopped")
	a.shutdown()
}

func TestIgnoreOlder(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "old.log")
	a := newAgent(t, newDelivery(t, 1), filepath.Join(dir, "*.log"))
	a.cfg.IgnoreOlder = time.Hour
	write(t, old, "old\n")
	must(t, os.Chtimes(old, time.Time{}, time.Now().Add(-2*time.Hour)))
	write(t, filepath.Join(dir, "new.log"), "new\n")
	a.start()
	a.wait("new")
	write(t, old, "more\n")
	a.wait("new", "more")
	a.shutdown()
}

// TestGzipOnly reads files that were compressed before they were first seen.
func TestGzipOnly(t *testing.T) {
	dir := t.TempDir()
	w := &writer{t: t}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(w.next(20000)))
	must(t, z.Close())
	z.Reset(&b) // a second member, as of files put together by cat
	z.Write([]byte(w.next(10)))
	must(t, z.Close())
	must(t, os.WriteFile(filepath.Join(dir, "a.gz"), b.Bytes(), 0o644))
	write(t, filepath.Join(dir, "not.gz"), "plain in spite of its name\n")
	w.lines = append(w.lines, "plain in spite of its name")
	a := newAgent(t, newDelivery(t, 1), filepath.Join(dir, "*.gz"))
	a.start()
	a.wait(w.lines...)
	a.kill()
	a.start()
	a.wait(w.lines...)
	a.shutdown()
	a.once()
	a.check(w.lines...)
}

func TestHandlesAreBounded(t *testing.T) {
	dir := t.TempDir()
	w := &writer{t: t}
	a := newAgent(t, newDelivery(t, 1), filepath.Join(dir, "*.log"))
	a.cfg.MaxOpenFiles = 10
	a.start()
	for round := range 3 {
		for i := range 100 {
			w.write(filepath.Join(dir, fmt.Sprintf("%d.log", i)), 3)
		}
		a.wait(w.lines...)
		if n := a.in.handles.count(); n > 10+4 { // one more for each reader
			t.Errorf("round %d: %d files are open", round, n)
		}
	}
	a.shutdown()
}

// TestFullStateDisk starts on a disk that takes no checkpoint: nothing may be
// read before the identity is durable, everything once it is.
func TestFullStateDisk(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "access.log")
	w := &writer{t: t}
	w.write(path, 100)
	a := newAgent(t, newDelivery(t, 1), path)
	must(t, os.Mkdir(filepath.Join(a.dir, "checkpoint.new"), 0o755)) // the new checkpoint cannot be made
	a.start()
	a.waitFor(func() bool { return a.store.Err() != nil }, "an unhealthy store")
	time.Sleep(50 * time.Millisecond)
	if n := a.out.count(); n != 0 {
		t.Errorf("%d lines were emitted before their identity was durable", n)
	}
	must(t, os.Remove(filepath.Join(a.dir, "checkpoint.new")))
	a.wait(w.lines...)
	a.shutdown()
}

// TestForget drops files that have vanished, not those that are there.
func TestForget(t *testing.T) {
	dir := t.TempDir()
	w := &writer{t: t}
	a := newAgent(t, newDelivery(t, 1), filepath.Join(dir, "*.log"))
	w.write(filepath.Join(dir, "a.log"), 10)
	w.write(filepath.Join(dir, "b.log"), 10)
	a.start()
	a.wait(w.lines...)
	a.shutdown()
	must(t, os.Remove(filepath.Join(dir, "a.log")))
	a.start()
	a.waitFor(func() bool { return strings.Contains(a.log.String(), "remembered=2") }, "the second run")
	in := a.in
	a.shutdown()
	entries, err := checkpoint.Read(a.dir)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%d entries, %v: vanished files are remembered for a while", len(entries), err)
	}
	for _, f := range in.snapshot() {
		f.mu.Lock()
		f.first, f.dirty = nil, false
		gone := f.place == lost
		f.mu.Unlock()
		if f.expired(time.Now().Add(49*time.Hour)) != gone {
			t.Errorf("%s: forgotten %v, want %v", f.src.Path, !gone, gone)
		}
	}
}
