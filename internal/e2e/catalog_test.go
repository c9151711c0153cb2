//go:build servers

package e2e

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/agent"
	"github.com/naru-log/naru/agent/config"
	"github.com/naru-log/naru/internal/catalog"
	"github.com/naru-log/naru/internal/dashboards/lens"
	"github.com/naru-log/naru/internal/servers/cluster"
	"github.com/naru-log/naru/pipelines"
)

var updateCatalog = flag.Bool("update-catalog", false, "write docs/catalog.md and its pictures again")

// TestCatalog draws the dashboard of each built-in pipeline from what the real
// Elasticsearch answers, as make catalog does.
func TestCatalog(t *testing.T) {
	all, err := catalog.Examples()
	if err != nil {
		t.Fatal(err)
	}
	es := shared.For(t)
	for _, e := range all {
		if e.Dashboard == nil {
			continue
		}
		t.Run(e.Pipeline.Name, func(t *testing.T) {
			if _, stderr, status := binary.Run(t, []string{"ELASTICSEARCH_HOSTS=" + es.URL()}, "setup", e.BuiltIn); status != 0 {
				t.Fatalf("naru setup: %s", stderr)
			}
			stream := strings.TrimSuffix(e.Stream, "-default") + "-catalog"
			index(t, es, stream, e.Dataset, examples(t, e))
			if e.Pipeline.Name == "mod_jk_log" { // its dashboard shows both sides
				const access = "logs-apache.access-workers" // no other test writes to it
				index(t, es, access, "apache.access", balanced(t))
				stream += "," + access
			}
			for _, other := range all { // a dashboard over all logs of a server
				if other.BuiltIn == e.BuiltIn && other.Dataset != e.Dataset && !strings.Contains(e.Dashboard.Query, "dataset") {
					beside := strings.TrimSuffix(other.Stream, "-default") + "-beside"
					index(t, es, beside, other.Dataset, examples(t, other))
					stream += "," + beside
				}
			}
			write(t, "catalog/"+e.PictureName(), catalog.Picture(e.Dashboard.Title, answered(t, es, stream, e.Dashboard)))
		})
	}
	t.Run("408", func(t *testing.T) { drawTimeouts(t, es) })
	page, err := catalog.Page(all)
	if err != nil {
		t.Fatal(err)
	}
	write(t, "catalog.md", page)
}

// write writes a file of docs when that was asked for.
func write(t *testing.T, name string, text []byte) {
	t.Helper()
	if !*updateCatalog {
		return
	}
	path := filepath.Join("../../docs", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// answered runs the searches of a dashboard's panels. A panel may be empty: not
// every test block has what it shows.
func answered(t *testing.T, es *cluster.Fixture, stream string, d *lens.Dashboard) []catalog.Panel {
	t.Helper()
	var panels []catalog.Panel
	for _, p := range d.Panels {
		rows := rowsOf(t, es, stream, d, p)
		panels = append(panels, catalog.Panel{Panel: p, Rows: rows})
	}
	return panels
}

// documentsOf gives the documents of lines by the first pipeline of a built-in
// file.
func documentsOf(t *testing.T, builtIn string, vars map[string]string, lines []string) []map[string]any {
	t.Helper()
	cfg, diags := config.Load([]string{builtIn}, config.Options{Kinds: agent.Kinds(), Builtin: pipelines.FS(), Vars: vars, Env: os.LookupEnv})
	if diags.HasErrors() {
		t.Fatal(diags.Diagnostics)
	}
	docs, err := agent.Documents(cfg.Pipelines[0], lines)
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

// balanced gives documents of an access log in front of three Tomcats, of which
// one fails in the last third of half an hour.
func balanced(t *testing.T) []map[string]any {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 3))
	var lines []string
	for i := range 900 {
		tomcat, status, took := fmt.Sprintf("tomcat%d", 1+i%3), 200, 20+random.ExpFloat64()*60
		if i > 600 && i%3 == 2 {
			if tomcat = "tomcat1"; i%15 == 2 {
				tomcat, status = "tomcat3", 503
			}
		}
		lines = append(lines, fmt.Sprintf(`192.0.2.%d - - [%s] "GET /shop HTTP/1.1" %d 512 balancer %s %.6f`, 1+i%50,
			someHour().Add(time.Duration(i*2)*time.Second).Format("02/Jan/2006:15:04:05 -0700"), status, tomcat, took/1000))
	}
	const format = `%h %l %u %t "%r" %>s %b %{JK_WORKER_NAME}n %{JK_LB_LAST_NAME}n %{JK_REQUEST_DURATION}n`
	return documentsOf(t, "apache", map[string]string{"format": format}, lines)
}

// drawTimeouts draws the panels about 408s over an hour with many of them, for
// docs/408.md.
func drawTimeouts(t *testing.T, es *cluster.Fixture) {
	t.Helper()
	var lines []string
	for _, l := range syntheticTimeouts(someHour()) {
		lines = append(lines, l.text)
	}
	const stream = "logs-apache.access-story"
	index(t, es, stream, "apache.access", documentsOf(t, "apache", timeoutVars(), lines))
	story := *dashboard(t, "naru-apache-access")
	story.Panels = slices.DeleteFunc(slices.Clone(story.Panels), func(p lens.Panel) bool { return p.Grid.Y < storyRow })
	write(t, "catalog/408.svg", catalog.Picture("An hour with 11,000 408s", answered(t, es, stream, &story)))
}

// storyRow is where the panels about 408s begin on the dashboards of access
// logs.
const storyRow = 74

func someHour() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }

// examples gives documents of generated lines, or, of a pipeline that no lines
// are generated for, those of its test blocks over and over, at times of the same
// half hour.
func examples(t *testing.T, e catalog.Example) []map[string]any {
	t.Helper()
	switch e.Pipeline.Name {
	case "apache_access":
		return documentsOf(t, "apache", nil, generated(3000))
	case "nginx_access":
		var lines []string
		for _, l := range generated(3000) {
			lines = append(lines, asNginx(l))
		}
		return documentsOf(t, "nginx", nil, lines)
	case "tomcat_access":
		return documentsOf(t, "tomcat", map[string]string{"format": `%h %l %u %t "%r" %s %b %D "%{Referer}i" "%{User-Agent}i"`}, generated(3000))
	}
	docs, err := agent.Documents(e.Pipeline, e.Lines)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(4, 8))
	var all []map[string]any
	for i := range 600 {
		doc := docs[i%len(docs)]
		if i >= len(docs) { // each at least once, the first ones more often
			doc = docs[min(int(random.ExpFloat64()*float64(len(docs))/2), len(docs)-1)]
		}
		again := maps.Clone(doc)
		again["@timestamp"] = someHour().Add(time.Duration(random.IntN(1800)) * time.Second).Format(time.RFC3339)
		all = append(all, again)
	}
	return all
}

// index puts documents into a data stream.
func index(t *testing.T, es *cluster.Fixture, stream, dataset string, docs []map[string]any) {
	t.Helper()
	namespace := stream[strings.LastIndexByte(stream, '-')+1:]
	var body bytes.Buffer
	for _, doc := range docs {
		doc["data_stream"] = map[string]any{"type": "logs", "dataset": dataset, "namespace": namespace}
		text, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&body, "{\"create\":{}}\n%s\n", text)
	}
	a := es.Must(http.MethodPost, "/"+stream+"/_bulk", body.Bytes())
	var got struct{ Errors bool }
	if err := json.Unmarshal(a.Body, &got); err != nil || got.Errors {
		t.Fatalf("bulk: %v: %.500s", err, a.Body)
	}
}
