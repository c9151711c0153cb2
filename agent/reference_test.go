package agent

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/naru-log/naru/internal/docgen"
)

var update = flag.Bool("update", false, "write docs/config.md again")

// TestConfigReference keeps docs/config.md equal to what the components say of
// themselves, and to the examples of the filters.
func TestConfigReference(t *testing.T) {
	const path = "../docs/config.md"
	examples := map[string]docgen.Example{}
	for name := range Kinds().Filters {
		file := "../filters/" + strings.ReplaceAll(name, "_", "") + "/example.hcl"
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		examples[name] = docgen.Example{Path: file, Text: string(text)}
	}
	want := docgen.Markdown(Kinds(), examples)
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/config.md is not what the components say: run make docs")
	}
}
