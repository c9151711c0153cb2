package expr

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Key gives the key of an entry of an object that is keyed by field names: a
// quoted text, a bare name which may have dots, or an expression in parentheses
// that is evaluated when the file is loaded.
func Key(key hclsyntax.Expression, ctx *hcl.EvalContext) (string, hcl.Diagnostics) {
	at := key.Range()
	if k, ok := key.(*hclsyntax.ObjectConsKeyExpr); ok && !k.ForceNonLiteral {
		if t, ok := k.Wrapped.(*hclsyntax.ScopeTraversalExpr); ok {
			if name, ok := fieldPath(t.Traversal); ok {
				return name, nil
			}
		}
	}
	v, diags := Evaluate(key, ctx)
	if diags.HasErrors() {
		return "", diags
	}
	v, _ = v.Unmark()
	if v.Type() != cty.String || v.IsNull() || !v.IsKnown() || v.AsString() == "" {
		return "", hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Invalid name", Detail: "A name is a text that is not empty.", Subject: &at}}
	}
	return v.AsString(), nil
}
