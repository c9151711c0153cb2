package agent

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/prometheus/client_golang/prometheus"
)

// configInterval is how often the configuration files are looked at.
const configInterval = 2 * time.Second

// stamp is what tells that a file was written.
type stamp struct {
	size    int64
	changed time.Time
}

// watchConfig asks for a reload when a configuration file has changed and then
// stayed the same for one interval, so that a half-written file is not read.
func (a *Agent) watchConfig(ctx context.Context) error {
	ticker := time.NewTicker(configInterval)
	defer ticker.Stop()
	known := a.configStamps()
	last := known
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		now := a.configStamps()
		if maps.Equal(now, last) && !maps.Equal(now, known) {
			known = now
			a.Reload()
		}
		last = now
	}
}

// configStamps looks at the files that the configuration came from. A built-in
// pipeline has none.
func (a *Agent) configStamps() map[string]stamp {
	stamps := map[string]stamp{}
	for _, arg := range a.opts.Watch {
		names, _ := filepath.Glob(filepath.Join(arg, "*.hcl")) // none unless arg is a folder
		for _, name := range append(names, arg) {
			if info, err := os.Stat(name); err == nil && !info.IsDir() {
				stamps[name] = stamp{info.Size(), info.ModTime()}
			}
		}
	}
	return stamps
}

// gather collects the metrics of the process and of the current pipelines.
func (a *Agent) gather() ([]*dto.MetricFamily, error) {
	return prometheus.Gatherers{a.process, a.current.Load().metrics}.Gather()
}
