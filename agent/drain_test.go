package agent

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/naru-log/naru/event"
)

// slowOutput needs an hour for what it was given.
type slowOutput struct{ event.Output }

func (slowOutput) Run(ctx context.Context) error {
	select {
	case <-time.After(time.Hour):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// endingInput has read everything after a second, or fails then.
type endingInput struct{ err error }

func (in endingInput) Run(ctx context.Context, _ func(context.Context, *event.Batch) error) error {
	select {
	case <-time.After(time.Second):
		return in.err
	case <-ctx.Done():
		return ctx.Err()
	}
}
func (endingInput) Close() error { return nil }

// TestDrain: only a stop that somebody asked for, or that a fault asked for, is
// bounded by grace.
func TestDrain(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		name    string
		input   error
		stop    time.Duration // after the start; 0 for never
		want    error
		elapsed time.Duration
	}{
		{"read to the end", nil, 0, nil, time.Hour},
		{"stopped while reading", nil, time.Millisecond, errUndelivered, time.Millisecond + 8*time.Second},
		{"stopped while delivering", nil, time.Minute, errUndelivered, time.Minute + 8*time.Second},
		{"input fails", broken, 0, broken, 9 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &pipeline{
					once: true, log: slog.New(slog.DiscardHandler),
					inputs: []event.Input{endingInput{c.input}}, outputs: []builtOutput{{kind: "slow", Output: slowOutput{}}},
				}
				read, stop := context.WithCancel(t.Context())
				defer stop()
				if c.stop > 0 {
					time.AfterFunc(c.stop, stop)
				}
				start := time.Now()
				err := p.run(read, t.Context(), 8*time.Second)
				if !errors.Is(err, c.want) || time.Since(start) != c.elapsed {
					t.Errorf("ended after %v with %v, want after %v with %v", time.Since(start), err, c.elapsed, c.want)
				}
			})
		})
	}
}
