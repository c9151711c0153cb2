package agent

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/naru-log/naru/agent/config"
	"github.com/naru-log/naru/deadletter"
)

// replayer is an output that takes dead letters back.
type replayer interface {
	Replay(ctx context.Context, records []deadletter.Record) error
}

// Replay sends the dead letters of a state directory again, each to the output
// of the pipeline that it came from. Letters of pipelines that are not in the
// configuration are an error, and stay.
func Replay(ctx context.Context, cfg *config.Config, stateDir string, w io.Writer, log *slog.Logger) error {
	dir := DeadLetterDir(stateDir)
	dead, err := deadletter.Open(dir, deadletter.Options{MaxBytes: cfg.Agent.DeadLetterBytes, Policy: cfg.Agent.DeadLetterPolicy, Logger: log})
	if err != nil {
		return err
	}
	outs := map[string]replayer{}
	for _, p := range cfg.Pipelines {
		reg := prometheus.NewRegistry()
		c, diags := buildChain(p, Identity{}, log, reg)
		if diags.HasErrors() {
			return diags
		}
		built, diags := (&builder{dead: dead, stdout: io.Discard}).outputs(p, c.schema, log, reg)
		if diags.HasErrors() {
			return diags
		}
		for _, o := range built {
			if r, ok := o.Output.(replayer); ok && outs[p.Name] == nil {
				outs[p.Name] = r
			}
		}
	}
	sent := 0
	err = deadletter.Read(ctx, dir, func(ctx context.Context, records []deadletter.Record) error {
		groups := map[string][]deadletter.Record{}
		for _, r := range records {
			groups[r.Pipeline] = append(groups[r.Pipeline], r)
		}
		for name := range groups {
			if outs[name] == nil {
				return fmt.Errorf("there are dead letters of pipeline %q, which is not among these pipelines: name its file too", name)
			}
		}
		for name, group := range groups {
			if err := outs[name].Replay(ctx, group); err != nil {
				return err
			}
			sent += len(group)
		}
		return nil
	})
	fmt.Fprintf(w, "%d dead letters sent again\n", sent)
	return err
}
