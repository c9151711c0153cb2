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
			if formatted, diags := config.Format(path, text); diags.HasErrors() || !bytes.Equal(formatted, text) {
				t.Errorf("the example is not formatted: run naru fmt on it\n%s", formatted)
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
		})
	}
}
