package config

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/gocty"

	"github.com/naru-log/naru/expr"
)

// Inlined is a pipeline in which values stand where variables stood.
type Inlined struct {
	Pipeline []byte            // the block pipeline
	Locals   map[string]string // expressions of the locals of its file that need no variable
}

// Inline takes the block pipeline NAME of a file, calls it as, and puts in
// values for its variables: those that are given (text, numbers, truth values
// and lists of text), and the defaults of the others. A block whose condition
// is then false is left out, and a condition that is then true. Values stand for
// locals that need variables, too. Comments stay.
func Inline(file string, src []byte, name, as string, values map[string]any) (*Inlined, error) {
	src = hideReferences(src)
	parsed, diags := hclsyntax.ParseConfig(src, file, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, fmt.Errorf("read %s: %w", file, diags)
	}
	written, diags := hclwrite.ParseConfig(src, file, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, fmt.Errorf("read %s: %w", file, diags)
	}
	in := &inliner{ctx: &hcl.EvalContext{Functions: functions(func(string) (string, bool) { return "", false }, ".")}}
	err := in.variables(parsed.Body.(*hclsyntax.Body), values)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	out := &Inlined{}
	if out.Locals, err = in.locals(parsed.Body.(*hclsyntax.Body), src); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for _, b := range written.Body().Blocks() {
		if b.Type() == "pipeline" && slices.Equal(b.Labels(), []string{name}) {
			if err := in.body(b.Body()); err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			b.SetLabels([]string{as})
			out.Pipeline = text(b)
		}
	}
	if out.Pipeline == nil {
		return nil, fmt.Errorf("%s has no pipeline %q", file, name)
	}
	return out, nil
}

// text gives the bytes of a block without the comments before it, formatted.
func text(b *hclwrite.Block) []byte {
	src := b.BuildTokens(nil).Bytes()
	if at := bytes.Index(src, []byte(b.Type())); at > 0 && bytes.HasPrefix(bytes.TrimSpace(src), []byte("#")) {
		for bytes.HasPrefix(bytes.TrimSpace(src), []byte("#")) {
			_, src, _ = bytes.Cut(bytes.TrimSpace(src), []byte("\n"))
		}
	}
	src = hclwrite.Format(bytes.TrimSpace(src))
	for bytes.Contains(src, []byte("\n\n\n")) { // where blocks were
		src = bytes.ReplaceAll(src, []byte("\n\n\n"), []byte("\n\n"))
	}
	src = bytes.ReplaceAll(src, []byte("{\n\n"), []byte("{\n"))
	src = beforeBrace.ReplaceAll(src, []byte("\n$1"))
	return append(showReferences(src), '\n')
}

var beforeBrace = regexp.MustCompile(`\n\n( *\})`)

type inliner struct {
	ctx *hcl.EvalContext // knows var, the locals that need it, and the functions
}

// variables settles the value of each variable.
func (in *inliner) variables(body *hclsyntax.Body, values map[string]any) error {
	vars := map[string]cty.Value{}
	for _, b := range body.Blocks {
		if b.Type != "variable" || len(b.Labels) != 1 {
			continue
		}
		name := b.Labels[0]
		if given, ok := values[name]; ok {
			ty, err := gocty.ImpliedType(given)
			if err != nil {
				return fmt.Errorf("variable %s: %w", name, err)
			}
			if vars[name], err = gocty.ToCtyValue(given, ty); err != nil {
				return fmt.Errorf("variable %s: %w", name, err)
			}
			continue
		}
		attr := b.Body.Attributes["default"]
		if attr == nil {
			return fmt.Errorf("variable %s needs a value", name)
		}
		v, diags := expr.Evaluate(attr.Expr, in.ctx)
		if diags.HasErrors() {
			return fmt.Errorf("variable %s: %w", name, diags)
		}
		vars[name] = v
	}
	for name := range values {
		if _, ok := vars[name]; !ok {
			return fmt.Errorf("there is no variable %s", name)
		}
	}
	in.ctx.Variables = map[string]cty.Value{"var": cty.ObjectVal(vars), "local": cty.EmptyObjectVal}
	return nil
}

// locals evaluates the locals that need variables, and gives the others.
func (in *inliner) locals(body *hclsyntax.Body, src []byte) (map[string]string, error) {
	attrs := map[string]*hclsyntax.Attribute{}
	for _, b := range body.Blocks {
		if b.Type == "locals" {
			maps.Copy(attrs, b.Body.Attributes)
		}
	}
	values := map[string]cty.Value{}
	for found := true; found; { // each after those that it refers to
		found = false
		for name, attr := range attrs {
			if uses := attr.Expr.Variables(); !slices.ContainsFunc(uses, in.known) {
				continue
			} else if slices.ContainsFunc(uses, in.unknown) || outside(attr.Expr) {
				continue
			}
			v, diags := expr.Evaluate(attr.Expr, in.ctx)
			if diags.HasErrors() {
				return nil, fmt.Errorf("local %s: %w", name, diags)
			}
			values[name] = v
			in.ctx.Variables["local"] = cty.ObjectVal(values)
			delete(attrs, name)
			found = true
		}
	}
	rest := map[string]string{}
	for name, attr := range attrs {
		at := attr.Expr.Range()
		text := src[at.Start.Byte:at.End.Byte]
		if put, err := in.put(text); err != nil {
			return nil, fmt.Errorf("local %s: %w", name, err)
		} else if put != nil {
			text = put
		}
		rest[name] = string(showReferences(text))
	}
	return rest, nil
}

// known tells whether a name stands for a value here: a variable, or a local
// that needs one.
func (in *inliner) known(t hcl.Traversal) bool {
	if t.RootName() == "var" {
		return true
	}
	name, ok := member(t, "local")
	return ok && in.ctx.Variables["local"].Type().HasAttribute(name)
}

func (in *inliner) unknown(t hcl.Traversal) bool { return !in.known(t) }

// outside tells whether an expression asks for what is outside of the file, and
// so is to be evaluated where it is run.
func outside(e hclsyntax.Expression) bool {
	found := false
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		if call, ok := n.(*hclsyntax.FunctionCallExpr); ok && (call.Name == "env" || call.Name == "file") {
			found = true
		}
		return nil
	})
	return found
}

func (in *inliner) body(body *hclwrite.Body) error {
	for name, attr := range body.Attributes() {
		src, err := in.put(attr.Expr().BuildTokens(nil).Bytes())
		if err != nil {
			return fmt.Errorf("attribute %s: %w", name, err)
		}
		if src == nil {
			continue
		}
		tokens, diags := hclwrite.ParseConfig(slices.Concat([]byte("x = "), src, []byte("\n")), "", hcl.InitialPos)
		if diags.HasErrors() {
			return fmt.Errorf("attribute %s: %w", name, diags)
		}
		body.SetAttributeRaw(name, tokens.Body().GetAttribute("x").Expr().BuildTokens(nil))
	}
	for _, b := range body.Blocks() {
		if err := in.body(b.Body()); err != nil {
			return err
		}
		when := b.Body().GetAttribute("when")
		if when == nil {
			continue
		}
		switch strings.TrimSpace(string(when.Expr().BuildTokens(nil).Bytes())) {
		case "false":
			body.RemoveBlock(b)
		case "true":
			b.Body().RemoveAttribute("when")
		}
	}
	return nil
}

// put gives an expression with values for variables; nil when it has none.
func (in *inliner) put(src []byte) ([]byte, error) {
	src = bytes.TrimSpace(src)
	e, diags := hclsyntax.ParseExpression(src, "", hcl.InitialPos)
	if diags.HasErrors() {
		return nil, diags
	}
	uses := e.Variables()
	switch {
	case !slices.ContainsFunc(uses, in.known):
		return nil, nil
	case !slices.ContainsFunc(uses, in.unknown) && !outside(e):
		v, diags := expr.Evaluate(e, in.ctx)
		if diags.HasErrors() {
			return nil, diags
		}
		return literalText(v), nil
	}
	if and, ok := e.(*hclsyntax.BinaryOpExpr); ok && and.Op == hclsyntax.OpLogicalAnd {
		return in.putBoth(and, src)
	}
	uses = slices.DeleteFunc(uses, in.unknown)
	slices.SortFunc(uses, func(a, b hcl.Traversal) int { return b.SourceRange().Start.Byte - a.SourceRange().Start.Byte })
	for _, t := range uses { // the last first, so that positions hold
		v, diags := t.TraverseAbs(in.ctx)
		if diags.HasErrors() {
			return nil, diags
		}
		at := t.SourceRange()
		src = slices.Concat(src[:at.Start.Byte], literalText(v), src[at.End.Byte:])
	}
	return src, nil
}

// putBoth puts values into the sides of &&, of which true ones are left out.
func (in *inliner) putBoth(and *hclsyntax.BinaryOpExpr, src []byte) ([]byte, error) {
	var sides [][]byte
	for _, side := range []hclsyntax.Expression{and.LHS, and.RHS} {
		at := side.Range()
		text := src[at.Start.Byte:at.End.Byte]
		put, err := in.put(text)
		if err != nil {
			return nil, err
		}
		if put == nil {
			put = text
		}
		switch string(put) {
		case "false":
			return put, nil
		case "true":
		default:
			sides = append(sides, put)
		}
	}
	if len(sides) == 0 {
		return []byte("true"), nil
	}
	return bytes.Join(sides, []byte(" && ")), nil
}

// escapedReference is a grok reference as HCL would have it written.
var escapedReference = regexp.MustCompile(`%%(\{[?+&*]?[\w.@\[\]-]*(?:->)?[:=}/])`)

// literalText writes a value, with %{NAME} as people write it rather than %%{.
func literalText(v cty.Value) []byte {
	text := hclwrite.TokensForValue(v).Bytes()
	return hideReferences(escapedReference.ReplaceAll(text, []byte("%$1")))
}

// WithoutFilters leaves out the filter blocks of a file that diagnostics point
// into, with the comments before them.
func WithoutFilters(name string, src []byte, diags hcl.Diagnostics) ([]byte, hcl.Diagnostics) {
	file, bad := hclsyntax.ParseConfig(hideReferences(src), name, hcl.InitialPos)
	if bad.HasErrors() {
		return nil, bad
	}
	var out []byte
	last := 0
	for _, p := range file.Body.(*hclsyntax.Body).Blocks {
		for _, b := range p.Body.Blocks {
			at := b.Range()
			at.End = b.CloseBraceRange.End
			inside := func(d *hcl.Diagnostic) bool { return d.Subject != nil && at.ContainsPos(d.Subject.Start) }
			if b.Type == "filter" && slices.ContainsFunc(diags, inside) {
				out = append(out, withoutComment(src[last:at.Start.Byte])...)
				last = at.End.Byte
			}
		}
	}
	return append(out, src[last:]...), nil
}

// withoutComment takes the lines of a comment, and the empty one before it, off
// the end of a text.
func withoutComment(src []byte) []byte {
	src = bytes.TrimRight(src, " \t\n")
	for {
		at := bytes.LastIndexByte(src, '\n')
		if at < 0 || !bytes.HasPrefix(bytes.TrimSpace(src[at:]), []byte("#")) {
			return src
		}
		src = bytes.TrimRight(src[:at], " \t\n")
	}
}
