package live

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/event"
)

func TestPicture(t *testing.T) {
	s := event.NewSchema()
	var first []string
	o, err := New(s, 1, func(doc []byte) { first = append(first, string(doc)) })
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	ev, w := event.NewEvent(s), o.Writer(event.NewEncoder(s))
	for i := range 1000 {
		ev.Reset(nil, nil, 0)
		ev.SetUnixNano(event.Timestamp, int64(i/100)*1e9)
		ev.SetInt(o.slots.duration, int64(i+1)*1e6)
		switch {
		case i%10 == 0:
			ev.SetInt(o.slots.status, 408)
		default:
			ev.SetInt(o.slots.status, 200)
			ev.SetString(o.slots.agent, "Chrome")
			ev.SetString(o.slots.country, "KR")
		}
		if i%4 == 0 {
			ev.SetString(o.slots.device, "bot")
		}
		if err := w.Write(context.Background(), ev); err != nil {
			t.Fatal(err)
		}
	}
	if len(first) != 1 || !strings.Contains(first[0], `"status_code":408`) {
		t.Errorf("first documents: %q", first)
	}
	got := o.Snapshot().Render(10*time.Second, 100)
	for _, want := range []string{
		"1,000 lines in 10s, 100 lines/s now",
		"200 OK                     ████████████████████████      900  90.0%",
		"408 Request Timeout        ███                           100  10.0%",
		"200 █████████", "408 █████████", "25.0% of all requests are bots",
		"Chrome                      900  90.0%    KR            900  90.0%",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("picture lacks %q:\n%s", want, got)
		}
	}
	for line := range strings.SplitSeq(got, "\n") {
		if n := len([]rune(line)); n > 79 {
			t.Errorf("line of %d columns: %s", n, line)
		}
	}
}

func TestBuckets(t *testing.T) {
	for v := uint64(0); v < 1<<40; v = v*9/8 + 1 {
		b := bucket(v)
		low := uint64(floor(b))
		if low > v || float64(v-low) > 0.125*float64(v) {
			t.Fatalf("bucket of %d starts at %d", v, low)
		}
		if b > 0 && floor(b) <= floor(b-1) {
			t.Fatalf("bucket %d does not start after the one before", b)
		}
	}
}

func TestQuantilesAndEmpty(t *testing.T) {
	c := newCounts()
	if s := c.snapshot(); s.P99 != 0 || strings.Contains(s.Render(0, 0), "NaN") {
		t.Errorf("empty snapshot: %+v", s)
	}
	for i := range 100 {
		c.durations[bucket(uint64(i+1)*1e6)]++
		c.timed++
	}
	if p := c.quantile(95); p < 84*time.Millisecond || p > 95*time.Millisecond {
		t.Errorf("p95 of 1..100 ms is %v", p)
	}
}
