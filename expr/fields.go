package expr

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// NewFields reads an object whose keys are field names and whose values are
// expressions over the event. Names need no quotes unless they are unusual; a
// name in parentheses is evaluated when the file is loaded.
func NewFields(e hcl.Expression, ctx *hcl.EvalContext) (Fields, hcl.Diagnostics) {
	object, ok := e.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return nil, hcl.Diagnostics{{
			Severity: hcl.DiagError,
			Summary:  "Not a list of fields",
			Detail:   `Write the fields in braces: { "event.reason" = "request timeout", client.ip = source.ip }.`,
			Subject:  e.Range().Ptr(),
		}}
	}
	var fields Fields
	var diags hcl.Diagnostics
	seen := make(map[string]hcl.Range, len(object.Items))
	for _, item := range object.Items {
		name, nameDiags := Key(item.KeyExpr, ctx)
		diags = append(diags, nameDiags...)
		if nameDiags.HasErrors() {
			continue
		}
		at := item.KeyExpr.Range()
		if first, twice := seen[name]; twice {
			diags = append(diags, &hcl.Diagnostic{
				Severity: hcl.DiagError,
				Summary:  "Duplicate field",
				Detail:   fmt.Sprintf("Field %s has a value already, at %s.", name, first),
				Subject:  &at,
			})
			continue
		}
		seen[name] = at
		fields = append(fields, Field{Name: name, NameRange: at, Value: New(item.ValueExpr, ctx)})
	}
	return fields, diags
}
