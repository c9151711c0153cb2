//go:build !race

package agent

import (
	"testing"
	"time"

	"github.com/naru-log/naru/agent/config"
	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/pipelines"
)

// TestBuiltInPipelinesDoNotAllocate puts the lines of their test blocks through
// all of them. The race detector makes sync.Pool, in which regexp keeps its
// memory, forget at random, so this holds only without it.
func TestBuiltInPipelinesDoNotAllocate(t *testing.T) {
	cfg, diags := config.Load(pipelines.Names(), config.Options{Kinds: Kinds(), Builtin: pipelines.FS()})
	if diags.HasErrors() {
		t.Fatal(diags.Diagnostics)
	}
	for _, p := range cfg.Pipelines {
		t.Run(p.Name, func(t *testing.T) {
			at := time.Unix(0, 0)
			batch := &event.Batch{Source: event.NewSource(7, "/var/log/test.log", at), ReadAt: at}
			for _, test := range cfg.Tests {
				if test.Pipeline != p {
					continue
				}
				for _, line := range test.Lines {
					start := len(batch.Data)
					batch.Data = append(batch.Data, line...)
					batch.Lines = append(batch.Lines, event.Line{Start: uint32(start), End: uint32(len(batch.Data)), Offset: int64(start)})
				}
			}
			w, out := discarding(t, p)
			doesNotAllocate(t, w, batch, out)
		})
	}
}
