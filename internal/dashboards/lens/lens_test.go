package lens

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const dashboard = `{"type":"dashboard","id":"d","references":[{"type":"index-pattern","id":"view","name":"p:indexpattern-datasource-layer-l"}],
"attributes":{"title":"D","kibanaSavedObjectMeta":{"searchSourceJSON":"{\"query\":{\"query\":\"data_stream.dataset : \\\"apache.access\\\"\"}}"},
"controlGroupInput":{"panelsJSON":"{\"c\":{\"explicitInput\":{\"dataViewId\":\"view\",\"fieldName\":\"host.name\",\"title\":\"Host\"}}}"},
"panelsJSON":PANELS}}`

const panel = `[{"type":"lens","panelIndex":"p","gridData":{"x":1,"y":2,"w":3,"h":4},"embeddableConfig":{"attributes":{"title":"P","visualizationType":"lnsDatatable",
"state":{"query":{"query":"http.response.status_code >= 400"},"datasourceStates":{"formBased":{"layers":{"l":{"columnOrder":["u","f","t","p95","n"],"columns":{
"u":{"operationType":"terms","sourceField":"url.path","label":"URL","params":{"size":20,"orderDirection":"desc","missingBucket":true,"orderBy":{"type":"column","columnId":"p95"}}},
"f":{"operationType":"filters","label":"F","params":{"filters":[{"label":"ok","input":{"query":"a.b : 200"}}]}},
"t":{"operationType":"date_histogram","sourceField":"@timestamp","label":"T"},
"p95":{"operationType":"percentile","sourceField":"event.duration","label":"p95","params":{"percentile":95}},
"n":{"operationType":"count","sourceField":"___records___","label":"N"}}}}}}}}}}]`

func read(t *testing.T, panels string) (*Dashboard, []Reference, error) {
	t.Helper()
	quoted, err := json.Marshal(panels)
	if err != nil {
		t.Fatal(err)
	}
	line := strings.ReplaceAll(strings.Replace(dashboard, "PANELS", string(quoted), 1), "\n", "")
	objects, err := Read([]byte(line + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := objects[0].Dashboard()
	return d, objects[0].References, err
}

func TestDashboard(t *testing.T) {
	d, refs, err := read(t, panel)
	if err != nil {
		t.Fatal(err)
	}
	p := d.Panels[0]
	if p.DataView(refs) != "view" || d.Controls[0] != (Control{"view", "host.name", "Host"}) || p.Grid != (Grid{1, 2, 3, 4}) {
		t.Errorf("read as %+v", d)
	}
	fields, err := p.Fields()
	slices.Sort(fields)
	if want := []string{"@timestamp", "a.b", "event.duration", "http.response.status_code", "url.path"}; err != nil || !slices.Equal(fields, want) {
		t.Errorf("fields %v, %v, want %v", fields, err, want)
	}
}

func TestSearch(t *testing.T) {
	d, _, err := read(t, panel)
	if err != nil {
		t.Fatal(err)
	}
	body, err := d.Panels[0].Search(d, "1m")
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	percentiles := `{"percentiles":{"field":"event.duration","percents":[95]}}`
	want := `{"aggs":{"u":{"aggs":{"f":{"aggs":{"t":{"aggs":{"p95":` + percentiles + `},"date_histogram":{"field":"@timestamp","fixed_interval":"1m"}}},` +
		`"filters":{"filters":{"ok":{"bool":{"filter":[{"match":{"a.b":"200"}}]}}}}},"p95":` + percentiles + `},` +
		`"terms":{"field":"url.path","missing":"__missing__","order":{"p95.95":"desc"},"size":20}}},` +
		`"query":{"bool":{"filter":[{"match":{"data_stream.dataset":"apache.access"}},{"range":{"http.response.status_code":{"gte":"400"}}}]}},` +
		`"size":0,"track_total_hits":true}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRows(t *testing.T) {
	d, _, err := read(t, panel)
	if err != nil {
		t.Fatal(err)
	}
	answer := `{"u":{"buckets":[{"key":"/a","doc_count":3,"f":{"buckets":{"ok":{"doc_count":2,"t":{"buckets":[
		{"key":60000,"doc_count":2,"p95":{"values":{"95.0":7.5}}},{"key":120000,"doc_count":0,"p95":{"values":{"95.0":null}}}]}}}}}]}}`
	rows, err := d.Panels[0].Rows(3, []byte(answer))
	if err != nil {
		t.Fatal(err)
	}
	want := []Row{
		{Keys: []string{"/a", "ok", "60000"}, Values: map[string]float64{"p95": 7.5, "N": 2}},
		{Keys: []string{"/a", "ok", "120000"}, Values: map[string]float64{"N": 0}},
	}
	if !reflect.DeepEqual(rows, want) {
		t.Errorf("got %v, want %v", rows, want)
	}
	if _, err := d.Panels[0].Rows(3, []byte(`{}`)); err == nil {
		t.Error("an answer without the aggregation is read without an error")
	}
}

func TestWhatIsNotUnderstoodIsRefused(t *testing.T) {
	for _, change := range [][2]string{
		{`"operationType":"percentile"`, `"operationType":"median"`},
		{`"columnId":"p95"`, `"columnId":"gone"`},
		{`"sourceField":"___records___"`, `"sourceField":"___records___","filter":{"query":"a : 1"}`},
		{`http.response.status_code >= 400`, `a : 1 or b : 2`},
		{`http.response.status_code >= 400`, `not (a : 1)`},
		{`a.b : 200`, `a : (1 or 2)`},
		{`a.b : 200`, `a >= *`},
		{`"columnOrder":["u",`, `"columnOrder":[`},
		{`"columnOrder":["u",`, `"columnOrder":["v",`},
		{`"type":"lens"`, `"type":"map"`},
	} {
		changed := strings.Replace(panel, change[0], change[1], 1)
		if changed == panel {
			t.Fatalf("%s is not in the panel", change[0])
		}
		d, _, err := read(t, changed)
		if err == nil {
			_, err = d.Panels[0].Search(d, "1m")
		}
		if err == nil {
			t.Errorf("%s is taken", change[1])
		}
	}
}

func TestWhetherAFieldIsThere(t *testing.T) {
	d, _, err := read(t, strings.Replace(panel, `a.b : 200`, `a.b : *`, 1))
	if err != nil {
		t.Fatal(err)
	}
	body, err := d.Panels[0].Search(d, "1m")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := json.Marshal(body); err != nil || !strings.Contains(string(got), `{"exists":{"field":"a.b"}}`) {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestOverlaps(t *testing.T) {
	at := Grid{10, 10, 5, 5}
	for g, want := range map[Grid]bool{
		{10, 10, 5, 5}: true, {14, 14, 1, 1}: true, {15, 10, 5, 5}: false, {10, 15, 5, 5}: false, {5, 10, 5, 5}: false, {0, 0, 48, 20}: true,
	} {
		if g.Overlaps(at) != want || at.Overlaps(g) != want {
			t.Errorf("%v over %v: want %t", g, at, want)
		}
	}
}

func TestNegation(t *testing.T) {
	got, err := filter("not a : 1 and b >= 2")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"bool": map[string]any{"filter": []any{
		map[string]any{"bool": map[string]any{"must_not": map[string]any{"match": map[string]any{"a": "1"}}}},
		map[string]any{"range": map[string]any{"b": map[string]any{"gte": "2"}}},
	}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
}
