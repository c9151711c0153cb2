package catalog

import (
	"fmt"
	"os"
	"strings"

	"github.com/naru-log/naru/agent"
	"github.com/naru-log/naru/agent/config"
	"github.com/naru-log/naru/internal/dashboards/lens"
	"github.com/naru-log/naru/outputs/elasticsearch"
	"github.com/naru-log/naru/pipelines"
)

// Example is a built-in pipeline with a line and what becomes of it.
type Example struct {
	BuiltIn   string // the name that naru run takes
	Pipeline  *config.Pipeline
	Stream    string // the data stream that it writes to
	Dataset   string
	Line      string
	Document  map[string]any
	Lines     []string        // of all its test blocks that give documents
	Dashboard *lens.Dashboard // nil when there is none for its data set
}

// Examples gives every pipeline of every built-in file. The line is that of its
// test blocks whose document says most in fields that are not the server's own.
func Examples() ([]Example, error) {
	boards, err := dashboards()
	if err != nil {
		return nil, err
	}
	var all []Example
	for _, name := range pipelines.Names() {
		cfg, diags := config.Load([]string{name}, config.Options{Kinds: agent.Kinds(), Builtin: pipelines.FS(), Env: os.LookupEnv})
		if diags.HasErrors() {
			return nil, fmt.Errorf("load the pipeline %s: %w", name, diags.Diagnostics)
		}
		for _, p := range cfg.Pipelines {
			e, err := example(name, p, cfg.Tests)
			if err != nil {
				return nil, fmt.Errorf("pipeline %s: %w", p.Name, err)
			}
			e.Dashboard = boards[e.Dataset]
			all = append(all, e)
		}
	}
	return all, nil
}

func example(name string, p *config.Pipeline, tests []*config.Test) (Example, error) {
	e := Example{BuiltIn: name, Pipeline: p}
	for _, o := range p.Outputs {
		if c, ok := o.Config.(*elasticsearch.Config); ok {
			e.Stream, _ = c.StaticName()
		}
	}
	parts := strings.SplitN(e.Stream, "-", 3)
	if len(parts) != 3 {
		return e, fmt.Errorf("%q is no data stream", e.Stream)
	}
	e.Dataset = parts[1]
	most := 0
	for _, t := range tests {
		if t.Pipeline != p || t.Dropped || len(t.Tags) > 0 {
			continue
		}
		docs, err := agent.Documents(p, t.Lines)
		if err != nil {
			return e, err
		}
		for i, doc := range docs {
			e.Lines = append(e.Lines, t.Lines[i])
			if n := fields(doc) - fields(doc[name]); n > most {
				most, e.Line, e.Document = n, t.Lines[i], doc
			}
		}
	}
	if e.Document == nil {
		return e, fmt.Errorf("it has no test block that gives a document")
	}
	return e, nil
}

// fields counts the values in a document.
func fields(value any) int {
	object, ok := value.(map[string]any)
	if !ok {
		return 1
	}
	n := 0
	for _, v := range object {
		n += fields(v)
	}
	return n
}

// dashboards gives the dashboards by the data set that their query names, or of
// one without, that the queries of its panels name and no other dashboard is for.
func dashboards() (map[string]*lens.Dashboard, error) {
	text, err := pipelines.SavedObjects()
	if err != nil {
		return nil, err
	}
	objects, err := lens.Read(text)
	if err != nil {
		return nil, err
	}
	found, more := map[string]*lens.Dashboard{}, map[string]*lens.Dashboard{}
	for _, o := range objects {
		if o.Type != "dashboard" {
			continue
		}
		d, err := o.Dashboard()
		if err != nil {
			return nil, err
		}
		if set := dataset(d.Query); set != "" {
			found[set] = d
			continue
		}
		for _, p := range d.Panels {
			more[dataset(p.Query)] = d
		}
		if _, module, ok := strings.Cut(d.Query, `event.module : "`); ok { // access logs and others on one
			module, _, _ = strings.Cut(module, `"`)
			more[module+".access"] = d
		}
	}
	for set, d := range more {
		if found[set] == nil {
			found[set] = d
		}
	}
	return found, nil
}

// dataset gives the data set that a query narrows to; empty for none.
func dataset(kql string) string {
	_, set, _ := strings.Cut(kql, `data_stream.dataset : "`)
	set, _, _ = strings.Cut(set, `"`)
	return set
}
