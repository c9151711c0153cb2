// Package ndjson is what outputs that write one document per line share: a
// writer per worker that gathers lines and hands them over in chunks, and the
// acknowledgement once a chunk has arrived.
package ndjson

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/naru-log/naru/event"
)

// Sink takes a chunk of whole lines and returns when they are as durable as the
// output promises. It is called by one goroutine at a time and must not keep
// chunk. An error is final: the output stops.
type Sink func(ctx context.Context, chunk []byte) error

// Output delivers documents to a Sink at least once: what a chunk holds is
// acknowledged after the sink took it, and a chunk that was cut short by a
// crash is written again.
type Output struct {
	sink     Sink
	maxBytes int
	maxAge   time.Duration
	turn     chan struct{} // holds one token: the right to call sink

	mu     sync.Mutex
	open   int // writers not yet closed
	idle   chan struct{}
	failed chan struct{}
	err    error // why failed is closed
}

// New returns an output that hands over chunks of about maxBytes, or what there
// is after maxAge.
func New(sink Sink, maxBytes int, maxAge time.Duration) *Output {
	o := &Output{
		sink: sink, maxBytes: maxBytes, maxAge: maxAge,
		turn: make(chan struct{}, 1), idle: make(chan struct{}), failed: make(chan struct{}),
	}
	o.turn <- struct{}{}
	return o
}

// Writer returns one worker's way in. See event.Output.
func (o *Output) Writer(enc *event.Encoder) event.Writer {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open++
	return &writer{out: o, enc: enc, buf: make([]byte, 0, o.maxBytes+o.maxBytes/8)}
}

// Run waits until every writer is closed, the sink fails or ctx ends.
func (o *Output) Run(ctx context.Context) error {
	o.mu.Lock()
	open := o.open
	o.mu.Unlock()
	if open == 0 {
		return nil
	}
	select {
	case <-o.idle:
		return nil
	case <-o.failed:
		return o.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (o *Output) closeOne() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.open--; o.open == 0 {
		close(o.idle)
	}
}

// hand gives a chunk to the sink. After a failure it blocks until ctx ends, as
// an output that cannot take more does; Run says why.
func (o *Output) hand(ctx context.Context, chunk []byte) error {
	select {
	case <-o.turn:
	case <-ctx.Done():
		return ctx.Err()
	}
	err := o.sink(ctx, chunk)
	if err == nil {
		o.turn <- struct{}{}
		return nil
	}
	if ctx.Err() == nil { // the token is not given back: nobody writes again
		o.err = err
		close(o.failed)
		<-ctx.Done()
	}
	return ctx.Err()
}

type writer struct {
	out     *Output
	enc     *event.Encoder
	buf     []byte
	batches []*event.Batch // held
	due     time.Time
}

// Write appends the document and hands over a full chunk.
func (w *writer) Write(ctx context.Context, ev *event.Event) error {
	if len(w.buf) == 0 {
		w.due = time.Now().Add(w.out.maxAge)
	}
	if n := len(w.batches); n == 0 || w.batches[n-1] != ev.Batch {
		ev.Batch.Hold()
		w.batches = append(w.batches, ev.Batch)
	}
	w.buf = append(w.enc.Append(w.buf, ev), '\n')
	if len(w.buf) < w.out.maxBytes {
		return nil
	}
	return w.Flush(ctx)
}

// Deadline is when the chunk is old enough to go.
func (w *writer) Deadline() time.Time {
	if len(w.buf) == 0 {
		return time.Time{}
	}
	return w.due
}

// Flush hands the chunk over and acknowledges what it held.
func (w *writer) Flush(ctx context.Context) error {
	if len(w.buf) == 0 {
		return nil
	}
	if err := w.out.hand(ctx, w.buf); err != nil {
		return fmt.Errorf("hand over %d bytes: %w", len(w.buf), err)
	}
	for i, b := range w.batches {
		b.Done()
		w.batches[i] = nil
	}
	w.batches, w.buf = w.batches[:0], w.buf[:0]
	if cap(w.buf) > 2*w.out.maxBytes { // one huge document must not stay in memory
		w.buf = make([]byte, 0, w.out.maxBytes+w.out.maxBytes/8)
	}
	return nil
}

// Close flushes and says that no more comes.
func (w *writer) Close(ctx context.Context) error {
	defer w.out.closeOne()
	return w.Flush(ctx)
}
