package agent

import (
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/naru-log/naru/agent/config"
	"github.com/naru-log/naru/checkpoint"
	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/expr"
	"github.com/naru-log/naru/outputs/elasticsearch"
	"github.com/naru-log/naru/outputs/stdout"
)

// builder makes running parts of the description of a pipeline.
type builder struct {
	identity  Identity
	store     *checkpoint.Store
	budget    *event.Budget
	workers   int
	dead      elasticsearch.DeadLetters
	stdout    io.Writer
	once      bool
	toStdout  bool // documents to stdout instead of the pipeline's outputs
	extra     func(*event.Schema) (event.Output, error)
	extraOnly bool
	log       *slog.Logger
	metrics   prometheus.Registerer
}

// chain is the part of a pipeline that turns lines into documents, the same for
// running, checking and testing.
type chain struct {
	schema  *event.Schema
	slots   lineSlots
	filters []condFilter
	runners []event.Runner
}

type condFilter struct {
	when *expr.Condition
	event.Filter
}

// workers is how many workers a pipeline has unless the configuration says: one
// worker parses more than any one server logs, so a few are plenty.
func defaultWorkers() int { return min(4, runtime.GOMAXPROCS(0)) }

// buildChain declares the fields of a pipeline and builds its filters.
func buildChain(p *config.Pipeline, id Identity, log *slog.Logger, reg prometheus.Registerer) (*chain, hcl.Diagnostics) {
	c := &chain{schema: event.NewSchema()}
	s := c.schema
	c.slots.truncated, c.slots.mended = s.Tag("_truncated"), s.Tag("_invalid_utf8")
	var err error
	if c.slots.path, err = s.Slot("log.file.path", event.String); err == nil {
		c.slots.offset, err = s.Slot("log.offset", event.Int)
	}
	if err == nil {
		err = id.constants(s, dataStream(p))
	}
	if err != nil {
		return nil, internalError(err, p.Range)
	}
	var diags hcl.Diagnostics
	for _, b := range p.Filters {
		when, more := condition(b, s)
		diags = append(diags, more...)
		if never(when) {
			continue
		}
		env := filterEnv{schema: s, log: log.With("filter", b.Kind), metrics: prometheus.WrapRegistererWith(prometheus.Labels{"filter": b.Kind, "at": fmt.Sprint(b.Range.Start.Line)}, reg)}
		f, err := filters()[b.Kind].build(b.Config, env)
		if err != nil {
			diags = append(diags, b.Diagnose(err)...)
			continue
		}
		c.filters = append(c.filters, condFilter{when, f})
		if r, ok := f.(event.Runner); ok {
			c.runners = append(c.runners, r)
		}
	}
	if diags.HasErrors() {
		return nil, diags
	}
	return c, diags
}

// steps makes one worker's instances of the filters. The schema is frozen.
func (c *chain) steps() []step {
	steps := make([]step, len(c.filters))
	for i, f := range c.filters {
		steps[i] = step{f.when, f.Processor()}
	}
	return steps
}

// never reports whether a condition is false whatever the event is, as when =
// var.original is with the variable off. Such a block is left out, with its
// fields.
func never(when *expr.Condition) bool {
	if when == nil {
		return false
	}
	value, constant := when.Constant()
	return constant && !value
}

// warnings points at conditions over fields that nothing sets. All components
// have declared their fields. Those of a built-in pipeline depend on its
// variables, such as the log format, and nobody has misspelt them.
func (c *chain) warnings(outs []builtOutput) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, f := range c.filters {
		if f.when != nil {
			diags = append(diags, f.when.Unwritten(c.schema)...)
		}
	}
	for _, o := range outs {
		if o.when != nil {
			diags = append(diags, o.when.Unwritten(c.schema)...)
		}
	}
	return slices.DeleteFunc(diags, func(d *hcl.Diagnostic) bool { return config.IsBuiltin(d.Subject) })
}

// condition compiles a block's when.
func condition(b *config.Block, s *event.Schema) (*expr.Condition, hcl.Diagnostics) {
	if !b.When.IsSet() {
		return nil, nil
	}
	c, err := b.When.CompileCondition(s)
	if err != nil {
		return nil, b.Diagnose(err)
	}
	return c, nil
}

// build makes a pipeline that is ready to run.
func (bu *builder) build(p *config.Pipeline) (*pipeline, hcl.Diagnostics) {
	log := bu.log.With("pipeline", p.Name)
	reg := prometheus.WrapRegistererWith(prometheus.Labels{"pipeline": p.Name}, bu.metrics)
	c, diags := buildChain(p, bu.identity, log, reg)
	if diags.HasErrors() {
		return nil, diags
	}
	built := &pipeline{name: p.Name, log: log, once: bu.once, runners: c.runners}
	outs, more := bu.outputs(p, c.schema, log, reg)
	built.outputs = outs
	if diags = append(diags, more...); diags.HasErrors() {
		return nil, diags
	}
	c.schema.Freeze()
	diags = append(diags, c.warnings(outs)...)
	metrics := newPipelineMetrics(reg)
	for range bu.workers {
		w := &worker{in: make(chan *event.Batch, 2), ev: event.NewEvent(c.schema), slots: c.slots, steps: c.steps(), metrics: metrics}
		for _, o := range outs {
			w.sinks = append(w.sinks, sink{o.when, o.Writer(event.NewEncoder(c.schema))})
		}
		built.workers = append(built.workers, w)
	}
	for i, b := range p.Inputs {
		in, err := inputs()[b.Kind].build(b.Config, inputEnv{
			files: bu.store.Namespace(fmt.Sprintf("%s/%d", p.Name, i)), budget: bu.budget, once: bu.once,
			log: log.With("input", b.Kind), metrics: prometheus.WrapRegistererWith(prometheus.Labels{"input": fmt.Sprint(i)}, reg),
		})
		if err != nil {
			diags = append(diags, b.Diagnose(err)...)
			continue
		}
		built.inputs = append(built.inputs, in)
	}
	return built, diags
}

// outputs builds a pipeline's outputs with their conditions, or what stands in
// for them.
func (bu *builder) outputs(p *config.Pipeline, s *event.Schema, log *slog.Logger, reg prometheus.Registerer) ([]builtOutput, hcl.Diagnostics) {
	var outs []builtOutput
	if bu.extra != nil {
		o, err := bu.extra(s)
		if err != nil {
			return nil, internalError(err, p.Range)
		}
		outs = append(outs, builtOutput{kind: "extra", Output: o})
	}
	switch {
	case bu.toStdout:
		return append(outs, builtOutput{kind: "stdout", Output: stdout.New(stdout.Defaults(), bu.stdout)}), nil
	case bu.extraOnly:
		return outs, nil
	}
	var diags hcl.Diagnostics
	for i, b := range p.Outputs {
		when, more := condition(b, s)
		diags = append(diags, more...)
		o, err := outputs()[b.Kind].build(b.Config, outputEnv{
			schema: s, pipeline: p.Name, dead: bu.dead, stdout: bu.stdout,
			log: log.With("output", b.Kind), metrics: prometheus.WrapRegistererWith(prometheus.Labels{"output": fmt.Sprint(i)}, reg),
		})
		if err != nil {
			diags = append(diags, b.Diagnose(err)...)
			continue
		}
		outs = append(outs, builtOutput{kind: b.Kind, when: when, Output: o})
	}
	return outs, diags
}

func internalError(err error, at hcl.Range) hcl.Diagnostics {
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Pipeline cannot be built", Detail: err.Error(), Subject: &at}}
}

// dataStream is the data stream that all documents of a pipeline go to, empty
// when there is none or more than one.
func dataStream(p *config.Pipeline) string {
	stream := ""
	for _, b := range p.Outputs {
		c, ok := b.Config.(*elasticsearch.Config)
		if !ok || !c.DataStream.IsSet() {
			continue
		}
		name, static := c.StaticName()
		if !static || stream != "" && name != stream {
			return ""
		}
		stream = name
	}
	return stream
}
