// Package filters_test runs the example of every filter.
package filters_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/naru-log/naru/agent"
	"github.com/naru-log/naru/agent/config"
)

// Each filter has an example.hcl beside it whose test blocks pass.
func TestExamples(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(agent.Kinds().Filters)) {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(strings.ReplaceAll(name, "_", ""), "example.hcl")
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("filter %q has no example: %v", name, err)
			}
			if !strings.Contains(string(text), "\n  filter \""+name+"\" {") {
				t.Errorf("the example does not use the filter")
			}
			runTests(t, path, text)
		})
	}
}

// The pipeline that docs/logstash.md translates does what the page says.
func TestFromLogstash(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "logstash.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "\n```hcl\n")
	text, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("the page has no pipeline")
	}
	path := filepath.Join(t.TempDir(), "app.hcl")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	runTests(t, path, []byte(text))
}

// runTests runs the test blocks of a file that is to be in canonical layout.
func runTests(t *testing.T, path string, text []byte) {
	t.Helper()
	if formatted, diags := config.Format(path, text); diags.HasErrors() || !bytes.Equal(formatted, text) {
		t.Errorf("%s is not formatted: run naru fmt on it\n%s", path, formatted)
	}
	cfg, diags := config.Load([]string{path}, config.Options{Kinds: agent.Kinds()})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	var out bytes.Buffer
	failed, wrong := agent.Test(cfg, &out)
	if wrong.HasErrors() || failed > 0 || len(cfg.Tests) == 0 {
		t.Errorf("%d of %d tests failed %v\n%s", failed, len(cfg.Tests), wrong, out.String())
	}
}
