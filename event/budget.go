package event

import (
	"context"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

// Budget bounds the bytes that an agent has in flight, over all pipelines.
// Inputs acquire before they read; when nothing is left they stop, and the
// files are the queue. Safe for concurrent use.
type Budget struct {
	size int64
	sem  *semaphore.Weighted
	used atomic.Int64
}

// NewBudget returns a budget of size bytes.
func NewBudget(size int64) *Budget {
	return &Budget{size: size, sem: semaphore.NewWeighted(size)}
}

// Acquire waits until n bytes are free. More than the whole budget counts as
// all of it, so that one oversized chunk can still pass alone.
func (b *Budget) Acquire(ctx context.Context, n int64) error {
	n = min(n, b.size)
	if err := b.sem.Acquire(ctx, n); err != nil {
		return err
	}
	b.used.Add(n)
	return nil
}

// Release gives back what an Acquire of n took.
func (b *Budget) Release(n int64) {
	n = min(n, b.size)
	b.used.Add(-n)
	b.sem.Release(n)
}

// Used is the number of bytes in flight.
func (b *Budget) Used() int64 { return b.used.Load() }
