package expr

import (
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Evaluate evaluates an expression when a file is loaded. Values that are marked
// do not appear in the diagnostics.
func Evaluate(e hcl.Expression, ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.Value(ctx)
	if len(diags) > 0 {
		diags = Redact(diags, secrets(e, ctx))
	}
	return v, diags
}

// secrets lists the marked texts that an expression uses: from variables and
// from functions that it calls.
func secrets(e hcl.Expression, ctx *hcl.EvalContext) []string {
	var found []string
	for _, t := range e.Variables() {
		if v, diags := t.TraverseAbs(ctx); !diags.HasErrors() {
			found = append(found, MarkedTexts(v)...)
		}
	}
	node, ok := e.(hclsyntax.Node)
	if !ok {
		return found
	}
	_ = hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
		if call, ok := n.(*hclsyntax.FunctionCallExpr); ok {
			if v, diags := call.Value(ctx); !diags.HasErrors() {
				found = append(found, MarkedTexts(v)...)
			}
		}
		return nil
	})
	return found
}

// MarkedTexts lists the texts in a value that are marked.
func MarkedTexts(v cty.Value) []string {
	var found []string
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		plain, marks := v.Unmark()
		if len(marks) > 0 {
			found = append(found, texts(plain)...)
		}
		return true, nil
	})
	return found
}

// texts lists all texts in a value.
func texts(v cty.Value) []string {
	var found []string
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		v, _ = v.Unmark()
		if v.Type() == cty.String && v.IsKnown() && !v.IsNull() && v.AsString() != "" {
			found = append(found, v.AsString())
		}
		return true, nil
	})
	return found
}

// Redact gives diagnostics in whose text the secrets are replaced by (hidden).
func Redact(diags hcl.Diagnostics, secrets []string) hcl.Diagnostics {
	if len(secrets) == 0 {
		return diags
	}
	var pairs []string
	for _, s := range secrets {
		pairs = append(pairs, s, "(hidden)")
		if quoted := strconv.Quote(s); quoted[1:len(quoted)-1] != s {
			pairs = append(pairs, quoted[1:len(quoted)-1], "(hidden)")
		}
	}
	hide := strings.NewReplacer(pairs...)
	clean := make(hcl.Diagnostics, len(diags))
	for i, d := range diags {
		c := *d
		c.Summary, c.Detail = hide.Replace(d.Summary), hide.Replace(d.Detail)
		clean[i] = &c
	}
	return clean
}
