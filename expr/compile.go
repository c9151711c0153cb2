package expr

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/naru-log/naru/event"
)

// Compile turns the expression into a program over the slots of a schema. It
// declares the fields that are read, so it comes before Schema.Freeze, and it
// believes the kinds that writers have declared so far. The error is an *Error.
func (e Expression) Compile(s *event.Schema) (*Program, error) {
	c, root, err := e.compiler(s)
	if err != nil {
		return nil, err
	}
	n := c.compile(root)
	if c.diags.HasErrors() {
		return nil, &Error{Diagnostics: c.diags}
	}
	return c.program(n), nil
}

func (c *compiler) program(n *node) *Program {
	p := &Program{eval: n.value(), kind: n.kind, slot: n.slot, bare: n.bare, reads: c.reads}
	if n.konst != nil {
		p.constant = *n.konst
		p.kind = n.konst.Kind()
	}
	return p
}

// CompileCondition is Compile for an expression that has to be true or false.
// One that has no value for an event is false.
func (e Expression) CompileCondition(s *event.Schema) (*Condition, error) {
	c, root, err := e.compiler(s)
	if err != nil {
		return nil, err
	}
	n := c.compile(root)
	test := c.truth(n)
	if c.diags.HasErrors() {
		return nil, &Error{Diagnostics: c.diags}
	}
	return &Condition{test: test, constant: n.konst != nil, reads: c.reads}, nil
}

func (e Expression) compiler(s *event.Schema) (*compiler, hclsyntax.Expression, error) {
	root, ok := e.expr.(hclsyntax.Expression)
	if !ok {
		return nil, nil, &Error{Diagnostics: hcl.Diagnostics{{
			Severity: hcl.DiagError,
			Summary:  "Not an expression over fields",
			Detail:   "An expression in HCL's native syntax is needed here.",
			Subject:  e.Range().Ptr(),
		}}}
	}
	return newCompiler(s, e.ctx), root, nil
}

// compiler turns the syntax tree of one expression into nodes. It goes on after
// an error, so that all of them are reported.
type compiler struct {
	schema    *event.Schema
	ctx       *hcl.EvalContext
	functions map[string]builtin
	blank     *event.Event // for folding what needs no field
	reads     []read
	diags     hcl.Diagnostics
}

func newCompiler(s *event.Schema, ctx *hcl.EvalContext) *compiler {
	empty := event.NewSchema()
	empty.Freeze()
	return &compiler{schema: s, ctx: ctx, functions: builtins(), blank: event.NewEvent(empty)}
}

func (c *compiler) compile(e hclsyntax.Expression) *node {
	if c.isConstant(e) {
		return c.fold(e)
	}
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return c.compile(e.Expression)
	case *hclsyntax.TemplateWrapExpr:
		return c.compile(e.Wrapped)
	case *hclsyntax.ScopeTraversalExpr:
		return c.field(e.Traversal, e.Range())
	case *hclsyntax.FunctionCallExpr:
		return c.call(e)
	case *hclsyntax.UnaryOpExpr:
		return c.unary(e)
	case *hclsyntax.BinaryOpExpr:
		return c.binary(e)
	case *hclsyntax.ConditionalExpr:
		return c.conditional(e)
	case *hclsyntax.TemplateExpr:
		return c.template(e)
	}
	return c.unsupported(e)
}

// unsupported points at syntax that HCL has and events do not.
func (c *compiler) unsupported(e hclsyntax.Expression) *node {
	what, instead := "This", "See docs/expressions.md for what there is."
	switch e.(type) {
	case *hclsyntax.TupleConsExpr:
		what, instead = "A list made of fields", `It can be the whole value of a field in filter "set", as in "related.ip" = [source.ip, destination.ip]; elsewhere a list holds constants only, as in contains(["GET", "HEAD"], http.request.method).`
	case *hclsyntax.ObjectConsExpr:
		what, instead = "An object made of fields", `Name each field with dots instead: { "client.ip" = source.ip }.`
	case *hclsyntax.ForExpr, *hclsyntax.TemplateJoinExpr:
		what, instead = "A loop over fields", "To ask whether a list has an element, use contains(list, element)."
	case *hclsyntax.SplatExpr:
		what, instead = "[*]", "To ask whether a list has an element, use contains(list, element)."
	case *hclsyntax.IndexExpr, *hclsyntax.RelativeTraversalExpr:
		what, instead = "Looking into a computed value", `Name the field in full, or as field("a.b") when the name is unusual.`
	}
	return c.errorf(e.Range(), "Unsupported expression", "%s cannot be evaluated for each event. %s", what, instead)
}

// errorf records an error and gives a node that stands for what is missing.
func (c *compiler) errorf(at hcl.Range, summary, format string, args ...any) *node {
	c.diags = append(c.diags, &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  summary,
		Detail:   fmt.Sprintf(format, args...),
		Subject:  &at,
	})
	return &node{at: at, kind: event.Any, eval: absent}
}

// isConstant reports whether e can be evaluated when the file is loaded.
func (c *compiler) isConstant(e hclsyntax.Expression) bool {
	for _, t := range e.Variables() {
		if !c.isVariable(t.RootName()) {
			return false
		}
	}
	known := true
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		if call, ok := n.(*hclsyntax.FunctionCallExpr); ok && !c.isFunction(call.Name) {
			known = false
		}
		return nil
	})
	return known
}

func (c *compiler) isVariable(name string) bool {
	if name == "var" || name == "local" {
		return true
	}
	for ctx := c.ctx; ctx != nil; ctx = ctx.Parent() {
		if _, ok := ctx.Variables[name]; ok {
			return true
		}
	}
	return false
}

func (c *compiler) isFunction(name string) bool {
	for ctx := c.ctx; ctx != nil; ctx = ctx.Parent() {
		if _, ok := ctx.Functions[name]; ok {
			return true
		}
	}
	return false
}

// field compiles a bare path.
func (c *compiler) field(t hcl.Traversal, at hcl.Range) *node {
	path, ok := fieldPath(t)
	if !ok {
		return c.errorf(at, "Unsupported expression", "An element of a list cannot be picked by number. To ask whether a list has an element, use contains(list, element).")
	}
	return c.fieldAt(path, at)
}

func (c *compiler) fieldAt(path string, at hcl.Range) *node {
	if path == "tags" {
		return c.errorf(at, "Tags are not a field", `To ask for a tag, write hastag("name") or contains(tags, "name").`)
	}
	slot, err := c.schema.Read(path)
	if err != nil {
		return c.errorf(at, "Invalid field", "%s.", sentence(err))
	}
	c.reads = append(c.reads, read{slot, at})
	kind := c.schema.Kind(slot)
	if kind == event.Absent {
		kind = event.Any
	}
	return &node{at: at, kind: kind, slot: slot, bare: true, eval: func(ev *event.Event) event.Value { return ev.Value(slot) }}
}
