package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/naru-log/naru/agent/config"
	"github.com/naru-log/naru/event"
)

// Check builds the filters and outputs of every pipeline as Run would, and so also
// tries output files; it opens no state, no input and no connection.
func Check(cfg *config.Config) hcl.Diagnostics {
	_, diags := checkOutputs(cfg)
	return diags
}

type checkedOutput struct {
	pipeline string
	builtOutput
}

func checkOutputs(cfg *config.Config) ([]checkedOutput, hcl.Diagnostics) {
	var all []checkedOutput
	var diags hcl.Diagnostics
	for _, p := range cfg.Pipelines {
		reg := prometheus.NewRegistry()
		log := slog.New(slog.DiscardHandler)
		c, more := buildChain(p, Identity{}, log, reg)
		if diags = append(diags, more...); more.HasErrors() {
			continue
		}
		bu := &builder{stdout: io.Discard}
		outs, more := bu.outputs(p, c.schema, log, reg)
		diags = append(append(diags, more...), c.warnings(outs)...)
		for _, o := range outs {
			all = append(all, checkedOutput{p.Name, o})
		}
	}
	return all, diags
}

// Connect asks the far end of every output whether it takes documents and
// prints an answer for each.
func Connect(ctx context.Context, cfg *config.Config, w io.Writer) error {
	outs, diags := checkOutputs(cfg)
	if diags.HasErrors() {
		return diags
	}
	var failed error
	for _, o := range outs {
		asked, ok := o.Output.(event.Checker)
		if !ok {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
		err := asked.Check(ctx)
		cancel()
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("pipeline %q: output %q: %w", o.pipeline, o.kind, err))
			continue
		}
		fmt.Fprintf(w, "pipeline %q: output %q answers\n", o.pipeline, o.kind)
	}
	return failed
}
