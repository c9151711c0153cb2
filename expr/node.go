package expr

import (
	"bytes"
	"strconv"

	"github.com/hashicorp/hcl/v2"

	"github.com/naru-log/naru/event"
)

// node is a compiled part of an expression.
type node struct {
	at   hcl.Range
	kind event.Kind                     // Any when only the event tells
	eval func(*event.Event) event.Value // Absent for "no value"
	test func(*event.Event) bool        // set for a node that is always true or false; eval may then be nil
	// konst is the value of a constant; a list or object is JSON.
	konst *event.Value
	list  []event.Value // elements that are plain values, when konst is a list
	// scalars says that list is complete.
	scalars bool
	null    bool // the literal null
	// secret says that konst must not be shown.
	secret bool
	bare   bool // just the field in slot
	slot   event.Slot
}

func absent(*event.Event) event.Value { return event.Value{} }

// value gives the closure that evaluates the node.
func (n *node) value() func(*event.Event) event.Value {
	if n.eval != nil {
		return n.eval
	}
	test := n.test
	return func(ev *event.Event) event.Value { return event.BoolValue(test(ev)) }
}

// operand is value for an operand of an operator: a JSON scalar is opened, so
// that operators see the value and not its encoding.
func (n *node) operand() func(*event.Event) event.Value {
	eval := n.value()
	if n.kind != event.Any && n.kind != event.JSON {
		return eval
	}
	return func(ev *event.Event) event.Value {
		return operandOf(ev, eval(ev))
	}
}

// choice is operand for a value that is only passed on: objects and lists stay
// as they are.
func (n *node) choice() func(*event.Event) event.Value {
	eval := n.value()
	if n.kind != event.Any && n.kind != event.JSON {
		return eval
	}
	return func(ev *event.Event) event.Value {
		v := eval(ev)
		if v.Kind() != event.JSON || isJSONNull(v.Bytes()) {
			return operandOf(ev, v)
		}
		if plain := openJSON(ev, v.Bytes()); plain.Kind() != event.Absent {
			return plain
		}
		return v
	}
}

func operandOf(ev *event.Event, v event.Value) event.Value {
	if v.Kind() == event.JSON {
		return openJSON(ev, v.Bytes())
	}
	return v
}

// present gives the test whether the node has a value. Unlike value it sees
// lists.
func (n *node) present() func(*event.Event) bool {
	switch {
	case n.null:
		return func(*event.Event) bool { return false }
	case n.bare:
		slot := n.slot
		return func(ev *event.Event) bool {
			k := ev.Kind(slot)
			return k != event.Absent && (k != event.JSON || !isJSONNull(ev.Bytes(slot)))
		}
	case n.test != nil:
		return func(*event.Event) bool { return true }
	}
	eval := n.operand()
	return func(ev *event.Event) bool { return eval(ev).Kind() != event.Absent }
}

// boolean makes a node that is always true or false.
func boolean(at hcl.Range, test func(*event.Event) bool) *node {
	return &node{at: at, kind: event.Bool, test: test}
}

// computed makes a node of a closure.
func computed(at hcl.Range, kind event.Kind, eval func(*event.Event) event.Value) *node {
	return &node{at: at, kind: kind, eval: eval}
}

// constant makes a node of a value. The value's bytes are copied.
func constant(at hcl.Range, v event.Value) *node {
	switch v.Kind() {
	case event.String:
		v = event.StringValue(bytes.Clone(v.Bytes()))
	case event.IP:
		v = event.IPValue(bytes.Clone(v.Bytes()))
	}
	return &node{at: at, kind: v.Kind(), konst: &v, eval: func(*event.Event) event.Value { return v }}
}

// folded evaluates n now when all it was made of is constant.
func (c *compiler) folded(n *node, of ...*node) *node {
	hidden := false
	for _, o := range of {
		if o.konst == nil && !o.null {
			return n
		}
		hidden = hidden || o.secret
	}
	c.blank.Reset(nil, nil, 0)
	v := n.value()(c.blank)
	if v.Kind() == event.Absent {
		return n
	}
	n = constant(n.at, v)
	n.secret = hidden
	return n
}

// shown is a constant text for a message.
func (n *node) shown(text string) string {
	if n.secret {
		return "(hidden)"
	}
	return strconv.Quote(text)
}

// class groups the kinds as HCL's types do.
type class uint8

const (
	anyClass class = iota // known only from the event
	textClass
	numberClass
	boolClass
	listClass
	otherClass // points and objects: can be tested for presence, nothing else
)

var classNames = [...]string{"anything", "a text", "a number", "true or false", "a list", "a position"}

func (c class) String() string { return classNames[c] }

func classOf(k event.Kind) class {
	switch k {
	case event.String, event.IP, event.Time:
		return textClass
	case event.Int, event.Float:
		return numberClass
	case event.Bool:
		return boolClass
	case event.List:
		return listClass
	case event.GeoPoint, event.Members:
		return otherClass
	}
	return anyClass
}
