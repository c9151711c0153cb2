package expr

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
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
		name, nameDiags := fieldName(item.KeyExpr, ctx)
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

func fieldName(key hclsyntax.Expression, ctx *hcl.EvalContext) (string, hcl.Diagnostics) {
	at := key.Range()
	if k, ok := key.(*hclsyntax.ObjectConsKeyExpr); ok && !k.ForceNonLiteral {
		if t, ok := k.Wrapped.(*hclsyntax.ScopeTraversalExpr); ok {
			if name, ok := fieldPath(t.Traversal); ok {
				return name, nil
			}
		}
	}
	v, diags := key.Value(ctx)
	if diags.HasErrors() {
		return "", diags
	}
	v, _ = v.Unmark()
	if v.Type() != cty.String || v.IsNull() || !v.IsKnown() || v.AsString() == "" {
		return "", hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Invalid field name", Detail: "The name of a field is a text that is not empty.", Subject: &at}}
	}
	return v.AsString(), nil
}
