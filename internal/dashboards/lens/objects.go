// Package lens reads Kibana's saved objects and turns the panels of dashboards
// into the searches that Kibana would send, so that tests can run them where
// there is no Kibana. It knows what our dashboards use and refuses the rest.
package lens

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Object is one saved object.
type Object struct {
	Type       string          `json:"type"`
	ID         string          `json:"id"`
	References []Reference     `json:"references"`
	Attributes json.RawMessage `json:"attributes"`
}

// Reference points at another saved object.
type Reference struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Read reads NDJSON in Kibana's export format.
func Read(ndjson []byte) ([]Object, error) {
	var all []Object
	n := 0
	for line := range bytes.Lines(ndjson) {
		n++
		var o Object
		if err := json.Unmarshal(line, &o); err != nil {
			return nil, fmt.Errorf("read saved objects: line %d: %w", n, err)
		}
		all = append(all, o)
	}
	return all, nil
}

// Dashboard is a dashboard with what Kibana keeps in strings decoded.
type Dashboard struct {
	ID       string
	Title    string
	Query    string // KQL that narrows all panels
	Panels   []Panel
	Controls []Control
}

// Control is a selector above the panels.
type Control struct {
	DataView string `json:"dataViewId"`
	Field    string `json:"fieldName"`
	Title    string `json:"title"`
}

// Panel is a Lens panel over one layer.
type Panel struct {
	ID    string
	Title string
	Kind  string // Kibana's visualizationType: lnsXY, lnsPie, …
	Shape string // of lnsXY: bar_stacked, line, …
	Grid  Grid
	Query string // KQL
	Order []string
	// Columns by id, as Order names them.
	Columns map[string]Column
	// Layer is the id under which references name the layer's data view.
	Layer string
}

// Grid is a place on the dashboard, which is 48 columns wide.
type Grid struct{ X, Y, W, H int }

// Overlaps says whether two places share a cell.
func (g Grid) Overlaps(o Grid) bool {
	return g.X < o.X+o.W && o.X < g.X+g.W && g.Y < o.Y+o.H && o.Y < g.Y+g.H
}

// Column is a column of a layer: an aggregation.
type Column struct {
	Label     string
	Operation string `json:"operationType"`
	Field     string `json:"sourceField"`
	Filter    *query
	Params    struct {
		Percentile int
		Interval   string // of a histogram: "auto", or the shortest
		Size       int
		Direction  string `json:"orderDirection"`
		OrderBy    struct{ Type, ColumnID string }
		Missing    bool `json:"missingBucket"`
		Filters    []struct {
			Label string
			Input query
		}
	}
}

type query struct{ Language, Query string }

// records is the field that Kibana names where it counts documents.
const records = "___records___"

// Dashboard decodes an object of type dashboard.
func (o Object) Dashboard() (*Dashboard, error) {
	var a struct {
		Title  string
		Meta   struct{ SearchSourceJSON string } `json:"kibanaSavedObjectMeta"`
		Group  struct{ PanelsJSON string }       `json:"controlGroupInput"`
		Panels string                            `json:"panelsJSON"`
	}
	if err := json.Unmarshal(o.Attributes, &a); err != nil {
		return nil, fmt.Errorf("read dashboard %s: %w", o.ID, err)
	}
	d := &Dashboard{ID: o.ID, Title: a.Title}
	var source struct{ Query query }
	if err := json.Unmarshal([]byte(a.Meta.SearchSourceJSON), &source); err != nil {
		return nil, fmt.Errorf("read the query of dashboard %s: %w", o.ID, err)
	}
	d.Query = source.Query.Query
	var controls map[string]struct{ ExplicitInput Control }
	if err := json.Unmarshal([]byte(a.Group.PanelsJSON), &controls); err != nil {
		return nil, fmt.Errorf("read the controls of dashboard %s: %w", o.ID, err)
	}
	for _, c := range controls {
		d.Controls = append(d.Controls, c.ExplicitInput)
	}
	var panels []savedPanel
	if err := json.Unmarshal([]byte(a.Panels), &panels); err != nil {
		return nil, fmt.Errorf("read the panels of dashboard %s: %w", o.ID, err)
	}
	for _, p := range panels {
		panel, err := p.panel()
		if err != nil {
			return nil, fmt.Errorf("dashboard %s: panel %s: %w", o.ID, p.PanelIndex, err)
		}
		d.Panels = append(d.Panels, panel)
	}
	return d, nil
}

// savedPanel is a panel as Kibana keeps it.
type savedPanel struct {
	Type             string
	PanelIndex       string
	GridData         Grid
	EmbeddableConfig struct {
		Attributes struct {
			Title             string
			VisualizationType string
			State             struct {
				Query            query
				Visualization    struct{ PreferredSeriesType string }
				DatasourceStates struct {
					FormBased struct {
						Layers map[string]struct {
							ColumnOrder []string
							Columns     map[string]Column
						}
					}
				}
			}
		}
	}
}

func (s savedPanel) panel() (Panel, error) {
	a := s.EmbeddableConfig.Attributes
	layers := a.State.DatasourceStates.FormBased.Layers
	if s.Type != "lens" || len(layers) != 1 {
		return Panel{}, fmt.Errorf("it is of type %q with %d layers: want a lens panel of one layer", s.Type, len(layers))
	}
	p := Panel{ID: s.PanelIndex, Title: a.Title, Kind: a.VisualizationType, Shape: a.State.Visualization.PreferredSeriesType, Grid: s.GridData, Query: a.State.Query.Query}
	for id, layer := range layers {
		p.Layer, p.Order, p.Columns = id, layer.ColumnOrder, layer.Columns
	}
	for _, id := range p.Order {
		if _, ok := p.Columns[id]; !ok {
			return Panel{}, fmt.Errorf("column %s is missing", id)
		}
	}
	if len(p.Order) == 0 || len(p.Order) != len(p.Columns) {
		return Panel{}, fmt.Errorf("%d columns in order, %d defined", len(p.Order), len(p.Columns))
	}
	return p, nil
}

// DataView gives the data view that the panel reads, out of its dashboard's
// references.
func (p Panel) DataView(refs []Reference) string {
	for _, r := range refs {
		if r.Type == "index-pattern" && r.Name == p.ID+":indexpattern-datasource-layer-"+p.Layer {
			return r.ID
		}
	}
	return ""
}

// Queries gives the KQL of the panel and of its columns, without empty ones.
func (p Panel) Queries() []string {
	all := []string{p.Query}
	for _, id := range p.Order {
		c := p.Columns[id]
		if c.Filter != nil {
			all = append(all, c.Filter.Query)
		}
		for _, f := range c.Params.Filters {
			all = append(all, f.Input.Query)
		}
	}
	return slices.DeleteFunc(all, func(q string) bool { return q == "" })
}

// Fields names every field that the panel reads.
func (p Panel) Fields() ([]string, error) {
	var fields []string
	for _, id := range p.Order {
		if c := p.Columns[id]; c.Field != "" && c.Field != records {
			fields = append(fields, c.Field)
		}
	}
	for _, q := range p.Queries() {
		named, err := QueryFields(q)
		if err != nil {
			return nil, fmt.Errorf("panel %s: %w", p.ID, err)
		}
		fields = append(fields, named...)
	}
	return fields, nil
}
