package live

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"time"

	"github.com/naru-log/naru/event"
)

// counts is what is known of the documents so far.
type counts struct {
	total     int
	statuses  [1000]int
	agents    map[string]int
	countries map[string]int
	bots      int
	durations [64 * 8]int // by eighths of powers of two of nanoseconds
	timed     int
	perSecond map[int64]*second
}

// second counts the two statuses that the first chart is about.
type second struct{ ok, timeout int }

const keptSeconds = 60

func newCounts() counts {
	return counts{agents: map[string]int{}, countries: map[string]int{}, perSecond: map[int64]*second{}}
}

func (c *counts) add(ev *event.Event, s *slots) {
	c.total++
	status := 0
	if ev.Kind(s.status) == event.Int {
		status = int(ev.Int(s.status))
	}
	if status > 0 && status < len(c.statuses) {
		c.statuses[status]++
	}
	count(c.agents, ev.Bytes(s.agent))
	count(c.countries, ev.Bytes(s.country))
	if string(ev.Bytes(s.device)) == "bot" {
		c.bots++
	}
	if ev.Kind(s.duration) == event.Int && ev.Int(s.duration) > 0 {
		c.durations[bucket(uint64(ev.Int(s.duration)))]++
		c.timed++
	}
	if ev.Kind(event.Timestamp) == event.Time {
		c.tick(ev.UnixNano(event.Timestamp)/1e9, status)
	}
}

func (c *counts) tick(at int64, status int) {
	s := c.perSecond[at]
	if s == nil {
		if len(c.perSecond) >= 2*keptSeconds {
			for old := range c.perSecond {
				if old < at-keptSeconds {
					delete(c.perSecond, old)
				}
			}
			if len(c.perSecond) >= 2*keptSeconds {
				return
			}
		}
		s = &second{}
		c.perSecond[at] = s
	}
	switch status {
	case 200:
		s.ok++
	case 408:
		s.timeout++
	}
}

func count(m map[string]int, name []byte) {
	if len(name) == 0 {
		return
	}
	if _, known := m[string(name)]; !known && len(m) >= maxNames {
		m["other"]++
		return
	}
	m[string(name)]++
}

// bucket numbers eighths of powers of two, so that a bucket is at most 12 %
// wide.
func bucket(v uint64) int {
	if v < 8 {
		return int(v)
	}
	e := bits.Len64(v) - 4
	return (e+1)*8 + int(v>>e)&7
}

// floor is the smallest value in a bucket.
func floor(b int) time.Duration {
	if b < 8 {
		return time.Duration(b)
	}
	return time.Duration(uint64(8+b%8) << (b/8 - 1))
}

// Ranked is a name with its count.
type Ranked struct {
	Name  string
	Count int
}

// Snapshot is what the picture shows.
type Snapshot struct {
	Total         int
	Statuses      []Ranked // most frequent first
	Agents        []Ranked
	Countries     []Ranked
	Bots          int
	P50, P95, P99 time.Duration
	OK, Timeout   []int // 200s and 408s by second, oldest first
}

func (c *counts) snapshot() Snapshot {
	s := Snapshot{Total: c.total, Agents: rank(c.agents), Countries: rank(c.countries), Bots: c.bots}
	for code, n := range c.statuses {
		if n > 0 {
			s.Statuses = append(s.Statuses, Ranked{statusName(code), n})
		}
	}
	slices.SortStableFunc(s.Statuses, byCount)
	s.P50, s.P95, s.P99 = c.quantile(50), c.quantile(95), c.quantile(99)
	var last int64
	for at := range c.perSecond {
		last = max(last, at)
	}
	for at := last - keptSeconds; at < last; at++ { // the last second is not over
		one := c.perSecond[at]
		if one == nil {
			if len(s.OK) > 0 {
				s.OK, s.Timeout = append(s.OK, 0), append(s.Timeout, 0)
			}
			continue
		}
		s.OK, s.Timeout = append(s.OK, one.ok), append(s.Timeout, one.timeout)
	}
	return s
}

func (c *counts) quantile(percent int) time.Duration {
	rest := (c.timed*percent + 99) / 100
	for b, n := range c.durations {
		if rest -= n; rest <= 0 && n > 0 {
			return floor(b)
		}
	}
	return 0
}

func rank(m map[string]int) []Ranked {
	ranked := make([]Ranked, 0, len(m))
	for name, n := range m {
		ranked = append(ranked, Ranked{name, n})
	}
	slices.SortFunc(ranked, func(a, b Ranked) int {
		return cmp.Or(byCount(a, b), strings.Compare(a.Name, b.Name))
	})
	return ranked
}

func byCount(a, b Ranked) int { return cmp.Compare(b.Count, a.Count) }
