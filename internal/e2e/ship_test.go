//go:build servers

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/naru-log/naru/internal/servers/cluster"
)

// shipment is lines that a built-in pipeline ships into a data stream.
type shipment struct {
	pipeline string
	log      string // beginning of the names of its variables paths and data_stream: "error_"; then paths is empty
	stream   string
	vars     []string // name=value
	lines    []string // events, which may have several lines
}

// setup puts templates and data stream into the cluster.
func (s shipment) setup(t testing.TB, es *cluster.Fixture) {
	t.Helper()
	s.naru(t, es, "setup", s.pipeline)
}

// ship writes the lines to a file and ships them. It gives the documents in the
// order of the lines.
func (s shipment) ship(t testing.TB, es *cluster.Fixture) []map[string]any {
	t.Helper()
	path := filepath.Join(t.TempDir(), "access.log")
	if err := os.WriteFile(path, []byte(strings.Join(s.lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.naru(t, es, "run", s.pipeline, "--once", "--state", t.TempDir(), "--var", fmt.Sprintf("%spaths=[%q]", s.log, path))
	at := map[int]int{} // offset -> line
	offset := 0
	for i, line := range s.lines {
		at[offset] = i
		offset += len(line) + 1
	}
	docs := make([]map[string]any, len(s.lines))
	es.Documents(s.stream, func(h cluster.Hit) {
		var doc map[string]any
		if err := json.Unmarshal(h.Source, &doc); err != nil {
			t.Fatal(err)
		}
		from, _ := field(doc, "log.offset").(float64)
		i, ok := at[int(from)]
		if !ok || docs[i] != nil {
			t.Fatalf("document %s at offset %v: no such line, or twice", h.ID, from)
		}
		docs[i] = doc
	})
	for i, doc := range docs {
		if doc == nil {
			t.Fatalf("no document for %s", s.lines[i])
		}
	}
	return docs
}

func (s shipment) naru(t testing.TB, es *cluster.Fixture, args ...string) {
	t.Helper()
	vars := append(s.vars, s.log+"data_stream="+s.stream)
	if s.log != "" {
		vars = append(vars, "paths=[]")
	}
	for _, v := range vars {
		args = append(args, "--var", v)
	}
	stdout, stderr, status := binary.Run(t, []string{"ELASTICSEARCH_HOSTS=" + es.URL()}, args...)
	if t.Logf("naru %s\n%s", strings.Join(args, " "), stdout); status != 0 {
		t.Fatalf("status %d\n%s", status, stderr)
	}
}
