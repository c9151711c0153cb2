package agent

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/naru-log/naru/internal/docgen"
)

var update = flag.Bool("update", false, "write docs/config.md again")

// TestConfigReference keeps docs/config.md equal to what the components say of
// themselves.
func TestConfigReference(t *testing.T) {
	const path = "../docs/config.md"
	want := docgen.Markdown(Kinds())
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
