//go:build servers

package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/naru-log/naru/internal/ecs"
	"github.com/naru-log/naru/internal/mapping"
	"github.com/naru-log/naru/internal/servers/cluster"
	"github.com/naru-log/naru/internal/servers/opensearch"
	"github.com/naru-log/naru/pipelines"
)

// templateFields gives the fields of the index templates.
func templateFields(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	components, err := pipelines.ComponentTemplates()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range components {
		fields, err := mapping.Template(c.Body)
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(all, fields)
	}
	return all
}

// indexFields gives the fields of the one index behind a data stream.
func indexFields(t *testing.T, c *cluster.Fixture, stream string) map[string]string {
	t.Helper()
	var indices map[string]struct{ Mappings json.RawMessage }
	if err := json.Unmarshal(c.Must("GET", "/"+stream+"/_mapping", nil).Body, &indices); err != nil {
		t.Fatal(err)
	}
	if len(indices) != 1 {
		t.Fatalf("data stream %s has %d indices, want 1", stream, len(indices))
	}
	for _, i := range indices {
		fields, err := mapping.Fields(i.Mappings)
		if err != nil {
			t.Fatal(err)
		}
		return fields
	}
	return nil
}

// TestTemplates indexes a document of each kind and with each field after naru
// setup: the cluster takes them all and has nothing to map by itself.
func TestTemplates(t *testing.T) {
	clusters := map[string]*cluster.Fixture{"elasticsearch": shared.For(t), "opensearch": opensearch.Start(t, opensearch.Options{})}
	for _, s := range corpora(t) {
		for name, c := range clusters {
			t.Run(s.pipeline+s.log+"/"+name, func(t *testing.T) {
				c := c.Cluster().For(t)
				s.setup(t, c)
				simulated := c.Must("POST", "/_index_template/_simulate_index/"+s.stream+"-next", nil)
				before, err := mapping.Template(simulated.Body)
				if err != nil {
					t.Fatal(err)
				}
				docs := s.ship(t, c)
				after := indexFields(t, c, s.stream)
				for f := range after {
					if before[f] == "" {
						t.Errorf("field %s was mapped by the cluster, as %s", f, after[f])
					}
				}
				for f := range templateFields(t) {
					if before[f] == "" {
						t.Errorf("field %s of the template is not in the index", f)
					}
				}
				for _, doc := range docs {
					for f := range mapping.Leaves(doc, before) {
						if before[f] == "" {
							t.Errorf("field %s is not mapped", f)
						}
					}
				}
			})
		}
	}
}

func corpora(t *testing.T) []shipment {
	t.Helper()
	known := fmt.Sprintf("geoip_databases=%s", quoted(t, databases(t)))
	return []shipment{
		{pipeline: "apache", stream: "logs-apache.access-fields", lines: apacheCorpus(), vars: []string{known, "original=true"}},
		{pipeline: "nginx", stream: "logs-nginx.access-fields", lines: nginxCorpus(), vars: []string{known}},
		{pipeline: "tomcat", stream: "logs-tomcat.access-fields", lines: tomcatCorpus(), vars: []string{known}},
		{pipeline: "apache", log: "error_", stream: "logs-apache.error-fields", lines: apacheErrorCorpus(), vars: []string{known, "original=true"}},
		{pipeline: "nginx", log: "error_", stream: "logs-nginx.error-fields", lines: nginxErrorCorpus(), vars: []string{known}},
		{pipeline: "tomcat", log: "log_", stream: "logs-tomcat.log-fields", lines: tomcatLogCorpus()},
		{pipeline: "mod_jk", stream: "logs-mod_jk.log-fields", lines: modJKCorpus()},
		{pipeline: "uwsgi", stream: "logs-uwsgi.log-fields", lines: uwsgiCorpus(), vars: []string{known, "original=true"}},
		{pipeline: "flask", stream: "logs-flask.log-fields", lines: flaskCorpus(), vars: []string{known}},
		{pipeline: "jenkins", stream: "logs-jenkins.access-fields", lines: jenkinsCorpus(), vars: []string{known}},
		{pipeline: "jenkins", log: "log_", stream: "logs-jenkins.log-fields", lines: jenkinsLogCorpus()},
	}
}

func quoted(t *testing.T, list []string) string {
	t.Helper()
	text, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// documented is a row of the table in docs/ecs.md.
type documented struct {
	kind string
	ours bool
}

var tableRow = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (\\w+) \\| (ECS|ours) \\|")

func documentedFields(t *testing.T) map[string]documented {
	t.Helper()
	text, err := os.ReadFile("../../docs/ecs.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]documented{}
	var names []string
	for _, m := range tableRow.FindAllSubmatch(text, -1) {
		names = append(names, string(m[1]))
		rows[string(m[1])] = documented{kind: string(m[2]), ours: string(m[3]) == "ours"}
	}
	if len(rows) != len(names) || !slices.IsSorted(names) {
		t.Errorf("the table of docs/ecs.md is out of order or names a field twice")
	}
	return rows
}

// TestFieldsAreDocumented compares what the pipelines produce with docs/ecs.md,
// both ways, and the page with ECS and the index template.
func TestFieldsAreDocumented(t *testing.T) {
	definitions, err := ecs.Fields(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rows, mapped := documentedFields(t), templateFields(t)
	for f, row := range rows {
		if mapped[f] != row.kind {
			t.Errorf("%s is %s in docs/ecs.md, %q in the template", f, row.kind, mapped[f])
		}
		definition, isECS := definitions[f]
		if isECS == row.ours {
			t.Errorf("%s: docs/ecs.md says ours is %t, ECS has it is %t", f, row.ours, isECS)
		}
		if isECS && definition.Type != row.kind {
			t.Errorf("%s is %s in docs/ecs.md, %s in ECS", f, row.kind, definition.Type)
		}
	}
	// The template also holds fields for pipelines of users.
	for f, kind := range mapped {
		if d, ok := definitions[f]; ok && d.Type != kind {
			t.Errorf("%s is %s in the template, %s in ECS", f, kind, d.Type)
		}
	}
	produced := map[string]bool{}
	es := shared.For(t)
	for _, s := range corpora(t) {
		s.stream += "2"
		s.setup(t, es)
		for _, doc := range s.ship(t, es) {
			for f, v := range mapping.Leaves(doc, mapped) {
				produced[f] = true
				if rows[f].kind == "" {
					t.Errorf("%s is not in docs/ecs.md", f)
				}
				if !fits(v, rows[f].kind) {
					t.Errorf("%s is %v, which is no %s", f, v, rows[f].kind)
				}
				if _, list := v.([]any); definitions[f].Array() && !list {
					t.Errorf("%s is %v, which ECS has as a list", f, v)
				}
			}
		}
	}
	for f := range rows {
		if !produced[f] {
			t.Errorf("%s is in docs/ecs.md, and no document has it: is it produced at all?", f)
		}
	}
}

// fits says whether a JSON value is one that a field type stands for: numbers
// for numbers, not text that looks like them.
func fits(v any, kind string) bool {
	if list, ok := v.([]any); ok {
		return !slices.ContainsFunc(list, func(one any) bool { return !fits(one, kind) })
	}
	want := map[string]reflect.Kind{"long": reflect.Float64, "double": reflect.Float64, "boolean": reflect.Bool, "geo_point": reflect.Map}[kind]
	if want == reflect.Invalid {
		want = reflect.String
	}
	return reflect.ValueOf(v).Kind() == want
}
