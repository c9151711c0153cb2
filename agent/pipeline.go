package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/expr"
)

// pipeline is a built pipeline: inputs, workers and outputs, not yet running.
// It runs once.
type pipeline struct {
	name    string
	log     *slog.Logger
	once    bool
	inputs  []event.Input
	workers []*worker
	outputs []builtOutput
	runners []event.Runner
}

type builtOutput struct {
	kind string
	when *expr.Condition // nil: every event
	event.Output
}

// emit hands a batch to the worker of its source, so that the lines of one file
// keep their order. It blocks while that worker is busy.
func (p *pipeline) emit(ctx context.Context, b *event.Batch) error {
	w := p.workers[b.Source.ID%uint64(len(p.workers))]
	select {
	case w.in <- b:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run works until the inputs are done or read ends, then drains: workers,
// outputs, checkpoint, in this order. When hard ends, or the drain takes longer
// than grace after a stop was asked for or an input failed, it stops where it
// is: nothing is lost, since what is not delivered is not acknowledged and is
// read again. Who asked for a stop gets one, with a warning; who asked to read
// once waits for the outputs as long as it takes, or gets errUndelivered.
func (p *pipeline) run(read, hard context.Context, grace time.Duration) error {
	hard, stop := context.WithCancel(hard)
	defer stop()

	background, endBackground := context.WithCancel(hard)
	var aside errgroup.Group
	for _, r := range p.runners {
		aside.Go(func() error { return ignoreCancel(r.Run(background)) })
	}
	var outputs errgroup.Group
	for _, o := range p.outputs {
		outputs.Go(func() error {
			err := o.Run(hard)
			if err != nil && !errors.Is(err, context.Canceled) {
				stop() // without this output nothing can be acknowledged
				return fmt.Errorf("output %q: %w", o.kind, err)
			}
			return err
		})
	}
	var workers errgroup.Group
	for _, w := range p.workers {
		workers.Go(func() error { return w.run(hard) })
	}

	err := p.read(read, hard)
	for _, w := range p.workers {
		close(w.in)
	}
	if err != nil {
		giveUp, now := context.WithCancel(read)
		now()
		read = giveUp
	}
	unhook := context.AfterFunc(read, func() { time.AfterFunc(grace, stop) })
	defer unhook()
	workErr, outErr := workers.Wait(), outputs.Wait()
	endBackground()
	err = errors.Join(err, ignoreCancel(outErr), aside.Wait())
	if workErr != nil || errors.Is(outErr, context.Canceled) {
		if p.once {
			err = errors.Join(err, errUndelivered)
		} else if err == nil {
			p.log.Warn(errUndelivered.Error())
		}
	}
	for _, in := range p.inputs {
		err = errors.Join(err, in.Close())
	}
	return err
}

// errUndelivered says that a pipeline stopped with lines on their way.
var errUndelivered = errors.New("stopped before everything was delivered: the rest is read again at the next start")

// read runs the inputs until read or hard ends, or they have nothing more.
func (p *pipeline) read(read, hard context.Context) error {
	read, cancel := context.WithCancel(read)
	defer cancel()
	defer context.AfterFunc(hard, cancel)()
	var mu sync.Mutex
	var errs []error
	var inputs sync.WaitGroup
	for _, in := range p.inputs {
		inputs.Go(func() {
			if err := ignoreCancel(in.Run(read, p.emit)); err != nil {
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
				cancel()
			}
		})
	}
	inputs.Wait()
	return errors.Join(errs...)
}

// discard frees a pipeline that was built but never run.
func (p *pipeline) discard() error {
	var err error
	for _, in := range p.inputs {
		err = errors.Join(err, in.Close())
	}
	return err
}

// ready names the first output that cannot deliver at present.
func (p *pipeline) ready() error {
	for _, o := range p.outputs {
		if r, ok := o.Output.(interface{ Ready() error }); ok {
			if err := r.Ready(); err != nil {
				return fmt.Errorf("pipeline %q: output %q: %w", p.name, o.kind, err)
			}
		}
	}
	return nil
}

func ignoreCancel(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
