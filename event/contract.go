package event

import (
	"context"
	"time"
)

// Verdict is what a filter decides about an event.
type Verdict uint8

// Verdicts of a filter.
const (
	Keep Verdict = iota
	Drop         // explicitly left out: counts as delivered
)

// Processor is one worker's instance of a filter. It is called by one goroutine
// and does not allocate in the normal case. Bad input never makes it panic or
// drop: it tags the event and keeps it.
type Processor interface {
	Process(ev *Event) Verdict
}

// Filter makes the instances of one filter block. Its constructor declares
// fields in the Schema; Processor is called after the schema is frozen, once
// for each worker.
type Filter interface {
	Processor() Processor
}

// Writer is one worker's way into an output. It is called by one goroutine.
type Writer interface {
	// Write encodes the event into the current request. It calls Batch.Hold once
	// for each batch of which a request holds documents. It blocks while the output
	// cannot take more: back-pressure. An error means that ctx ended; the event
	// is then not delivered and the batch not acknowledged.
	Write(ctx context.Context, ev *Event) error
	// Deadline is when Flush is due for what was written, zero when nothing is.
	Deadline() time.Time
	// Flush hands the current request over to be sent. It blocks as Write does.
	Flush(ctx context.Context) error
	// Close flushes and says that no more comes from this worker.
	Close(ctx context.Context) error
}

// Output takes documents. Writers are made before Run.
type Output interface {
	Writer(enc *Encoder) Writer
	// Run sends until every writer is closed and everything handed over is
	// decided (nil), or until ctx ends: what is not decided then stays
	// unacknowledged. It waits for its goroutines.
	Run(ctx context.Context) error
}

// Input reads lines and emits batches.
type Input interface {
	// Run reads until ctx ends, or with nothing left to read when the input was
	// built to read once. It calls emit from one goroutine or several; emit takes
	// the batch over and blocks while the workers are busy; it fails only when
	// ctx ends. Acknowledgements arrive during and after Run.
	Run(ctx context.Context, emit func(context.Context, *Batch) error) error
	// Close makes durable what was acknowledged and frees what Run left open. It
	// is called after the outputs have stopped.
	Close() error
}

// Runner is a component with work in the background (a reload, a sweep). Run
// blocks until ctx ends and cleans up after itself.
type Runner interface {
	Run(ctx context.Context) error
}

// Checker is an output that can be asked whether its far end takes documents.
type Checker interface {
	Check(ctx context.Context) error
}
