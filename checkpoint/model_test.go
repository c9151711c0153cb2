package checkpoint

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func randomEntry(rng *rand.Rand, id uint64) Entry {
	text := func() string { return "/var/log/" + strings.Repeat("a", rng.IntN(200)) }
	e := Entry{
		ID: id, FirstSeen: time.Unix(0, rng.Int64N(1<<60)), Path: text(), Location: text(),
		Device: rng.Uint64(), Inode: rng.Uint64(), Offset: rng.Int64N(1 << 50),
		Compressed: rng.IntN(2) == 0, Finished: rng.IntN(2) == 0,
		Seen: time.Unix(rng.Int64N(1<<32), 0), Fresh: time.Unix(0, rng.Int64N(1<<60)),
		Head: Sign([]byte(text())), Tail: Sign([]byte(text())), Begin: text()[:rng.IntN(9)],
	}
	e.Sent = e.Offset + rng.Int64N(1<<20)
	e.Limit = e.Sent + rng.Int64N(1<<20)
	return e
}

type fileKey struct {
	space string
	id    uint64
}

// model is what the store promises: after a crash every file is as the last
// successful commit left it, or as a later one tried to.
type model struct {
	durable  map[fileKey]Entry
	possible map[fileKey][]*Entry // since then; nil is a deletion
}

func (m *model) put(k fileKey, e *Entry) { m.possible[k] = append(m.possible[k], e) }

func (m *model) committed() {
	for k, list := range m.possible {
		if e := list[len(list)-1]; e != nil {
			m.durable[k] = *e
		} else {
			delete(m.durable, k)
		}
	}
	clear(m.possible)
}

// stop is what a restart may make of how the last run ended: raise Sent to Limit
// or not.
type stop int

const (
	cleanStop   stop = iota
	uncleanStop      // something was committed, then the power failed
	unknownStop      // the first commit was under way
)

// check compares what was recovered.
func (m *model) check(got map[fileKey]Entry, how stop) error {
	allowed := func(k fileKey) []*Entry {
		var list []*Entry
		if e, ok := m.durable[k]; ok {
			list = append(list, &e)
		} else {
			list = append(list, nil)
		}
		return append(list, m.possible[k]...)
	}
	keys := map[fileKey]bool{}
	for k := range got {
		keys[k] = true
	}
	for k := range m.durable {
		keys[k] = true
	}
	for k := range keys {
		found := false
		g, there := got[k]
		for _, e := range allowed(k) {
			if e == nil {
				found = found || !there
				continue
			}
			plain, raised := *e, *e
			raised.Sent = max(e.Sent, e.Limit)
			found = found || there && (how != uncleanStop && g == plain || how != cleanStop && g == raised)
		}
		if !found {
			return fmt.Errorf("%v is %+v (there: %v), which it never was since the last commit", k, g, there)
		}
	}
	return nil
}

func contents(s *Store, spaces []string) map[fileKey]Entry {
	got := map[fileKey]Entry{}
	for _, name := range spaces {
		for _, e := range s.Namespace(name).Files() {
			got[fileKey{name, e.ID}] = e
		}
	}
	return got
}

// TestCrash runs random operations on a disk that fails at a random call, and
// compares what a restart finds with the model.
func TestCrash(t *testing.T) {
	for seed := range uint64(1000) {
		if err := crashOnce(seed); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func crashOnce(seed uint64) error {
	rng := rand.New(rand.NewPCG(seed, 11))
	d := newCrashDisk(seed)
	m := &model{durable: map[fileKey]Entry{}, possible: map[fileKey][]*Entry{}}
	spaces := []string{"a/0", "b/0"}
	how := cleanStop
	for range 6 { // lives of the process
		s, err := open("state", d, quiet())
		if err != nil {
			return err
		}
		if err := m.check(contents(s, spaces), how); err != nil {
			return err
		}
		m.durable, m.possible = contents(s, spaces), map[fileKey][]*Entry{}
		if d.dieAt = d.calls + 1 + rng.IntN(40); rng.IntN(3) == 0 {
			d.dieAt = 0
		}
		how = live(s, d, m, rng, spaces, how)
		if d.dead {
			d = d.restart()
		}
	}
	return nil
}

// live runs one process until it dies or closes the store.
func live(s *Store, d *crashDisk, m *model, rng *rand.Rand, spaces []string, how stop) stop {
	for range 60 {
		k := fileKey{spaces[rng.IntN(len(spaces))], uint64(rng.IntN(6))}
		switch n := rng.IntN(10); {
		case n < 6:
			e := randomEntry(rng, k.id)
			s.Namespace(k.space).Put(e)
			e.Namespace = k.space
			m.put(k, &e)
		case n < 7:
			s.Namespace(k.space).Delete(k.id)
			m.put(k, nil)
		case n < 9:
			d.fail = nil
			if rng.IntN(5) == 0 {
				d.fail = full
			}
			switch {
			case s.Commit() == nil:
				m.committed()
				how = uncleanStop
			case how == cleanStop:
				how = unknownStop
			}
		}
		if d.dead {
			return how
		}
	}
	d.fail, d.dieAt = nil, 0
	if s.Close() == nil {
		m.committed()
		return cleanStop
	}
	return how
}

// TestDamage cuts a log at every byte and changes every byte of it: what is
// recovered of each file is something that it once was.
func TestDamage(t *testing.T) {
	d := newCrashDisk(1)
	s, err := open("state", d, quiet())
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(5, 5))
	history := map[uint64][]Entry{}
	ns := s.Namespace("a/0")
	for range 12 {
		for range 3 {
			id := uint64(rng.IntN(4))
			e := randomEntry(rng, id)
			e.Path, e.Location = "/a", "/b"
			ns.Put(e)
			e.Namespace = "a/0"
			history[id] = append(history[id], e)
		}
		if err := s.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole := d.now[filepath.Join("state", logName)].b
	try := func(what string, b []byte, wantDamage bool) {
		t.Helper()
		st, damage, err := decode(b)
		if v := errVersion(0); errors.As(err, &v) {
			t.Fatalf("%s: taken for another version", what)
		}
		if (damage != nil) != wantDamage {
			t.Errorf("%s: damage %v, want some: %v", what, damage, wantDamage)
		}
		if damage != nil && st.clean {
			t.Errorf("%s: damaged but clean", what)
		}
		for id, got := range st.spaces["a/0"] {
			ok := false
			for _, e := range history[id] {
				ok = ok || e == got
			}
			if !ok {
				t.Fatalf("%s: file %d is %+v, which it never was", what, id, got)
			}
		}
	}
	boundaries := map[int]bool{headerBytes: true}
	for at := headerBytes; at < len(whole); {
		_, size, _, err := nextRecord(whole[at:])
		if err != nil {
			t.Fatal(err)
		}
		at += size
		boundaries[at] = true
	}
	for i := range whole {
		try(fmt.Sprintf("cut at %d", i), whole[:i], !boundaries[i])
		b := append([]byte(nil), whole...)
		b[i] ^= byte(1 + rng.IntN(255))
		try(fmt.Sprintf("byte %d changed", i), b, true)
	}
	try("whole", whole, false)
}

// TestOneDamagedRecordCostsOnlyItself is about what damage means for the others.
func TestOneDamagedRecordCostsOnlyItself(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	b := appendHeader(nil)
	var starts []int
	for id := range uint64(5) {
		starts = append(starts, len(b))
		e := randomEntry(rng, id)
		e.Namespace = "a/0"
		b = appendPut(b, &e)
	}
	b[starts[2]+frameBytes+20] ^= 1
	st, damage, err := decode(b)
	if err != nil || damage == nil || damage.Torn || damage.Offset != int64(starts[2]) || damage.Bytes != int64(starts[3]-starts[2]) {
		t.Fatalf("damage = %v, %v", damage, err)
	}
	if n := len(st.spaces["a/0"]); n != 4 {
		t.Errorf("%d files recovered, want 4", n)
	}
}

func FuzzDecode(f *testing.F) {
	rng := rand.New(rand.NewPCG(9, 9))
	b := appendHeader(nil)
	for id := range uint64(3) {
		e := randomEntry(rng, id)
		b = appendPut(b, &e)
	}
	b = appendClean(appendDelete(b, "", 1))
	f.Add(b)
	f.Add(b[:len(b)-5])
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		st, damage, err := decode(b)
		if err != nil {
			return
		}
		if damage != nil && (damage.Offset < 0 || damage.Offset > int64(len(b)) || damage.Bytes < 0 || damage.Bytes > int64(len(b))) {
			t.Fatalf("damage at %d, %d bytes of %d", damage.Offset, damage.Bytes, len(b))
		}
		// what was read can be written and read again
		out := appendHeader(nil)
		n := 0
		for _, files := range st.spaces {
			for _, e := range files {
				out = appendPut(out, &e)
				n++
			}
		}
		again, damage, err := decode(out)
		if err != nil || damage != nil {
			t.Fatalf("own log: %v, %v", damage, err)
		}
		for name, files := range st.spaces {
			for id, e := range files {
				if again.spaces[name][id] != e {
					t.Fatalf("%+v became %+v", e, again.spaces[name][id])
				}
			}
		}
	})
}
