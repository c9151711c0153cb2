package config

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// In HCL %{ begins a template directive such as %{ if }, so that grok's
// %{IP:source.ip} and dissect's %{source.ip} would have to be written with %%{.
// People bring their patterns as they are: a reference is recognised before the
// file is parsed and its first two bytes become standIn, a control character of
// two bytes that no configuration holds, so that every position stays what it
// was. It becomes %{ again in the parsed expressions.
const standIn = "\u0081"

var reference = regexp.MustCompile(`%\{[?+&*]?[\w.@\[\]-]*(?:->)?[:=}/]`)

// hideReferences returns src with its grok references hidden from HCL.
func hideReferences(src []byte) []byte {
	var out []byte
	last := 0
	for _, at := range reference.FindAllIndex(src, -1) {
		start := at[0]
		if start > 0 && src[start-1] == '%' || isDirective(src[start+2:at[1]-1]) {
			continue
		}
		out = append(append(out, src[last:start]...), standIn...)
		last = start + 2
	}
	if last == 0 {
		return src
	}
	return append(out, src[last:]...)
}

// isDirective reports whether a word stands alone in a template directive.
func isDirective(word []byte) bool {
	switch string(word) {
	case "else", "endif", "endfor":
		return true
	}
	return false
}

// showReferences undoes hideReferences in text.
func showReferences(src []byte) []byte {
	return bytes.ReplaceAll(src, []byte(standIn), []byte("%{"))
}

// restoreReferences undoes hideReferences in parsed expressions.
func restoreReferences(body *hclsyntax.Body) {
	_ = hclsyntax.VisitAll(body, func(n hclsyntax.Node) hcl.Diagnostics {
		lit, ok := n.(*hclsyntax.LiteralValueExpr)
		if ok && lit.Val.Type() == cty.String && lit.Val.IsKnown() && !lit.Val.IsNull() {
			lit.Val = cty.StringVal(strings.ReplaceAll(lit.Val.AsString(), standIn, "%{"))
		}
		return nil
	})
}
