package agent

import (
	"context"
	"time"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/expr"
)

// step is one filter of a worker with its condition.
type step struct {
	when *expr.Condition // nil: always
	event.Processor
}

// sink is one output of a worker with its condition.
type sink struct {
	when *expr.Condition // nil: always
	event.Writer
}

// lineSlots are the fields that the agent itself sets for every line.
type lineSlots struct {
	path, offset      event.Slot
	truncated, mended event.Tag
}

// worker turns batches into documents. One goroutine runs it; it owns one
// event, one instance of every filter and one writer into every output.
type worker struct {
	in      chan *event.Batch
	ev      *event.Event
	slots   lineSlots
	steps   []step
	sinks   []sink
	metrics *pipelineMetrics
}

// run works until in is closed, then closes the writers. An error means that
// ctx ended first: what was not handed over stays unacknowledged.
func (w *worker) run(ctx context.Context) error {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		w.arm(timer)
		select {
		case b, ok := <-w.in:
			if !ok {
				return w.close(ctx)
			}
			if err := w.process(ctx, b); err != nil {
				return err
			}
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := w.flushDue(ctx, time.Now()); err != nil {
			return err
		}
	}
}

// arm sets the timer to the moment at which the first writer wants a flush.
func (w *worker) arm(timer *time.Timer) {
	var first time.Time
	for i := range w.sinks {
		if d := w.sinks[i].Deadline(); !d.IsZero() && (first.IsZero() || d.Before(first)) {
			first = d
		}
	}
	if first.IsZero() {
		timer.Stop()
		return
	}
	timer.Reset(time.Until(first))
}

func (w *worker) flushDue(ctx context.Context, now time.Time) error {
	for i := range w.sinks {
		if d := w.sinks[i].Deadline(); !d.IsZero() && !now.Before(d) {
			if err := w.sinks[i].Flush(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *worker) close(ctx context.Context) error {
	for i := range w.sinks {
		if err := w.sinks[i].Close(ctx); err != nil {
			return err
		}
	}
	return nil
}

// process writes the documents of a batch. The batch is released in any case
// and acknowledged only when all of it was handed over.
func (w *worker) process(ctx context.Context, b *event.Batch) error {
	defer b.Release()
	dropped := 0
	for i := range b.Lines {
		kept := w.line(b, &b.Lines[i])
		if !kept {
			dropped++
			continue
		}
		for k := range w.sinks {
			s := &w.sinks[k]
			if s.when != nil && !s.when.True(w.ev) {
				continue
			}
			if err := s.Write(ctx, w.ev); err != nil {
				return err
			}
		}
	}
	w.metrics.batch(b, dropped)
	b.Done()
	return nil
}

// line runs the filters over one line and reports whether it is kept.
func (w *worker) line(b *event.Batch, l *event.Line) bool {
	ev := w.ev
	if ev.Reset(b, b.Data[l.Start:l.End], l.Offset) || l.Flags&event.Replaced != 0 {
		ev.AddTag(w.slots.mended)
	}
	if l.Flags&event.Truncated != 0 {
		ev.AddTag(w.slots.truncated)
	}
	ev.SetString(w.slots.path, b.Source.Path)
	ev.SetInt(w.slots.offset, l.Offset)
	for i := range w.steps {
		s := &w.steps[i]
		if s.when != nil && !s.when.True(ev) {
			continue
		}
		if s.Process(ev) == event.Drop {
			return false
		}
	}
	dateEvent(ev)
	return true
}

// dateEvent gives the event the time of its id, and a @timestamp when no filter did.
// A line without a time of its own is dated in the index by when it was read,
// but in its id by when its file was first seen: that comes out the same when
// the line is read again.
func dateEvent(ev *event.Event) {
	if ev.Kind(event.Timestamp) == event.Time {
		ev.IDTime = ev.UnixNano(event.Timestamp)
		return
	}
	ev.IDTime = ev.Source.FirstSeen.UnixNano()
	ev.SetTime(event.Timestamp, ev.Batch.ReadAt)
}
