package sample

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/event"
)

// kept counts the lines that stay of n, whose messages are by message.
func kept(t testing.TB, c Config, n int, message func(i int) string) int {
	t.Helper()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	s := event.NewSchema()
	f, err := New(c, s)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	ev, p := event.NewEvent(s), f.Processor()
	batch := &event.Batch{Source: event.NewSource(7, "x", time.Time{})}
	count := 0
	for i := range n {
		first := event.Drop
		for again := range 2 {
			ev.Reset(batch, []byte(message(i)), int64(i*100))
			verdict := p.Process(ev)
			if again == 1 && verdict != first {
				t.Fatalf("line %d was decided twice", i)
			}
			first = verdict
		}
		if first == event.Keep {
			count++
		}
	}
	return count
}

func TestShare(t *testing.T) {
	const n = 20000
	for _, rate := range []float64{0.01, 0.1, 0.5, 0.9, 1} {
		for _, key := range []string{"", "message"} {
			got := kept(t, Config{Rate: rate, Key: key}, n, strconv.Itoa)
			if want := rate * n; math.Abs(float64(got)-want) > 5*math.Sqrt(n*rate*(1-rate)) {
				t.Errorf("rate %v, key %q: kept %d of %d", rate, key, got, n)
			}
		}
	}
}

func TestKeyStaysTogether(t *testing.T) {
	same := func(int) string { return "one client" }
	if got := kept(t, Config{Rate: 0.5, Key: "message"}, 100, same); got != 0 && got != 100 {
		t.Errorf("kept %d of 100", got)
	}
	if got := kept(t, Config{Rate: 0.5, Key: "absent"}, 1000, same); got < 400 || got > 600 {
		t.Errorf("without the key: kept %d of 1000", got)
	}
}

func TestErrors(t *testing.T) {
	for _, rate := range []float64{0, -1, 1.1, math.NaN()} {
		c := Config{Rate: rate}
		if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), "rate: ") {
			t.Errorf("rate %v: err = %v", rate, err)
		}
	}
	if _, err := New(Config{Rate: 1, Key: "a..b"}, event.NewSchema()); err == nil || !strings.HasPrefix(err.Error(), "key: ") {
		t.Errorf("err = %v", err)
	}
}

func TestNumbersAsKeys(t *testing.T) {
	s := event.NewSchema()
	f, err := New(Config{Rate: 0.5, Key: "n"}, s)
	if err != nil {
		t.Fatal(err)
	}
	n, _ := s.Lookup("n")
	s.Freeze()
	ev, p := event.NewEvent(s), f.Processor()
	count := 0
	for i := range 1000 {
		ev.Reset(nil, nil, 0)
		ev.SetInt(n, int64(i))
		if p.Process(ev) == event.Keep {
			count++
		}
	}
	if count < 400 || count > 600 {
		t.Errorf("kept %d of 1000", count)
	}
}

func row(t testing.TB) func() {
	s := event.NewSchema()
	f, err := New(Config{Rate: 0.5, Key: "message"}, s)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	ev, p := event.NewEvent(s), f.Processor()
	line := []byte("192.0.2.1")
	return func() { ev.Reset(nil, line, 0); p.Process(ev) }
}

func TestDoesNotAllocate(t *testing.T) {
	if n := testing.AllocsPerRun(100, row(t)); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkProcess(b *testing.B) {
	process := row(b)
	b.ReportAllocs()
	for b.Loop() {
		process()
	}
}
