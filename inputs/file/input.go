package file

import (
	"context"
	"errors"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/naru-log/naru/checkpoint"
	"github.com/naru-log/naru/event"
)

// Deps is what an input needs from the agent.
type Deps struct {
	// Checkpoint keeps this input's positions; no other input uses it at the
	// same time.
	Checkpoint *checkpoint.Namespace
	// Budget bounds the bytes in flight.
	Budget *event.Budget
	Logger *slog.Logger
	// Metrics may be nil.
	Metrics prometheus.Registerer
	// Once makes Run return when everything that is there has been emitted.
	Once bool
	// Window is how many bytes are read beyond what is durably delivered of a
	// file, so that what may be sent twice after a crash is bounded. 0 means 64 MiB.
	Window int64
}

// Input follows files. It implements event.Input.
type Input struct {
	cfg  Config
	deps Deps
}

var _ event.Input = (*Input)(nil)

// New makes an input of a valid configuration. It touches no file.
func New(cfg Config, deps Deps) (*Input, error) {
	return &Input{cfg: cfg, deps: deps}, nil
}

// Run implements event.Input.
func (in *Input) Run(ctx context.Context, emit func(context.Context, *event.Batch) error) error {
	return errors.New("file input: not there yet")
}

// Close implements event.Input.
func (in *Input) Close() error { return nil }
