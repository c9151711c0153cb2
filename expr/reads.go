package expr

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/naru-log/naru/event"
)

// read is a field that an expression looks at.
type read struct {
	slot event.Slot
	at   hcl.Range
}

// Unwritten warns of fields that nothing in the pipeline writes: most often a
// name that is misspelt. It is complete when all components have declared their
// fields.
func (p *Program) Unwritten(s *event.Schema) hcl.Diagnostics { return unwritten(s, p.reads) }

// Unwritten warns of fields that nothing in the pipeline writes.
func (c *Condition) Unwritten(s *event.Schema) hcl.Diagnostics { return unwritten(s, c.reads) }

func unwritten(s *event.Schema, reads []read) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, r := range reads {
		path := s.Path(r.slot)
		if s.Kind(r.slot) != event.Absent || inMembers(s, path) {
			continue
		}
		diags = append(diags, &hcl.Diagnostic{
			Severity: hcl.DiagWarning,
			Summary:  "Field that nothing sets",
			Detail:   fmt.Sprintf("No filter of this pipeline sets %s, so it is always missing.%s", path, Suggest(path, written(s))),
			Subject:  &r.at,
		})
	}
	return diags
}

// inMembers reports whether a filter writes members of unknown names to an
// object around path.
func inMembers(s *event.Schema, path string) bool {
	for slot := range event.Slot(s.Len()) {
		if s.Kind(slot) == event.Members && (s.Path(slot) == "" || strings.HasPrefix(path, s.Path(slot)+".")) {
			return true
		}
	}
	return false
}

func written(s *event.Schema) []string {
	var paths []string
	for _, path := range s.Paths() {
		if slot, ok := s.Lookup(path); ok && s.Kind(slot) != event.Absent {
			paths = append(paths, path)
		}
	}
	return paths
}
