package throttle

import (
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/naru-log/naru/event"
)

type driver struct {
	ev     *event.Event
	p      event.Processor
	tagged event.Tag
}

func newDriver(t testing.TB, c Config) *driver {
	t.Helper()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	s := event.NewSchema()
	f, err := New(c, s)
	if err != nil {
		t.Fatal(err)
	}
	tagged := s.Tag("_throttled")
	s.Freeze()
	return &driver{event.NewEvent(s), f.Processor(), tagged}
}

// passes processes an event of a message at a second.
func (d *driver) passes(message string, second int) bool {
	d.ev.Reset(nil, []byte(message), 0)
	d.ev.SetUnixNano(event.Timestamp, int64(second)*1e9)
	return d.p.Process(d.ev) == event.Keep && !d.ev.HasTag(d.tagged)
}

func config(change func(*Config)) Config {
	c := Defaults()
	c.Keys, c.Limit = []string{"message"}, 2
	if change != nil {
		change(&c)
	}
	return c
}

func TestProcess(t *testing.T) {
	for _, drop := range []bool{false, true} {
		d := newDriver(t, config(func(c *Config) { c.Drop = drop }))
		for i, step := range []struct {
			message string
			second  int
			want    bool
		}{
			{"a", 60, true}, {"a", 61, true}, {"a", 62, false}, {"b", 62, true}, {"a", 119, false},
			{"a", 120, true}, {"a", 100, true}, {"a", 121, false}, // a late line counts for the period that is
		} {
			if got := d.passes(step.message, step.second); got != step.want {
				t.Errorf("drop %v, step %d: passes %v", drop, i, got)
			}
		}
		if d.ev.HasTag(d.tagged) == drop {
			t.Errorf("drop %v: tagged %v", drop, !drop)
		}
	}
}

func TestWithoutKeysAllAreOne(t *testing.T) {
	d := newDriver(t, config(func(c *Config) { c.Keys = nil }))
	if !d.passes("a", 1) || !d.passes("b", 1) || d.passes("c", 1) {
		t.Error("the third event passed, or one before did not")
	}
}

func TestTimeOfReading(t *testing.T) {
	d := newDriver(t, config(nil))
	batch := &event.Batch{ReadAt: time.Unix(60, 0)}
	for i := range 4 {
		if i == 3 {
			batch.ReadAt = time.Unix(120, 0)
		}
		d.ev.Reset(batch, []byte("a"), 0)
		d.p.Process(d.ev)
		if got := d.ev.HasTag(d.tagged); got != (i == 2) {
			t.Errorf("event %d: tagged %v", i, got)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	c := config(func(c *Config) { c.MaxKeys, c.Limit = 1000, 1 })
	d := newDriver(t, c)
	for i := range 100000 {
		d.passes(strconv.Itoa(i), 60)
	}
	if n := len(d.p.(processor).f.counts.sets) * ways; n > 2048 {
		t.Errorf("%d entries for 1000 keys", n)
	}
	// A key of the running period pushes out one of an earlier period first.
	d = newDriver(t, config(func(c *Config) { c.MaxKeys, c.Limit = 1, 1 }))
	d.passes("now", 600)
	for i := range shards * ways * 100 {
		d.passes(strconv.Itoa(i), 60)
	}
	if d.passes("now", 600) {
		t.Error("the count of the running period was lost to older ones")
	}
}

func TestWorkersShareTheCounts(t *testing.T) {
	s := event.NewSchema()
	f, err := New(config(func(c *Config) { c.Limit, c.Drop = 1000, true }), s)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	var wg sync.WaitGroup
	passed := make([]int, 4)
	for w := range passed {
		wg.Go(func() {
			ev, p := event.NewEvent(s), f.Processor()
			for range 1000 {
				ev.Reset(nil, []byte("a"), 0)
				ev.SetUnixNano(event.Timestamp, 60e9)
				if p.Process(ev) == event.Keep {
					passed[w]++
				}
			}
		})
	}
	wg.Wait()
	if got := passed[0] + passed[1] + passed[2] + passed[3]; got != 1000 {
		t.Errorf("%d events passed, want 1000", got)
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Limit = 0 }, "limit: "},
		{func(c *Config) { c.Period = 0 }, "period: "},
		{func(c *Config) { c.MaxKeys = 0 }, "max_keys: "},
		{func(c *Config) { c.Keys = []string{"message", "a..b"} }, "keys[1]: "},
	} {
		c := config(tt.change)
		err := c.Validate()
		if err == nil {
			_, err = New(c, event.NewSchema())
		}
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("err = %v, want %q", err, tt.want)
		}
	}
}

func TestDoesNotAllocate(t *testing.T) {
	d := newDriver(t, config(nil))
	line := []byte("192.0.2.1")
	if n := testing.AllocsPerRun(100, func() { d.ev.Reset(nil, line, 0); d.p.Process(d.ev) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkProcess(b *testing.B) {
	d := newDriver(b, config(nil))
	line := []byte("192.0.2.1")
	b.ReportAllocs()
	for b.Loop() {
		d.ev.Reset(nil, line, 0)
		d.ev.SetUnixNano(event.Timestamp, 60e9)
		d.p.Process(d.ev)
	}
}
