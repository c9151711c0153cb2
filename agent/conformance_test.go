package agent

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/agent/config"
	"github.com/naru-log/naru/pipelines"
)

// conformanceCase is a line with the document that Filebeat's module indexes.
type conformanceCase struct {
	Line     string         `json:"line"`
	Expected map[string]any `json:"expected"`
}

// TestDocumentsAgreeWithFilebeat compares the documents of the built-in
// pipelines with those of Filebeat's modules. docs/ecs.md lists where they differ
// on purpose; differs says the same in code.
func TestDocumentsAgreeWithFilebeat(t *testing.T) {
	for _, server := range []string{"apache", "nginx"} {
		t.Run(server, func(t *testing.T) {
			cfg, diags := config.Load([]string{server}, config.Options{Kinds: Kinds(), Builtin: pipelines.FS()})
			if diags.HasErrors() {
				t.Fatal(diags.Diagnostics)
			}
			b, more := newBench(cfg.Pipelines[0])
			if more.HasErrors() {
				t.Fatal(more)
			}
			for _, c := range conformance(t, server+"_access.jsonl") {
				doc, err := b.document(c.Line)
				if err != nil {
					t.Fatal(err)
				}
				for field, want := range c.Expected {
					got, _ := lookup(doc, field)
					if !differs(field, want, c.Expected) && !same(got, want) {
						t.Errorf("%s: got %v, Filebeat has %v\n%s", field, got, want, c.Line)
					}
				}
			}
		})
	}
}

func conformance(t *testing.T, name string) []conformanceCase {
	t.Helper()
	shared := os.Getenv("NARU_SHARED")
	if shared == "" {
		shared = "../../shared"
	}
	text, err := os.ReadFile(filepath.Join(shared, "conformance", "ecs", name))
	if err != nil {
		t.Fatalf("%v: the conformance data lies in ../shared beside the repository; NARU_SHARED names another place", err)
	}
	var cases []conformanceCase
	for line := range bytes.SplitSeq(text, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var c conformanceCase
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	if len(cases) == 0 {
		t.Fatalf("%s has no cases", name)
	}
	return cases
}

// differs reports the differences that are meant.
func differs(field string, want any, all map[string]any) bool {
	switch {
	case want == "-": // absent in ours
		return true
	case strings.HasPrefix(field, "user_agent.") && all["user_agent.original"] == "-":
		return true
	case field == "user_agent.version" && strings.HasSuffix(want.(string), "."):
		return true
	case field == "user_agent.device.name" && want == "Other": // older rules
		return true
	}
	return false
}

// same compares values as Elasticsearch does: a list of one is its element,
// order does not count, instants are instants.
func same(got, want any) bool {
	g, w := list(got), list(want)
	if len(g) == 1 && len(w) == 1 {
		at, errG := instant(g[0])
		bt, errW := instant(w[0])
		if errG == nil && errW == nil {
			return at.Equal(bt)
		}
	}
	return reflect.DeepEqual(g, w)
}

func list(v any) []string {
	many, ok := v.([]any)
	if !ok {
		many = []any{v}
	}
	var texts []string
	for _, one := range many {
		texts = append(texts, encode(one))
	}
	slices.Sort(texts)
	return texts
}

func instant(quoted string) (time.Time, error) {
	return time.Parse(`"`+time.RFC3339Nano+`"`, quoted)
}
