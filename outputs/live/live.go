// Package live is an output for people: it counts the documents of a web-access
// pipeline and shows them in a terminal as a small picture (statuses, who comes,
// from where, how long it took). It keeps counts, not documents.
package live

import (
	"context"
	"sync"
	"time"

	"github.com/naru-log/naru/event"
)

// maxNames bounds each table of names; what comes after that many different
// ones is counted as "other".
const maxNames = 10_000

// Output counts documents. Its writers and Snapshot may be used concurrently.
type Output struct {
	slots slots
	first func(doc []byte) // takes the first documents, nil when not wanted

	mu     sync.Mutex
	counts counts
	left   int // documents still to be handed to first
}

type slots struct {
	status, agent, device, country, duration event.Slot
}

// New declares the fields that are counted. The first show documents are also
// given to first, which must not keep its argument.
func New(s *event.Schema, show int, first func(doc []byte)) (*Output, error) {
	o := &Output{first: first, left: show, counts: newCounts()}
	for path, slot := range map[string]*event.Slot{
		"http.response.status_code":   &o.slots.status,
		"user_agent.name":             &o.slots.agent,
		"user_agent.device.type":      &o.slots.device,
		"source.geo.country_iso_code": &o.slots.country,
		"event.duration":              &o.slots.duration,
	} {
		var err error
		if *slot, err = s.Read(path); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// Writer returns a worker's way in.
func (o *Output) Writer(enc *event.Encoder) event.Writer { return &writer{out: o, enc: enc} }

// Run waits for ctx: documents are counted as they are written.
func (o *Output) Run(context.Context) error { return nil }

// Snapshot gives the counts so far.
func (o *Output) Snapshot() Snapshot {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.counts.snapshot()
}

type writer struct {
	out *Output
	enc *event.Encoder
	doc []byte
}

// Write counts the event. Nothing of it is kept, so the batch is not held.
func (w *writer) Write(_ context.Context, ev *event.Event) error {
	o := w.out
	o.mu.Lock()
	defer o.mu.Unlock()
	o.counts.add(ev, &o.slots)
	if o.left > 0 && o.first != nil {
		o.left--
		w.doc = w.enc.Append(w.doc[:0], ev)
		o.first(w.doc)
	}
	return nil
}

func (w *writer) Deadline() time.Time         { return time.Time{} }
func (w *writer) Flush(context.Context) error { return nil }
func (w *writer) Close(context.Context) error { return nil }
