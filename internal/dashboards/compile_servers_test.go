//go:build servers

package dashboards

import (
	"bytes"
	"testing"

	"github.com/naru-log/naru/pipelines"
)

// TestCompiledAgain fails when the YAML was changed but not compiled, or the
// NDJSON was changed by hand.
func TestCompiledAgain(t *testing.T) {
	compiler, err := Compiler(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := Compile(t.Context(), compiler, "../../pipelines/kibana/src")
	if err != nil {
		t.Fatal(err)
	}
	want, err := pipelines.SavedObjects()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("pipelines/kibana/access.ndjson is not what its YAML compiles to: run make dashboards")
	}
}
