package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/naru-log/naru/expr"
	"github.com/naru-log/naru/internal/attr"
)

var pipelineSchema = &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
	{Type: "input", LabelNames: []string{"kind"}},
	{Type: "filter", LabelNames: []string{"kind"}},
	{Type: "output", LabelNames: []string{"kind"}},
}}

// pipeline decodes a pipeline block. It gives nil when the name is unusable.
func (l *loader) pipeline(f *file, b *hcl.Block) *Pipeline {
	name := b.Labels[0]
	if !isName(name) {
		l.errorf(&b.LabelRanges[0], "Invalid name", "The name of a pipeline consists of letters, digits, _, - and dots.")
		return nil
	}
	if first, twice := l.pipelines[name]; twice {
		l.errorf(&b.DefRange, "Duplicate pipeline", "There is a pipeline %q already, at %s. The checkpoint of a pipeline is kept by its name, so each needs its own.", name, first)
		return nil
	}
	l.pipelines[name] = b.DefRange
	p := &Pipeline{Name: name, Range: b.DefRange}
	content, diags := b.Body.Content(pipelineSchema)
	l.diags = append(l.diags, diags...)
	for _, inner := range content.Blocks {
		switch inner.Type {
		case "input":
			p.Inputs = l.component(f, inner, l.options.Kinds.Inputs, p.Inputs)
		case "filter":
			p.Filters = l.component(f, inner, l.options.Kinds.Filters, p.Filters, "when")
		case "output":
			p.Outputs = l.component(f, inner, l.options.Kinds.Outputs, p.Outputs, "when")
		}
	}
	if diags.HasErrors() { // what is missing may be there under a wrong name
		return p
	}
	l.wantBlocks(b, content, "input", `input "file" { paths = ["…"] }`)
	l.wantBlocks(b, content, "output", `output "elasticsearch" { … } or output "stdout" {}`)
	return p
}

func (l *loader) wantBlocks(b *hcl.Block, content *hcl.BodyContent, what, example string) {
	if len(content.Blocks.OfType(what)) == 0 {
		l.errorf(&b.DefRange, "Pipeline without "+what, "A pipeline needs at least one %s, such as %s.", what, example)
	}
}

func isName(s string) bool {
	return s != "" && len(s) <= 128 && strings.Trim(s, ".") != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' || r == '.')
	})
}

func (l *loader) component(f *file, b *hcl.Block, kinds map[string]Kind, blocks []*Block, extra ...string) []*Block {
	name := b.Labels[0]
	kind, ok := kinds[name]
	if !ok {
		hint := expr.Suggest(name, slices.Collect(maps.Keys(kinds)))
		if hint == "" {
			hint = fmt.Sprintf(" There are: %s.", listed(kinds))
		}
		l.errorf(&b.LabelRanges[0], fmt.Sprintf("Unknown %s", b.Type), "There is no %s %q.%s", b.Type, name, hint)
		return blocks
	}
	body := b.Body.(*hclsyntax.Body)
	block := &Block{Kind: name, Config: kind.Config(), Range: b.DefRange, what: b.Type, body: body}
	d, diags := decodeBody(body, b.DefRange, block.Config, f.ctx, extra...)
	block.secrets = d.secrets
	if when := d.extra["when"]; when != nil {
		block.When = expr.New(when.Expr, f.ctx)
	}
	l.diags = append(l.diags, diags...)
	if v, ok := block.Config.(interface{ Validate() error }); ok && !diags.HasErrors() && !l.unknownIn(f, body) {
		if err := v.Validate(); err != nil {
			l.diags = append(l.diags, block.Diagnose(err)...)
		}
	}
	return append(blocks, block)
}

// unknownIn reports whether the body uses a value that is missing because of an
// error reported elsewhere: the decoded block is then incomplete.
func (l *loader) unknownIn(f *file, body *hclsyntax.Body) bool {
	if !l.diags.HasErrors() {
		return false
	}
	found := false
	_ = hclsyntax.VisitAll(body, func(n hclsyntax.Node) hcl.Diagnostics {
		if e, ok := n.(*hclsyntax.ScopeTraversalExpr); ok {
			if _, known := f.ctx.Variables[e.Traversal.RootName()]; known {
				v, diags := e.Value(f.ctx)
				found = found || diags.HasErrors() || !isKnown(v)
			}
		}
		return nil
	})
	return found
}

// Diagnose says where err, which came from building this block, lies in its
// file. It understands attr.Error and expr.Error, also several that are joined;
// anything else is about the block.
func (b *Block) Diagnose(err error) hcl.Diagnostics {
	if err == nil {
		return nil
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var diags hcl.Diagnostics
		for _, one := range many.Unwrap() {
			diags = append(diags, b.Diagnose(one)...)
		}
		return diags
	}
	if e, ok := errors.AsType[*expr.Error](err); ok {
		return expr.Redact(e.Diagnostics, b.secrets)
	}
	var diags hcl.Diagnostics
	for _, e := range attr.All(err) {
		at := b.find(e)
		diags = append(diags, errorAt(&at, "Invalid value", "%s.", e.Error()))
	}
	if diags == nil {
		at := b.Range
		diags = hcl.Diagnostics{errorAt(&at, "Invalid "+b.what, "%s %q: %s.", b.what, b.Kind, err)}
	}
	return expr.Redact(diags, b.secrets)
}

// find gives the place of an attribute, or of the element or entry of it that
// is at fault; the block's header when it is not written.
func (b *Block) find(e *attr.Error) hcl.Range {
	if b.body == nil {
		return b.Range
	}
	path := strings.Split(e.Name, ".")
	written := findAttribute(b.body, path)
	if written == nil {
		return b.findBlock(path)
	}
	value := written.Expr
	if list, ok := value.(*hclsyntax.TupleConsExpr); ok && e.Index >= 0 && e.Index < len(list.Exprs) {
		return list.Exprs[e.Index].Range()
	}
	if object, ok := value.(*hclsyntax.ObjectConsExpr); ok && e.Key != "" {
		for _, item := range object.Items {
			if key, diags := expr.Key(item.KeyExpr, nil); !diags.HasErrors() && key == e.Key {
				return hcl.RangeBetween(item.KeyExpr.Range(), item.ValueExpr.Range())
			}
		}
	}
	return value.Range()
}

// findAttribute looks for a name such as ca_file or tls.ca_file, in nested
// blocks too.
func findAttribute(body *hclsyntax.Body, path []string) *hclsyntax.Attribute {
	if a, ok := body.Attributes[path[0]]; ok && len(path) == 1 {
		return a
	}
	for _, inner := range body.Blocks {
		rest := path
		if len(path) > 1 && inner.Type == path[0] {
			rest = path[1:]
		}
		if a := findAttribute(inner.Body, rest); a != nil {
			return a
		}
	}
	return nil
}

// findBlock gives the header of the nested block that a path leads to, or of the
// innermost one on the way that is written.
func (b *Block) findBlock(path []string) hcl.Range {
	at, body := b.Range, b.body
	for _, name := range path {
		i := slices.IndexFunc(body.Blocks, func(inner *hclsyntax.Block) bool { return inner.Type == name })
		if i < 0 {
			break
		}
		at, body = body.Blocks[i].DefRange(), body.Blocks[i].Body
	}
	return at
}
