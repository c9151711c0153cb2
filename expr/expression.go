package expr

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/naru-log/naru/event"
)

// Expression is an attribute value that is evaluated for every event: the type
// of a field of a component's Config. The zero value is an absent attribute.
type Expression struct {
	expr hcl.Expression
	ctx  *hcl.EvalContext
}

// New makes an Expression of an attribute's value. ctx knows var., local. and
// the functions that are evaluated when the file is loaded; nil means none.
func New(e hcl.Expression, ctx *hcl.EvalContext) Expression {
	return Expression{expr: e, ctx: ctx}
}

// Parse makes an Expression of source text. The filename appears in errors.
func Parse(src, filename string, ctx *hcl.EvalContext) (Expression, hcl.Diagnostics) {
	e, diags := hclsyntax.ParseExpression([]byte(src), filename, hcl.InitialPos)
	if diags.HasErrors() {
		return Expression{}, diags
	}
	return New(e, ctx), nil
}

// IsSet reports whether the attribute was written.
func (e Expression) IsSet() bool { return e.expr != nil }

// IsNull reports whether the expression is null whatever the event: as good as
// not written.
func (e Expression) IsNull() bool {
	root, ok := e.expr.(hclsyntax.Expression)
	if c := (&compiler{ctx: e.ctx}); !ok || !c.isConstant(root) {
		return false
	}
	v, diags := root.Value(e.ctx)
	return !diags.HasErrors() && v.IsNull()
}

// Range is where the expression was written.
func (e Expression) Range() hcl.Range {
	if e.expr == nil {
		return hcl.Range{}
	}
	return e.expr.Range()
}

// Fields is the value of an attribute such as
//
//	fields = { "event.reason" = "request timeout", client.ip = source.ip }
//
// in the order of the source.
type Fields []Field

// Field is one entry of Fields.
type Field struct {
	Name      string
	NameRange hcl.Range
	Value     Expression
}

// Error is an expression that cannot be compiled.
type Error struct {
	// Diagnostics point at the parts that are wrong.
	Diagnostics hcl.Diagnostics
}

// Error gives the first of the diagnostics with its place.
func (e *Error) Error() string { return e.Diagnostics.Error() }

// Program is a compiled expression. It has no state: any number of goroutines
// may evaluate it, each over its own event.
type Program struct {
	eval     func(*event.Event) event.Value
	kind     event.Kind
	slot     event.Slot
	bare     bool
	constant event.Value
	reads    []read
}

// Eval evaluates the expression over an event. Text that had to be built lies
// in the event's scratch memory. The value is Absent when a field that it needs
// is missing.
func (p *Program) Eval(ev *event.Event) event.Value { return p.eval(ev) }

// Kind is what Eval gives as far as that is known at load: event.Any when it
// depends on the event.
func (p *Program) Kind() event.Kind { return p.kind }

// Constant is the value of an expression that does not depend on the event.
func (p *Program) Constant() (event.Value, bool) {
	return p.constant, p.constant.Kind() != event.Absent
}

// Slot is the field of an expression that is just a field. Its value may be a
// list, which Eval cannot give: use event.Event.Copy.
func (p *Program) Slot() (event.Slot, bool) { return p.slot, p.bare }

// Condition is a compiled expression that is true or false. Like Program it has
// no state.
type Condition struct {
	test     func(*event.Event) bool
	constant bool
	reads    []read
}

// True reports whether the condition holds for an event.
func (c *Condition) True(ev *event.Event) bool { return c.test(ev) }

// Constant is the value of a condition that does not depend on the event.
func (c *Condition) Constant() (value, ok bool) { return c.constant && c.test(nil), c.constant }
