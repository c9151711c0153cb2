package elasticsearch

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/naru-log/naru/deadletter"
	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/expr"
	"github.com/naru-log/naru/internal/attr"
)

// DeadLetters keeps documents that the cluster refuses.
type DeadLetters interface {
	// Append makes records durable before it returns nil. It may block, until ctx
	// ends.
	Append(ctx context.Context, records ...deadletter.Record) error
}

// Options is what New needs besides the configuration.
type Options struct {
	Pipeline    string // name of the pipeline, for dead letters
	Logger      *slog.Logger
	Registerer  prometheus.Registerer // nil for none
	DeadLetters DeadLetters
}

// Output delivers documents exactly once. See the package.
type Output struct {
	config  Config
	options Options
	log     *slog.Logger
	static  string        // the data stream or index of all documents
	name    *expr.Program // gives that of each, nil when it is the same for all
	client  *client
	metrics *metrics
	health  *health
	limiter *limiter

	requestBytes atomic.Int64 // max_request_bytes, or less when the cluster wants less
	cannotLook   sync.Once    // says that the user may not search

	mu      sync.Mutex
	writers int // made
	open    int // not yet closed

	start sync.Once // makes pool and queue, when the number of writers is known
	pool  *pool
	queue chan *body
}

var (
	_ event.Output  = (*Output)(nil)
	_ event.Checker = (*Output)(nil)
)

// New returns an output for a valid configuration. It declares the fields that
// the name of the data stream is made of, reads the files that the configuration
// names and does not talk to the cluster.
func New(c Config, s *event.Schema, o Options) (*Output, error) {
	out := &Output{config: c, options: o, log: o.Logger}
	var err error
	if name, ok := c.StaticName(); ok {
		out.static = name
	} else if out.name, err = compileName(&c, s); err != nil {
		return nil, err
	}
	if out.client, err = newClient(c, o.Logger); err != nil {
		return nil, err
	}
	if out.metrics, err = newMetrics(o.Registerer); err != nil {
		return nil, err
	}
	out.health = newHealth(o.Logger)
	out.limiter = newLimiter(c.MaxConcurrency)
	out.requestBytes.Store(int64(c.MaxRequestBytes))
	return out, nil
}

func compileName(c *Config, s *event.Schema) (*expr.Program, error) {
	attribute, value := c.target()
	p, err := value.Compile(s)
	if err != nil {
		return nil, err
	}
	switch p.Kind() {
	case event.String, event.Any, event.Absent, event.IP:
		return p, nil
	}
	return nil, attr.Errorf(attribute, "gives a value of kind %v; a name is a string", p.Kind())
}

// Writer returns one worker's way in. See event.Output.
func (o *Output) Writer(enc *event.Encoder) event.Writer {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.writers++
	o.open++
	return &writer{out: o, enc: enc}
}

// prepare makes the bodies: one for each writer to fill, one for each request
// under way.
func (o *Output) prepare() {
	o.start.Do(func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		bodies := o.writers + o.config.MaxConcurrency
		o.pool = newPool(bodies, int(o.config.MaxRequestBytes))
		o.queue = make(chan *body, bodies)
		if o.open == 0 {
			close(o.queue)
		}
	})
}

// hand gives a body to the senders. The queue has room for all bodies.
func (o *Output) hand(b *body) {
	o.metrics.queued.Add(float64(len(b.buf)))
	o.queue <- b
}

func (o *Output) closeWriter() {
	o.prepare()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.open--; o.open == 0 {
		close(o.queue)
	}
}

// Run sends until every writer is closed and everything is decided, or until
// ctx ends. See event.Output.
func (o *Output) Run(ctx context.Context) error {
	o.prepare()
	defer o.client.close()
	watch, stopWatch := context.WithCancel(ctx)
	var watcher sync.WaitGroup
	watcher.Go(func() { o.watch(watch) })
	senders, sending := errgroup.WithContext(ctx)
	for range o.config.MaxConcurrency {
		senders.Go(func() error { return newSender(o).run(sending) })
	}
	err := senders.Wait()
	stopWatch()
	watcher.Wait()
	return err
}

// watch asks the cluster until it answers once, so that an output that cannot
// deliver says so before there is anything to deliver.
func (o *Output) watch(ctx context.Context) {
	wait := newBackoff(o.config.RetryInitialBackoff, o.config.RetryMaxBackoff)
	for !o.health.known() || o.Ready() != nil {
		err := o.Check(ctx)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			o.health.ok()
			return
		}
		o.health.fail(err)
		if wait.sleep(ctx) != nil {
			return
		}
	}
}

// Ready says why the output cannot deliver at present, nil when it can as far as
// is known.
func (o *Output) Ready() error { return o.health.reason() }

// refuse makes an event that has no valid index a dead letter.
func (w *writer) refuse(ctx context.Context, ev *event.Event, name []byte, reason error) error {
	o := w.out
	r := o.record(name, AppendID(nil, ev.IDTime, ev.Source.ID, ev.Offset), w.enc.Append(nil, ev))
	r.Type, r.Reason = "invalid_index_name", reason.Error()
	if err := o.bury(ctx, []deadletter.Record{r}); err != nil {
		return fmt.Errorf("keep a document without an index: %w", err)
	}
	return nil
}

// record begins a dead letter. It copies what it is given.
func (o *Output) record(index, id, document []byte) deadletter.Record {
	name := o.static
	if index != nil {
		name = string(index)
	}
	return deadletter.Record{
		Time: time.Now().UTC(), Pipeline: o.options.Pipeline, Output: "elasticsearch",
		Index: name, ID: string(id), Document: append([]byte(nil), document...),
	}
}

// bury stores dead letters, however often that has to be tried.
func (o *Output) bury(ctx context.Context, records []deadletter.Record) error {
	wait := newBackoff(o.config.RetryInitialBackoff, o.config.RetryMaxBackoff)
	for {
		err := o.options.DeadLetters.Append(ctx, records...)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		o.health.fail(fmt.Errorf("keep refused documents: %w", err))
		if err := wait.sleep(ctx); err != nil {
			return err
		}
	}
	for i := range records {
		o.metrics.deadLetter(records[i].Type)
	}
	o.log.Warn("documents were refused and are kept as dead letters: naru replay sends them again once the cause is gone",
		"documents", len(records), "index", records[0].Index, "type", records[0].Type, "reason", records[0].Reason)
	return nil
}
