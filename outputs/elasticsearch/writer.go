package elasticsearch

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/naru-log/naru/event"
)

// writer is one worker's way into the output.
type writer struct {
	out  *Output
	enc  *event.Encoder
	body *body  // nil until the first document after a flush
	name []byte // the last name that was found valid, when names come from events
}

// Write appends the action line and the document to the request.
func (w *writer) Write(ctx context.Context, ev *event.Event) error {
	name, err := w.target(ev)
	if err != nil {
		return w.refuse(ctx, ev, name, err)
	}
	if w.body == nil {
		if err := w.begin(ctx); err != nil {
			return err
		}
	}
	b := w.body
	start := len(b.buf)
	b.buf = append(b.buf, actionHead...)
	b.buf = AppendID(b.buf, ev.IDTime, ev.Source.ID, ev.Offset)
	if name != nil {
		b.buf = append(append(b.buf, actionIndex...), name...)
	}
	b.buf = append(b.buf, actionTail...)
	b.buf = append(w.enc.Append(b.buf, ev), '\n')

	limit := int(w.out.requestBytes.Load())
	if len(b.buf) > limit && start > 0 {
		if b, err = w.carry(ctx, start); err != nil {
			return err
		}
		start = 0
	}
	b.add(start, ev.Batch)
	if len(b.buf) < limit && len(b.items) < w.out.config.MaxRequestDocuments {
		return nil
	}
	return w.Flush(ctx)
}

// add makes an item of what was appended at start.
func (b *body) add(start int, batch *event.Batch) {
	if n := len(b.batches); n == 0 || b.batches[n-1] != batch {
		batch.Hold()
		b.batches = append(b.batches, batch)
	}
	b.items = append(b.items, item{start: uint32(start), doubtful: batch.Uncertain})
	b.doubtful = b.doubtful || batch.Uncertain
}

// carry sends what lies before start and takes the rest over into a new body,
// so that no request is larger than it may be.
func (w *writer) carry(ctx context.Context, start int) (*body, error) {
	full := w.body
	rest := full.buf[start:]
	full.buf = full.buf[:start]
	next, err := w.out.pool.get(ctx)
	if err != nil {
		return nil, fmt.Errorf("wait for room in a request: %w", err)
	}
	next.due = time.Now().Add(w.out.config.FlushInterval)
	next.buf = append(next.buf, rest...)
	w.body = next
	w.out.hand(full)
	return next, nil
}

func (w *writer) begin(ctx context.Context) error {
	w.out.prepare()
	b, err := w.out.pool.get(ctx)
	if err != nil {
		return fmt.Errorf("wait for room in a request: %w", err)
	}
	b.due = time.Now().Add(w.out.config.FlushInterval)
	w.body = b
	return nil
}

// target gives the name of the event's index, nil when it is the same for all.
func (w *writer) target(ev *event.Event) ([]byte, error) {
	if w.out.name == nil {
		return nil, nil
	}
	v := w.out.name.Eval(ev)
	if v.Kind() != event.String {
		return nil, fmt.Errorf("the event gives no name for its index (a field that it needs is missing)")
	}
	name := v.Bytes()
	if len(name) > 0 && bytes.Equal(name, w.name) {
		return name, nil
	}
	if err := ValidName(string(name)); err != nil {
		return name, err
	}
	w.name = append(w.name[:0], name...)
	return name, nil
}

// Deadline is when the request is old enough to be sent.
func (w *writer) Deadline() time.Time {
	if w.body == nil {
		return time.Time{}
	}
	return w.body.due
}

// Flush hands the request to a sender. It never blocks.
func (w *writer) Flush(context.Context) error {
	if w.body != nil {
		w.out.hand(w.body)
		w.body = nil
	}
	return nil
}

// Close flushes and says that no more comes from this worker.
func (w *writer) Close(ctx context.Context) error {
	err := w.Flush(ctx)
	w.out.closeWriter()
	return err
}
