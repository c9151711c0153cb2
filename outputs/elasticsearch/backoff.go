package elasticsearch

import (
	"context"
	"math/rand/v2"
	"time"
)

// backoff spaces the retries of one sender: exponential with full jitter, see
// Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
type backoff struct {
	first, longest time.Duration
	next           time.Duration // bound of the next wait
}

func newBackoff(first, longest time.Duration) *backoff {
	return &backoff{first: first, longest: longest, next: first}
}

// reset starts again from the shortest wait.
func (b *backoff) reset() { b.next = b.first }

// sleep waits between nothing and the present bound. The error is that ctx
// ended.
func (b *backoff) sleep(ctx context.Context) error {
	wait := rand.N(b.next) + 1
	b.next = min(2*b.next, b.longest)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
