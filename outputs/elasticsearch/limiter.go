package elasticsearch

import (
	"context"
	"sync"
	"time"
)

// limiter bounds the requests at the same time by what the cluster takes:
// additive increase, multiplicative decrease (Chiu and Jain, 1989). It is safe
// for concurrent use.
//
// The signs of overload are answers that say so (429) and answers that take
// much longer than the last ones did. What is usual is a smoothed mean and mean
// deviation, as TCP keeps them of round trips (RFC 6298).
type limiter struct {
	max float64

	mu       sync.Mutex
	limit    float64
	running  int
	waiting  []chan struct{} // first come, first served
	mean     float64         // seconds; 0 before the first answer
	deviant  float64
	slowedAt time.Time // of the last decrease
}

const (
	decrease = 0.7 // what a decrease leaves of the limit
	// A latency counts as overload when it is this many deviations above the mean
	// and noticeable.
	deviations = 4
	noticeable = 0.5 // seconds
)

func newLimiter(most int) *limiter { return &limiter{max: float64(most), limit: 1} }

// acquire waits for the right to send one request.
func (l *limiter) acquire(ctx context.Context) error {
	l.mu.Lock()
	if l.running < int(l.limit) && len(l.waiting) == 0 {
		l.running++
		l.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	l.waiting = append(l.waiting, turn)
	l.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		l.abandon(turn)
		return ctx.Err()
	}
}

// abandon takes back a wait; a turn that came meanwhile goes to the next.
func (l *limiter) abandon(turn chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, w := range l.waiting {
		if w == turn {
			l.waiting = append(l.waiting[:i], l.waiting[i+1:]...)
			return
		}
	}
	l.running--
	l.admit()
}

// release ends a request that took as long as it took. overloaded says that the
// cluster asked for less; answered that the latency means something.
func (l *limiter) release(took time.Duration, answered, overloaded bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running--
	switch {
	case overloaded || answered && l.slow(took.Seconds()):
		l.slowDown(took)
	case answered:
		l.limit = min(l.limit+1/l.limit, l.max)
	}
	l.admit()
}

// slow takes a latency in and reports whether it is far above what is usual.
func (l *limiter) slow(took float64) bool {
	if l.mean == 0 {
		l.mean, l.deviant = took, took/2
		return false
	}
	slow := took > l.mean+deviations*l.deviant && took > noticeable
	off := took - l.mean
	if off < 0 {
		off = -off
	}
	l.deviant += (off - l.deviant) / 4
	l.mean += (took - l.mean) / 8
	return slow
}

// slowDown decreases once for all requests that ran at the same time.
func (l *limiter) slowDown(took time.Duration) {
	now := time.Now()
	if now.Sub(l.slowedAt) < took {
		return
	}
	l.slowedAt = now
	l.limit = max(1, l.limit*decrease)
}

// allowed is the present limit.
func (l *limiter) allowed() float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.limit
}

func (l *limiter) admit() {
	for l.running < int(l.limit) && len(l.waiting) > 0 {
		close(l.waiting[0])
		l.waiting = l.waiting[1:]
		l.running++
	}
}
