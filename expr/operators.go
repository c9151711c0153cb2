package expr

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/naru-log/naru/event"
)

func (c *compiler) unary(e *hclsyntax.UnaryOpExpr) *node {
	operand := c.compile(e.Val)
	if e.Op == hclsyntax.OpLogicalNot {
		test := c.truth(operand)
		return boolean(e.Range(), func(ev *event.Event) bool { return !test(ev) })
	}
	c.wantNumber(operand, event.Int)
	return c.numeric(operand, numberKind(operand.kind), e.Range(), func(n number) (number, bool) { return negate(n), true })
}

// numeric makes a node of a function from number to number.
func (c *compiler) numeric(operand *node, kind event.Kind, at hcl.Range, f func(number) (number, bool)) *node {
	x := operand.operand()
	return c.folded(computed(at, kind, func(ev *event.Event) event.Value {
		n, ok := toNumber(x(ev))
		if !ok {
			return event.Value{}
		}
		if n, ok = f(n); !ok {
			return event.Value{}
		}
		return n.value()
	}), operand)
}

func (c *compiler) binary(e *hclsyntax.BinaryOpExpr) *node {
	a, b, at := c.compile(e.LHS), c.compile(e.RHS), e.Range()
	switch e.Op {
	case hclsyntax.OpLogicalAnd:
		return c.logical(a, b, false, at)
	case hclsyntax.OpLogicalOr:
		return c.logical(a, b, true, at)
	case hclsyntax.OpEqual:
		return c.equality(a, b, false, at)
	case hclsyntax.OpNotEqual:
		return c.equality(a, b, true, at)
	case hclsyntax.OpLessThan:
		return c.ordering(a, b, -1, false, at)
	case hclsyntax.OpLessThanOrEqual:
		return c.ordering(a, b, -1, true, at)
	case hclsyntax.OpGreaterThan:
		return c.ordering(a, b, 1, false, at)
	case hclsyntax.OpGreaterThanOrEqual:
		return c.ordering(a, b, 1, true, at)
	}
	return c.arithmetic(e.Op, a, b, at)
}

// logical compiles && and ||, the result of which decides tells when one of the
// operands is it. A constant operand is folded.
func (c *compiler) logical(a, b *node, decides bool, at hcl.Range) *node {
	x, y := c.truth(a), c.truth(b)
	for _, side := range [...]struct {
		n           *node
		test, other func(*event.Event) bool
	}{{a, x, y}, {b, y, x}} {
		if side.n.konst == nil || c.diags.HasErrors() {
			continue
		}
		if side.test(nil) == decides {
			return constant(at, event.BoolValue(decides))
		}
		return boolean(at, side.other)
	}
	if decides {
		return boolean(at, func(ev *event.Event) bool { return x(ev) || y(ev) })
	}
	return boolean(at, func(ev *event.Event) bool { return x(ev) && y(ev) })
}

var arithmeticOps = map[*hclsyntax.Operation]byte{
	hclsyntax.OpAdd:      '+',
	hclsyntax.OpSubtract: '-',
	hclsyntax.OpMultiply: '*',
	hclsyntax.OpDivide:   '/',
	hclsyntax.OpModulo:   '%',
}

func (c *compiler) arithmetic(op *hclsyntax.Operation, a, b *node, at hcl.Range) *node {
	symbol := arithmeticOps[op]
	c.wantNumber(a, event.Int)
	c.wantNumber(b, event.Int)
	kind := event.Float
	if a.kind == event.Int && b.kind == event.Int && symbol != '/' {
		kind = event.Int
	}
	if b.konst != nil && (symbol == '/' || symbol == '%') {
		if n, ok := toNumber(*b.konst); ok && n.float() == 0 {
			return c.errorf(b.at, "Division by zero", "This divides by zero, which never gives a value.")
		}
	}
	x, y := a.operand(), b.operand()
	slot, constant := event.Slot(-1), int64(0)
	if a.bare && b.konst != nil && b.konst.Kind() == event.Int {
		slot, constant = a.slot, b.konst.Int()
	}
	return c.folded(computed(at, kind, func(ev *event.Event) event.Value {
		if slot >= 0 && ev.Kind(slot) == event.Int { // as in microseconds * 1000
			if n, ok := wholeArithmetic(symbol, ev.Int(slot), constant); ok {
				return n.value()
			}
		}
		m, ok1 := toNumber(x(ev))
		n, ok2 := toNumber(y(ev))
		if !ok1 || !ok2 {
			return event.Value{}
		}
		if m, ok1 = arithmetic(symbol, m, n); !ok1 {
			return event.Value{}
		}
		return m.value()
	}), a, b)
}

func numberKind(k event.Kind) event.Kind {
	if k == event.Int {
		return event.Int
	}
	return event.Float
}

// truth gives the test of a node that has to be true or false. No value counts
// as false.
func (c *compiler) truth(n *node) func(*event.Event) bool {
	switch {
	case n.test != nil:
		return n.test
	case n.konst != nil:
		value, ok := toBool(*n.konst)
		if !ok {
			c.errorf(n.at, "Not a condition", "true or false is needed here, but this is %s.", describeKind(n.kind))
		}
		return func(*event.Event) bool { return value }
	case n.null:
		c.errorf(n.at, "Not a condition", "null is neither true nor false. To ask whether a field is missing, write field == null.")
	case n.kind != event.Bool && n.kind != event.String && classOf(n.kind) != anyClass:
		c.errorf(n.at, "Not a condition", "true or false is needed here, but %s is %s. Compare it with something, or ask whether it is there with has(…).", c.name(n), describeKind(n.kind))
	}
	eval := n.operand()
	return func(ev *event.Event) bool {
		value, _ := toBool(eval(ev))
		return value
	}
}

// conditional compiles cond ? a : b. As in HCL both branches become text when
// one of them is text.
func (c *compiler) conditional(e *hclsyntax.ConditionalExpr) *node {
	test := c.truth(c.compile(e.Condition))
	yes, no := c.compile(e.TrueResult), c.compile(e.FalseResult)
	kind, ok := c.unify(e.Range(), yes, no)
	if !ok {
		return &node{at: e.Range(), kind: event.Any, eval: absent}
	}
	x, y := yes.choice(), no.choice()
	if kind != event.Any || yes.null || no.null {
		text := kind == event.String
		return computed(e.Range(), kind, func(ev *event.Event) event.Value {
			branch := y
			if test(ev) {
				branch = x
			}
			if text {
				return textValue(ev, branch(ev))
			}
			return branch(ev)
		})
	}
	knownYes, knownNo := classOf(yes.kind), classOf(no.kind)
	return computed(e.Range(), kind, func(ev *event.Event) event.Value {
		v, other := x(ev), y(ev)
		all := typesOf(knownYes, v) | typesOf(knownNo, other)
		if !test(ev) {
			v = other
		}
		return all.convert(ev, v)
	})
}

// types is the set of the types of values of which one is chosen.
type types uint8

const (
	textType types = 1 << iota
	numberType
	boolType
)

// typesOf is the type of a value; what is known at load counts also when the
// value is missing.
func typesOf(known class, v event.Value) types {
	if known == anyClass {
		known = classOf(v.Kind())
	}
	switch known {
	case textClass:
		return textType
	case numberClass:
		return numberType
	case boolClass:
		return boolType
	}
	return 0
}

// convert makes the chosen value text when one of the values is text. There is
// no value when numbers and truth values are mixed: HCL refuses that as well.
func (t types) convert(ev *event.Event, v event.Value) event.Value {
	k := classOf(v.Kind())
	switch {
	case t&textType != 0 && (k == numberClass || k == boolClass):
		return textValue(ev, v)
	case t == numberType|boolType:
		return event.Value{}
	}
	return v
}

// unify finds the kind of a value that comes from one of several nodes: Any
// when that depends on the event.
func (c *compiler) unify(at hcl.Range, nodes ...*node) (event.Kind, bool) {
	var all types
	kind, dynamic := event.Absent, false
	for _, n := range nodes {
		k := classOf(n.kind)
		switch {
		case n.null:
			continue
		case k == listClass && n.konst == nil || k == otherClass:
			c.errorf(n.at, "Unsupported expression", "%s cannot be chosen here. Use a condition on the filter block instead.", upperFirst(k.String()))
			return 0, false
		case k == anyClass || k == listClass:
			dynamic = true
			continue
		case kind == event.Absent:
			kind = n.kind
		case kind != n.kind:
			kind = wider(k)
		}
		all |= typesOf(k, event.Value{})
	}
	switch {
	case dynamic || kind == event.Absent:
		return event.Any, true
	case all == numberType|boolType:
		c.errorf(at, "Inconsistent result types", "The result is a number or true or false, depending on the event. Make them the same with tostring(…).")
		return 0, false
	case all&textType != 0 && all != textType:
		return event.String, true
	}
	return kind, true
}

// wider is the kind that stands for every kind of a class.
func wider(k class) event.Kind {
	switch k {
	case numberClass:
		return event.Float
	case boolClass:
		return event.Bool
	}
	return event.String
}
