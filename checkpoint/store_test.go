package checkpoint

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func entry(id uint64, offset int64) Entry {
	return Entry{ID: id, FirstSeen: time.Unix(0, 1234567890123456789), Path: "/var/log/a", Location: "/var/log/a", Offset: offset, Sent: offset, Limit: offset + 100, Seen: time.Unix(99, 0), Fresh: time.Unix(0, 7)}
}

func TestReopen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	s, err := Open(dir, quiet())
	if err != nil {
		t.Fatal(err)
	}
	s.Namespace("a/0").Put(entry(1, 10))
	s.Namespace("a/0").Put(entry(2, 20))
	s.Namespace("b/0").Put(entry(1, 30))
	s.Namespace("a/0").Delete(2)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(); !errors.Is(err, ErrClosed) {
		t.Errorf("commit after close: %v", err)
	}
	a, b := entry(1, 10), entry(1, 30)
	a.Namespace, b.Namespace = "a/0", "b/0"
	listed, err := Read(dir)
	if want := []Entry{a, b}; err != nil || !reflect.DeepEqual(listed, want) {
		t.Errorf("Read = %+v, %v; want %+v", listed, err, want)
	}
	if s, err = Open(dir, quiet()); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := s.Namespace("a/0").Files(); len(got) != 1 || got[0] != a {
		t.Errorf("after a clean stop: %+v, want %+v", got, a)
	}
}

func TestUncleanStopRaisesSent(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, quiet())
	if err != nil {
		t.Fatal(err)
	}
	s.Namespace("a/0").Put(entry(1, 10))
	if err := s.Commit(); err != nil {
		t.Fatal(err)
	}
	image, err := os.ReadFile(filepath.Join(dir, logName))
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	reopen := func(b []byte) Entry {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, logName), b, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(dir, quiet())
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		return s.Namespace("a/0").Files()[0]
	}
	if e := reopen(image); e.Sent != e.Limit {
		t.Errorf("killed: sent %d, want the limit %d", e.Sent, e.Limit)
	}
	if e := reopen(append(image[:len(image):len(image)], marker, 3, 0)); e.Sent != e.Limit {
		t.Errorf("torn end: sent %d, want the limit %d", e.Sent, e.Limit)
	}
	if e := reopen(append(image[:len(image):len(image)], "garbage"...)); e.Sent != math.MaxInt64 {
		t.Errorf("damaged: sent %d, want everything", e.Sent)
	}
}

func TestDamageIsReportedAndKept(t *testing.T) {
	dir := t.TempDir()
	b := appendHeader(nil)
	e := entry(1, 10)
	b = appendPut(b, &e)
	b = append(b, "this is not a record"...)
	path := filepath.Join(dir, logName)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if entries, err := Read(dir); len(entries) != 1 {
		t.Errorf("Read = %v, %v", entries, err)
	} else if damage, ok := errors.AsType[*CorruptionError](err); !ok || damage.Path != path || damage.Torn {
		t.Errorf("Read error = %#v", err)
	}
	var log bytes.Buffer
	s, err := Open(dir, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if !strings.Contains(log.String(), "level=ERROR") || !strings.Contains(log.String(), path) {
		t.Errorf("log: %s", log.String())
	}
	if kept, err := os.ReadFile(filepath.Join(dir, damagedName)); err != nil || !bytes.Equal(kept, b) {
		t.Errorf("the damaged file was not kept: %v", err)
	}
}

func TestVersionFromTheFutureIsNotDamage(t *testing.T) {
	dir := t.TempDir()
	b := appendHeader(nil)
	b[8] = version + 1
	binary.LittleEndian.PutUint32(b[12:], crc32.Checksum(b[:12], castagnoli))
	if err := os.WriteFile(filepath.Join(dir, logName), b, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(dir, quiet())
	if err == nil || !strings.Contains(err.Error(), "version 3") {
		t.Errorf("Open = %v", err)
	}
	if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), "version 3") {
		t.Errorf("Read = %v", err)
	}
	if s, err := Open(dir, quiet()); err == nil { // and the lock was given back
		s.Close()
	} else if _, locked := errors.AsType[*LockedError](err); locked {
		t.Errorf("still locked: %v", err)
	}
}

// TestVersionOne reads what the first version wrote.
func TestVersionOne(t *testing.T) {
	b := appendHeader(nil)
	b[8] = 1
	binary.LittleEndian.PutUint32(b[12:], crc32.Checksum(b[:12], castagnoli))
	e := entry(1, 10)
	put := appendPut(nil, &e)
	old := put[frameBytes : len(put)-1] // without the length of Begin
	b = frame(b, func(b []byte) []byte { return append(b, old...) })
	st, damage, err := decode(b)
	if err != nil || damage != nil {
		t.Fatalf("damage %v, %v", damage, err)
	}
	if got := st.spaces[""][1]; got != e {
		t.Errorf("%+v became %+v", e, got)
	}
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, quiet())
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open(dir, quiet())
	locked, ok := errors.AsType[*LockedError](err)
	if !ok || locked.PID != os.Getpid() || locked.Dir != dir || !strings.Contains(err.Error(), dir) {
		t.Errorf("second Open = %v", err)
	}
	if _, err := Read(dir); err != nil {
		t.Errorf("Read beside a running store: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(dir, quiet()); err != nil {
		t.Fatalf("Open after Close: %v", err)
	}
	s.Close()
}

func TestReadWithoutCheckpoint(t *testing.T) {
	if entries, err := Read(t.TempDir()); len(entries) > 0 || err != nil {
		t.Errorf("Read = %v, %v", entries, err)
	}
}

// part is a participant that counts.
type part struct {
	collect   func()
	committed []error
}

func (p *part) Collect()            { p.collect() }
func (p *part) Committed(err error) { p.committed = append(p.committed, err) }

func TestFullDisk(t *testing.T) {
	d := newCrashDisk(1)
	var log bytes.Buffer
	s, err := open("state", d, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ns := s.Namespace("a/0")
	p := &part{collect: func() {}}
	detach := ns.Attach(p)
	ns.Put(entry(1, 10))
	d.fail = full
	for range 3 {
		if err := s.Commit(); err == nil || s.Err() == nil {
			t.Fatalf("Commit = %v, Err = %v on a full disk", err, s.Err())
		}
	}
	if n := strings.Count(log.String(), "level=ERROR"); n != 1 {
		t.Errorf("told %d times:\n%s", n, log.String())
	}
	d.fail = nil
	if err := s.Commit(); err != nil || s.Err() != nil {
		t.Fatalf("Commit = %v, Err = %v with room again", err, s.Err())
	}
	if len(p.committed) != 4 || p.committed[2] == nil || p.committed[3] != nil {
		t.Errorf("participant heard %v", p.committed)
	}
	detach()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err = open("state", d, quiet())
	if err != nil || len(s.Namespace("a/0").Files()) != 1 {
		t.Errorf("after all: %v", err)
	}
}

func TestLogStaysBounded(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ns := s.Namespace("a/0")
	for i := range 20000 {
		for id := range uint64(4) {
			ns.Put(entry(id, int64(i)))
		}
		if i%10 == 0 {
			if err := s.Commit(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if info, err := os.Stat(filepath.Join(dir, logName)); err != nil || info.Size() > 2*minRewrite {
		t.Errorf("the log of 4 files has %d bytes, %v", info.Size(), err)
	}
}

func TestConcurrentCommits(t *testing.T) {
	s, err := Open(t.TempDir(), quiet())
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for w := range uint64(8) {
		ns := s.Namespace(string(rune('a' + w%3)))
		wg.Go(func() {
			for i := range int64(50) {
				ns.Put(entry(w, i))
				if err := s.Commit(); err != nil {
					t.Errorf("commit: %v", err)
				}
			}
		})
	}
	wg.Wait()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := Read(s.dir)
	if err != nil || len(entries) != 8 {
		t.Fatalf("Read = %v, %v", entries, err)
	}
	for _, e := range entries {
		if e.Offset != 49 {
			t.Errorf("%+v", e)
		}
	}
}

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := open("state", newCrashDisk(1), quiet())
		if err != nil {
			t.Fatal(err)
		}
		var commits atomic.Int64
		p := &part{collect: func() { commits.Add(1) }}
		defer s.Namespace("a/0").Attach(p)()
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { s.Run(ctx) })
		time.Sleep(10*Interval + Interval/2)
		synctest.Wait()
		if commits.Load() != 10 {
			t.Errorf("%d commits in 10 intervals", commits.Load())
		}
		before := time.Now()
		for range 100 {
			s.Request()
		}
		synctest.Wait()
		if commits.Load() != 11 || !time.Now().Equal(before) {
			t.Errorf("a request did not commit at once: %d", commits.Load())
		}
		for range 10 {
			s.Request()
			time.Sleep(minSpacing / 4)
		}
		synctest.Wait()
		if commits.Load() > 15 {
			t.Errorf("%d commits: requests are not spaced", commits.Load())
		}
		cancel()
		wg.Wait()
	})
}
