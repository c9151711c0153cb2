// Package agent is a running naru: it builds pipelines from their description,
// runs and supervises them, reloads and drains them, and answers questions over
// HTTP.
package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"github.com/naru-log/naru/agent/config"
	"github.com/naru-log/naru/checkpoint"
	"github.com/naru-log/naru/deadletter"
	"github.com/naru-log/naru/event"
)

// Options says what to run and where.
type Options struct {
	// Load reads the configuration, at the start and at every reload.
	Load func() (*config.Config, *config.Diagnostics)
	// Report shows diagnostics of a configuration to the user.
	Report func(*config.Diagnostics)
	// Watch lists the files and folders that the configuration comes from; a
	// change of one is a reload.
	Watch []string
	// StateDir holds the checkpoint and the dead letters; it exists. It wins over
	// the configuration's.
	StateDir string
	// Admin is the address of /metrics and the health checks, empty for none.
	Admin string
	// Once reads what is there, delivers it and ends.
	Once bool
	// ToStdout writes documents to Stdout instead of to the pipelines' outputs.
	ToStdout bool
	Stdout   io.Writer
	// Extra makes one more output for each pipeline; nil for none.
	Extra func(*event.Schema) (event.Output, error)
	// ExtraOnly leaves the pipelines' own outputs out.
	ExtraOnly bool
	// Grace is how long a stop may take to deliver what was read.
	Grace   time.Duration
	Version string
	Log     *slog.Logger
}

// ErrConfig says that the configuration has errors; they were reported.
var ErrConfig = errors.New("configuration has errors")

// Agent runs pipelines. Make it with New; Run it once.
type Agent struct {
	opts     Options
	identity Identity
	store    *checkpoint.Store
	dead     *deadletter.Store
	budget   *event.Budget
	process  *prometheus.Registry
	current  atomic.Pointer[generation]
	reload   chan struct{}
}

// generation is the pipelines of one configuration. A reload replaces it.
type generation struct {
	pipelines []*pipeline
	metrics   *prometheus.Registry
}

// New loads the configuration, opens the state directory and builds the
// pipelines. An ErrConfig was reported through Options.Report.
func New(o Options) (*Agent, error) {
	a := &Agent{opts: o, reload: make(chan struct{}, 1), process: prometheus.NewRegistry()}
	a.process.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	cfg, diags := o.Load()
	if o.Report(diags); diags.HasErrors() {
		return nil, ErrConfig
	}
	a.budget = event.NewBudget(int64(cfg.Agent.MaxInFlight))
	var err error
	if a.identity, err = LoadIdentity(o.StateDir, o.Version); err != nil {
		return nil, err
	}
	if a.store, err = checkpoint.Open(o.StateDir, o.Log); err != nil {
		return nil, err
	}
	g, err := a.prepare(cfg)
	if err != nil {
		return nil, errors.Join(err, a.store.Close())
	}
	a.current.Store(g)
	return a, nil
}

// DeadLetterDir is where dead letters lie in a state directory.
func DeadLetterDir(stateDir string) string { return filepath.Join(stateDir, "dead-letters") }

// prepare opens the dead letters and builds the first generation.
func (a *Agent) prepare(cfg *config.Config) (*generation, error) {
	var err error
	a.dead, err = deadletter.Open(DeadLetterDir(a.opts.StateDir), deadletter.Options{
		MaxBytes: cfg.Agent.DeadLetterBytes, Policy: cfg.Agent.DeadLetterPolicy, Logger: a.opts.Log, Registerer: a.process,
	})
	if err != nil {
		return nil, err
	}
	return a.build(cfg)
}

// Reload asks a running agent to read its configuration again. It returns at
// once; the outcome is logged.
func (a *Agent) Reload() {
	select {
	case a.reload <- struct{}{}:
	default: // one is already waiting
	}
}

// build makes the pipelines of a configuration, reporting what is wrong.
func (a *Agent) build(cfg *config.Config) (*generation, error) {
	g := &generation{metrics: prometheus.NewRegistry()}
	b := &builder{
		identity: a.identity, store: a.store, budget: a.budget, workers: cfg.Agent.Workers,
		dead: a.dead, stdout: a.opts.Stdout, once: a.opts.Once, toStdout: a.opts.ToStdout,
		extra: a.opts.Extra, extraOnly: a.opts.ExtraOnly, log: a.opts.Log, metrics: g.metrics,
	}
	if b.workers == 0 {
		b.workers = defaultWorkers()
	}
	var diags hcl.Diagnostics
	for _, p := range cfg.Pipelines {
		built, more := b.build(p)
		diags = append(diags, more...)
		if built != nil {
			g.pipelines = append(g.pipelines, built)
		}
	}
	a.opts.Report(cfg.NewDiagnostics(diags))
	if diags.HasErrors() {
		return nil, errors.Join(ErrConfig, g.discard())
	}
	return g, nil
}

func (g *generation) discard() error {
	var err error
	for _, p := range g.pipelines {
		err = errors.Join(err, p.discard())
	}
	return err
}

// run runs the pipelines until read ends or, with inputs that end, until all is
// delivered. One that fails stops the others.
func (g *generation) run(read, hard context.Context, grace time.Duration) error {
	read, cancel := context.WithCancel(read)
	defer cancel()
	var group errgroup.Group
	for _, p := range g.pipelines {
		group.Go(func() error {
			err := p.run(read, hard, grace)
			if err != nil {
				cancel()
				return fmt.Errorf("pipeline %q: %w", p.name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// Run works until read ends, then delivers what was read and returns. When hard
// ends it returns at once; what is not delivered then is read again next time.
func (a *Agent) Run(read, hard context.Context) error {
	background, stop := context.WithCancel(context.WithoutCancel(hard))
	var aside errgroup.Group
	if a.opts.Admin != "" {
		adm, err := listenAdmin(a.opts.Admin, prometheus.GathererFunc(a.gather), a.ready, a.opts.Log)
		if err != nil {
			stop()
			return errors.Join(err, a.current.Load().discard(), a.store.Close())
		}
		aside.Go(func() error { return adm.run(background) })
	}
	aside.Go(func() error { return ignoreCancel(a.store.Run(background)) })
	if !a.opts.Once {
		aside.Go(func() error { return a.watchConfig(background) })
	}
	err := a.supervise(read, hard)
	stop()
	return errors.Join(err, aside.Wait(), a.store.Close())
}

// supervise runs generation after generation.
func (a *Agent) supervise(read, hard context.Context) error {
	for {
		g := a.current.Load()
		running, end := context.WithCancel(read)
		done := make(chan error, 1)
		go func() { done <- g.run(running, hard, a.opts.Grace) }()
		next, err := a.await(done)
		if next == nil {
			end()
			return err
		}
		end()
		if err := <-done; err != nil {
			return errors.Join(err, next.discard())
		}
		a.current.Store(next)
		a.opts.Log.Info("configuration reloaded", "pipelines", len(next.pipelines))
	}
}

// await waits for the running generation to end, or for a reload that gives
// another one.
func (a *Agent) await(done <-chan error) (*generation, error) {
	for {
		select {
		case err := <-done:
			return nil, err
		case <-a.reload:
		}
		cfg, diags := a.opts.Load()
		if a.opts.Report(diags); !diags.HasErrors() {
			if next, err := a.build(cfg); err == nil {
				return next, nil
			}
		}
		a.opts.Log.Error("configuration not reloaded: it has errors; the pipelines go on as they were")
	}
}

// ready names what keeps the agent from delivering.
func (a *Agent) ready() error {
	var err error
	for _, p := range a.current.Load().pipelines {
		err = errors.Join(err, p.ready())
	}
	return errors.Join(err, a.store.Err(), a.dead.Ready())
}
