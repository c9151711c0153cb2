package expr

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// fieldPath gives the dotted path of a traversal such as a.b or a["b"].
func fieldPath(t hcl.Traversal) (string, bool) {
	parts := make([]string, 0, len(t))
	for _, step := range t {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			parts = append(parts, step.Name)
		case hcl.TraverseAttr:
			parts = append(parts, step.Name)
		case hcl.TraverseIndex:
			if step.Key.Type() != cty.String || step.Key.IsNull() || !step.Key.IsKnown() {
				return "", false
			}
			parts = append(parts, step.Key.AsString())
		default:
			return "", false
		}
	}
	return strings.Join(parts, "."), true
}

// sentence gives an error's text with a capital letter, for the detail of a
// diagnostic.
func sentence(err error) string {
	text := err.Error()
	if text == "" {
		return text
	}
	return upperFirst(text)
}
