//go:build servers

package useragent

import (
	"archive/zip"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/servers/cluster"
	"github.com/naru-log/naru/internal/servers/maven"
	"github.com/naru-log/naru/internal/servers/opensearch"
)

// TestEqualsOpenSearch compares with the user_agent processor of a real
// OpenSearch, given its rules. Where the processor does not do what the rules'
// specification says, naru does: see mend.
func TestEqualsOpenSearch(t *testing.T) {
	server := opensearch.Start(t, opensearch.Options{})
	c := Defaults()
	c.Field, c.Regexes = "message", processorRules(t)
	s := event.NewSchema()
	f, err := New(c, s, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	ev, p, enc := event.NewEvent(s), f.Processor(), event.NewEncoder(s)

	uas := coreAgents(t)
	const batch = 500
	for len(uas) > 0 {
		part := uas[:min(batch, len(uas))]
		uas = uas[len(part):]
		for i, want := range simulate(t, server, part) {
			ev.Reset(nil, []byte(part[i]), 0)
			p.Process(ev)
			var doc struct {
				UserAgent map[string]any `json:"user_agent"`
			}
			if err := json.Unmarshal(enc.Append(nil, ev), &doc); err != nil {
				t.Fatal(err)
			}
			got := flat("", doc.UserAgent)
			delete(got, "type")
			delete(got, "device.type")
			mend(want, got)
			if !maps.Equal(got, want) {
				t.Errorf("%q\ngot  %v\nwant %v", part[i], got, want)
			}
		}
	}
}

// mend puts right in want what the processor gets wrong: it leaves a
// placeholder in a value unless it is the one with the number of the field,
// keeps space around values, and joins version parts that are empty.
func mend(want, got map[string]any) {
	for key, v := range want {
		text := strings.TrimSpace(v.(string))
		if strings.Contains(text, "$") {
			want[key] = got[key]
			continue
		}
		if key == "version" || key == "os.version" || key == "os.full" {
			text = strings.TrimRight(text, ".")
		}
		if want[key] = text; text == "" {
			delete(want, key)
		}
	}
}

// processorRules takes the rules out of the processor's jar.
func processorRules(t *testing.T) string {
	t.Helper()
	tree, err := maven.FetchTree(t.Context(), opensearch.Artifact)
	if err != nil {
		t.Fatal(err)
	}
	jars, err := filepath.Glob(filepath.Join(tree, "ingest-user-agent-*.jar"))
	if err != nil || len(jars) != 1 {
		t.Fatalf("find the processor's jar in %s: %v %v", tree, jars, err)
	}
	jar, err := zip.OpenReader(jars[0])
	if err != nil {
		t.Fatal(err)
	}
	defer jar.Close()
	in, err := jar.Open("regexes.yml")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	text, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "regexes.yml")
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// coreAgents returns a tenth of the user agents of uap-core's test files.
func coreAgents(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command("go", "mod", "download", "-json", "github.com/ua-parser/uap-core@v0.18.0").Output()
	var mod struct{ Dir string }
	if jerr := json.Unmarshal(out, &mod); err != nil || jerr != nil {
		t.Fatalf("fetch uap-core with go mod download: %v %v", err, jerr)
	}
	var all []string
	n := 0
	for _, path := range []string{"tests/test_ua.yaml", "tests/test_os.yaml", "tests/test_device.yaml", "test_resources/pgts_browser_list.yaml"} {
		text, err := os.ReadFile(filepath.Join(mod.Dir, path))
		if err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Cases []struct {
				UserAgent string `yaml:"user_agent_string"`
			} `yaml:"test_cases"`
		}
		if err := yaml.Unmarshal(text, &doc); err != nil {
			t.Fatalf("parse %s: %v", path, err)
		}
		for _, c := range doc.Cases {
			if n++; n%10 == 0 && c.UserAgent != "" {
				all = append(all, c.UserAgent)
			}
		}
	}
	return all
}

// simulate asks the processor for the fields under user_agent, dotted and
// without original.
func simulate(t *testing.T, server *cluster.Fixture, uas []string) []map[string]any {
	t.Helper()
	type doc struct {
		Source map[string]any `json:"_source"`
	}
	request := map[string]any{"pipeline": map[string]any{"processors": []any{map[string]any{"user_agent": map[string]any{"field": "m"}}}}}
	var docs []doc
	for _, ua := range uas {
		docs = append(docs, doc{map[string]any{"m": ua}})
	}
	request["docs"] = docs
	answer := server.Must(http.MethodPost, "/_ingest/pipeline/_simulate", request)
	var simulated struct {
		Docs []struct{ Doc doc }
	}
	if err := json.Unmarshal(answer.Body, &simulated); err != nil || len(simulated.Docs) != len(uas) {
		t.Fatalf("%d documents of %d: %v", len(simulated.Docs), len(uas), err)
	}
	var out []map[string]any
	for _, d := range simulated.Docs {
		fields, _ := d.Doc.Source["user_agent"].(map[string]any)
		delete(fields, "original")
		out = append(out, flat("", fields))
	}
	return out
}
