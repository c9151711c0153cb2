package dashboards

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/naru-log/naru/internal/dashboards/lens"
	"github.com/naru-log/naru/internal/mapping"
	"github.com/naru-log/naru/pipelines"
)

// columns is the width of a dashboard in Kibana.
const columns = 48

func savedObjects(t *testing.T) []lens.Object {
	t.Helper()
	text, err := pipelines.SavedObjects()
	if err != nil {
		t.Fatal(err)
	}
	objects, err := lens.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// dashboards gives the dashboards by id.
func dashboards(t *testing.T) map[string]*lens.Dashboard {
	t.Helper()
	found := map[string]*lens.Dashboard{}
	for _, o := range savedObjects(t) {
		if o.Type != "dashboard" {
			continue
		}
		d, err := o.Dashboard()
		if err != nil {
			t.Fatal(err)
		}
		found[d.ID] = d
	}
	if len(found) == 0 {
		t.Fatal("there are no dashboards")
	}
	return found
}

func TestReferencesResolveInsideTheFile(t *testing.T) {
	there := map[[2]string]bool{}
	for _, o := range savedObjects(t) {
		key := [2]string{o.Type, o.ID}
		if o.ID == "" || there[key] {
			t.Errorf("%s %q is there twice, or has no id", o.Type, o.ID)
		}
		there[key] = true
	}
	if !there[[2]string{"index-pattern", DataView}] {
		t.Errorf("data view %s is missing", DataView)
	}
	for _, o := range savedObjects(t) {
		for _, r := range o.References {
			if !there[[2]string{r.Type, r.ID}] {
				t.Errorf("%s %s refers to %s %s, which is not in the file", o.Type, o.ID, r.Type, r.ID)
			}
		}
	}
}

func TestPanelsReadTheDataView(t *testing.T) {
	for _, o := range savedObjects(t) {
		if o.Type != "dashboard" {
			continue
		}
		d, err := o.Dashboard()
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range d.Panels {
			if got := p.DataView(o.References); got != DataView {
				t.Errorf("%s: panel %s reads data view %q, want %s", d.ID, p.ID, got, DataView)
			}
		}
		for _, c := range d.Controls {
			if c.DataView != DataView {
				t.Errorf("%s: control %s reads data view %q, want %s", d.ID, c.Title, c.DataView, DataView)
			}
		}
	}
}

func TestPanelsDoNotOverlap(t *testing.T) {
	for _, d := range dashboards(t) {
		for i, p := range d.Panels {
			if p.Grid.W <= 0 || p.Grid.H <= 0 || p.Grid.X < 0 || p.Grid.Y < 0 || p.Grid.X+p.Grid.W > columns {
				t.Errorf("%s: panel %s lies at %+v, beside the dashboard", d.ID, p.ID, p.Grid)
			}
			for _, q := range d.Panels[:i] {
				if p.ID == q.ID {
					t.Errorf("%s: panel %s is there twice", d.ID, p.ID)
				}
				if p.Grid.Overlaps(q.Grid) {
					t.Errorf("%s: panels %s and %s overlap", d.ID, p.ID, q.ID)
				}
			}
		}
	}
}

// wanted are the questions that each dashboard answers, by panel, with the kind
// of picture that answers them.
func wanted() map[string]string {
	return map[string]string{
		"requests": "lnsMetric", "clients": "lnsMetric", "timeouts": "lnsMetric", "bytes-sent": "lnsMetric",
		"ok-against-timeout": "lnsXY", "statuses": "lnsXY", "agents": "lnsDatatable", "bots": "lnsPie", "top-bots": "lnsDatatable",
		"countries-map": "lnsChoropleth", "timeout-clients": "lnsDatatable", "slowest": "lnsDatatable", "bytes": "lnsXY",
		"errors": "lnsDatatable", "time-taken": "lnsXY",
		"timeouts-hourly": "lnsXY", "timeout-share": "lnsXY", "timeout-causes": "lnsPie", "timeout-since": "lnsDatatable",
	}
}

func TestEveryDashboardHasItsPanels(t *testing.T) {
	const metric, chart, table = "lnsMetric", "lnsXY", "lnsDatatable"
	errors := map[string]string{"messages": metric, "errors": metric, "who": metric, "levels": chart}
	with := func(more map[string]string) map[string]string {
		maps.Copy(more, errors)
		return more
	}
	for id, want := range map[string]map[string]string{
		"naru-apache-access": wanted(), "naru-nginx-access": wanted(), "naru-tomcat-access": wanted(),
		"naru-apache-error": with(map[string]string{"modules": chart, "codes": table, "reasons": table, "error-clients": table, "files": table}),
		"naru-nginx-error":  with(map[string]string{"reasons-time": chart, "upstreams": table, "reasons": table, "error-clients": table, "urls": table}),
		"naru-tomcat-log":   with(map[string]string{"exceptions-time": chart, "exceptions": table, "loggers": table, "files": table}),
		"naru-mod-jk": {"balanced": metric, "answering": metric, "failures": metric, "load": chart, "members": "lnsPie", "failing": chart,
			"member-times": table, "why": table, "server-errors": table},
		"naru-uwsgi": {"requests": metric, "failures": metric, "exceptions": metric, "bytes-sent": metric, "statuses": chart, "time-taken": chart, "slowest": table,
			"exception-types": table, "workers": table, "errors": table, "levels": chart},
		"naru-flask": {"requests": metric, "failures": metric, "exceptions": metric, "clients": metric, "statuses": chart, "levels": chart, "exception-types": table,
			"errors": table, "loggers": table, "urls": table},
		"naru-jenkins": {"requests": metric, "failures": metric, "exceptions": metric, "clients": metric, "kinds": chart, "time-taken": chart, "jobs": table,
			"slowest": table, "levels": chart, "exception-types": table, "loggers": table, "errors": table},
	} {
		d := dashboards(t)[id]
		if d == nil {
			t.Errorf("dashboard %s is missing", id)
			continue
		}
		kinds := map[string]string{}
		for _, p := range d.Panels {
			kinds[p.ID] = p.Kind
		}
		if !maps.Equal(kinds, want) {
			t.Errorf("%s: panels are %v, want %v", id, kinds, want)
		}
	}
}

// TestFieldsAreInTheTemplate finds panels that would stay empty because the field
// they read is spelled otherwise or is not mapped.
func TestFieldsAreInTheTemplate(t *testing.T) {
	mapped := map[string]string{}
	components, err := pipelines.ComponentTemplates()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range components {
		fields, err := mapping.Template(c.Body)
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(mapped, fields)
	}
	numeric := []string{"long", "integer", "double", "float"}
	for _, d := range dashboards(t) {
		named, err := lens.QueryFields(d.Query)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range d.Controls {
			named = append(named, c.Field)
		}
		for _, p := range d.Panels {
			fields, err := p.Fields()
			if err != nil {
				t.Fatal(err)
			}
			named = append(named, fields...)
			for _, c := range p.Columns {
				number := c.Operation == "percentile" || c.Operation == "sum"
				if number && !slices.Contains(numeric, mapped[c.Field]) {
					t.Errorf("%s: panel %s: %s of %s, which is mapped as %q", d.ID, p.ID, c.Operation, c.Field, mapped[c.Field])
				}
				if c.Operation == "terms" && strings.HasSuffix(mapped[c.Field], "text") {
					t.Errorf("%s: panel %s: values of %s, which is mapped as %q", d.ID, p.ID, c.Field, mapped[c.Field])
				}
			}
		}
		for _, f := range named {
			if mapped[f] == "" {
				t.Errorf("%s: field %s is not in the template", d.ID, f)
			}
		}
	}
}

// TestFiltersSurviveTheCompiler compares the queries of the source with those of
// the compiled panels: the compiler drops some without a word.
func TestFiltersSurviveTheCompiler(t *testing.T) {
	type dashboard struct {
		ID     string
		Panels []struct {
			ID   string
			Lens any
		}
	}
	sources, err := filepath.Glob("../../pipelines/kibana/src/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var written []dashboard
	for _, path := range sources {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var src struct{ Dashboards []dashboard }
		if err := yaml.Unmarshal(source, &src); err != nil {
			t.Fatal(err)
		}
		written = append(written, src.Dashboards...)
	}
	compared := 0
	for _, d := range written {
		for _, p := range d.Panels {
			panels := dashboards(t)[d.ID].Panels
			i := slices.IndexFunc(panels, func(c lens.Panel) bool { return c.ID == p.ID })
			if i < 0 {
				t.Fatalf("%s: panel %s was not compiled", d.ID, p.ID)
			}
			source, err := json.Marshal(p.Lens)
			if err != nil {
				t.Fatal(err)
			}
			queries := strings.Count(string(source), `"kql":`)
			if got := len(panels[i].Queries()); got != queries {
				t.Errorf("%s: panel %s has %d queries in its source and %d compiled", d.ID, p.ID, queries, got)
			}
			compared += queries
		}
	}
	if compared == 0 {
		t.Error("no panel of the source has a query: is it read right?")
	}
}

func TestDrawMapRefusesOtherTables(t *testing.T) {
	for _, visualization := range []string{`{}`, `{"columns":[{"columnId":"a"}]}`} {
		var panel map[string]any
		text := `{"panelIndex":"x-map","embeddableConfig":{"attributes":{"state":{"visualization":` + visualization + `}}}}`
		if err := json.Unmarshal([]byte(text), &panel); err != nil {
			t.Fatal(err)
		}
		if err := drawMap(panel); err == nil {
			t.Errorf("a map is made of %s", visualization)
		}
	}
}

// TestFinishTakesOutWhatChanges: objects that say when they were compiled would
// never compile to the same again.
func TestFinishTakesOutWhatChanges(t *testing.T) {
	compiled := `{"type":"dashboard","id":"d","created_at":"2026-01-01","updated_at":"2026-01-02","version":"WzE","attributes":{"panelsJSON":"[]"}}` + "\n\n"
	got, err := finish([]byte(compiled))
	if err != nil {
		t.Fatal(err)
	}
	want := dataView + "\n" + `{"attributes":{"panelsJSON":"[]"},"id":"d","type":"dashboard"}` + "\n"
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, broken := range []string{"{", `{"id":"d"}`, `{"attributes":{"panelsJSON":"["}}`} {
		if _, err := finish([]byte(broken)); err == nil {
			t.Errorf("%s is taken for an object", broken)
		}
	}
}
