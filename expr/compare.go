package expr

import (
	"bytes"
	"cmp"

	"github.com/hashicorp/hcl/v2"

	"github.com/naru-log/naru/event"
)

// equality compiles a == b, or a != b. Both are false when a side has no value,
// except against the literal null, which asks just that.
func (c *compiler) equality(a, b *node, negated bool, at hcl.Range) *node {
	if a.null || b.null {
		other := a
		if a.null {
			other = b
		}
		has := other.present()
		return boolean(at, func(ev *event.Event) bool { return has(ev) == negated })
	}
	for _, n := range []*node{a, b} {
		if k := classOf(n.kind); k == listClass || k == otherClass {
			return c.errorf(n.at, "Cannot compare", "%s cannot be compared with == or !=. To ask whether a list has an element, use contains(list, element); whether a field is there, has(field).", upperFirst(k.String()))
		}
	}
	if x, y := classOf(a.kind), classOf(b.kind); x != y && x != anyClass && y != anyClass {
		return c.errorf(at, "Never equal", "%s is %s and %s is %s, so they are never equal. %s", c.name(a), x, c.name(b), y, convertHint(x, y))
	}
	if b.konst == nil {
		a, b = b, a
	}
	if n := equalsConstant(a, b, negated, at); n != nil {
		return n
	}
	x, y := a.operand(), b.operand()
	n := boolean(at, func(ev *event.Event) bool {
		equal, ok := equal(x(ev), y(ev))
		return ok && equal != negated
	})
	return c.folded(n, a, b)
}

// equalsConstant is the quick way for the usual case: a field against a text or
// whole number. It gives nil for others.
func equalsConstant(a, b *node, negated bool, at hcl.Range) *node {
	if !a.bare || b.konst == nil {
		return nil
	}
	slot, want := a.slot, *b.konst
	slow := a.operand()
	switch want.Kind() {
	case event.String:
		text := want.Bytes()
		return boolean(at, func(ev *event.Event) bool {
			if ev.Kind(slot) == event.String {
				return bytes.Equal(ev.Bytes(slot), text) != negated
			}
			equal, ok := equal(slow(ev), want)
			return ok && equal != negated
		})
	case event.Int:
		whole := want.Int()
		return boolean(at, func(ev *event.Event) bool {
			if ev.Kind(slot) == event.Int {
				return (ev.Int(slot) == whole) != negated
			}
			equal, ok := equal(slow(ev), want)
			return ok && equal != negated
		})
	}
	return nil
}

// equal compares as HCL does: values of different types are not equal. It
// reports !ok when a side has no value.
func equal(a, b event.Value) (eq, ok bool) {
	x, y := classOf(a.Kind()), classOf(b.Kind())
	switch {
	case x == anyClass || y == anyClass || x == otherClass || y == otherClass:
		return false, false
	case x != y:
		return false, true
	case x == numberClass:
		m, ok1 := toNumber(a)
		n, ok2 := toNumber(b)
		return ok1 && ok2 && compareNumbers(m, n) == 0, ok1 && ok2
	case x == boolClass:
		return a.Bool() == b.Bool(), true
	case a.Kind() == event.Time && b.Kind() == event.Time:
		return a.Time().Equal(b.Time()), true
	case a.Kind() == event.Time:
		return timeIs(a, b.Bytes()), true
	case b.Kind() == event.Time:
		return timeIs(b, a.Bytes()), true
	}
	return bytes.Equal(a.Bytes(), b.Bytes()), true
}

func timeIs(t event.Value, text []byte) bool {
	var room [40]byte
	return bytes.Equal(appendTime(room[:0], t.Time()), text)
}

// ordering compiles a < b and its like: sign and orEqual say which order of a
// and b makes it true.
func (c *compiler) ordering(a, b *node, sign int, orEqual bool, at hcl.Range) *node {
	if a.kind != event.Time || b.kind != event.Time {
		c.wantNumber(a, b.kind)
		c.wantNumber(b, a.kind)
	}
	if n := wholeOrdering(a, b, sign, orEqual, at); n != nil {
		return n
	}
	x, y := a.operand(), b.operand()
	n := boolean(at, func(ev *event.Event) bool {
		order, ok := order(x(ev), y(ev))
		return ok && (order == sign || orEqual && order == 0)
	})
	return c.folded(n, a, b)
}

// wholeOrdering is the quick way for a field against a whole number.
func wholeOrdering(a, b *node, sign int, orEqual bool, at hcl.Range) *node {
	if b.konst == nil {
		a, b, sign = b, a, -sign
	}
	if !a.bare || b.konst == nil || b.konst.Kind() != event.Int {
		return nil
	}
	slot, konst, limit, slow := a.slot, *b.konst, b.konst.Int(), a.operand()
	return boolean(at, func(ev *event.Event) bool {
		if ev.Kind(slot) == event.Int {
			order := cmp.Compare(ev.Int(slot), limit)
			return order == sign || orEqual && order == 0
		}
		order, ok := order(slow(ev), konst)
		return ok && (order == sign || orEqual && order == 0)
	})
}

// order compares numbers, or instants with instants.
func order(a, b event.Value) (int, bool) {
	if a.Kind() == event.Time && b.Kind() == event.Time {
		return a.Time().Compare(b.Time()), true
	}
	m, ok1 := toNumber(a)
	n, ok2 := toNumber(b)
	return compareNumbers(m, n), ok1 && ok2
}

// wantNumber reports a node that can never be a number. other is what stands on
// the other side of an ordering: two instants can be ordered.
func (c *compiler) wantNumber(n *node, other event.Kind) {
	switch {
	case n.null:
		c.errorf(n.at, "Not a number", "null is not a number. To ask whether a field is missing, write field == null.")
	case n.kind == event.Time && (other == event.Time || other == event.Any):
	case n.kind == event.String && n.konst != nil:
		if _, ok := toNumber(*n.konst); !ok {
			c.errorf(n.at, "Not a number", "A number is needed here, and this text is none.")
		}
	case n.kind == event.String || classOf(n.kind) == numberClass || classOf(n.kind) == anyClass:
	default:
		c.errorf(n.at, "Not a number", "A number is needed here, but %s is %s.", c.name(n), describeKind(n.kind))
	}
}
