package expr

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/naru-log/naru/event"
)

// compileContains asks whether a list has an element. The list is a constant, a
// field, or tags. A field with a plain value counts as a list of one.
func compileContains(c *compiler, call *hclsyntax.FunctionCallExpr) *node {
	list, at := call.Args[0], call.Range()
	element := c.compile(call.Args[1])
	if t, ok := list.(*hclsyntax.ScopeTraversalExpr); ok && len(t.Traversal) == 1 && t.Traversal.RootName() == "tags" {
		name, ok := c.constantText(element, "The name of a tag")
		if !ok {
			return &node{at: at, kind: event.Any, eval: absent}
		}
		return c.hasTag(name, at)
	}
	in := c.compile(list)
	if k := classOf(element.kind); element.null || k == listClass || k == otherClass {
		return c.errorf(element.at, "Not an element", "A text, a number or true or false is needed here.")
	}
	switch {
	case in.konst != nil && in.kind == event.List:
		return c.folded(inConstant(in, element, at), in, element)
	case in.bare && in.kind == event.String:
		return c.errorf(in.at, "Not a list", "%s is a text, not a list. To look for a part of a text, use strcontains(text, part).", c.name(in))
	case in.bare:
		return inField(in, element, at)
	}
	return c.errorf(in.at, "Not a list", "contains looks into a list: a field, or a list known when the file is loaded. To look for a part of a text, use strcontains(text, part).")
}

func inConstant(in, element *node, at hcl.Range) *node {
	x, list := element.operand(), in.list
	return boolean(at, func(ev *event.Event) bool {
		v := x(ev)
		if v.Kind() == event.String { // the usual case
			for i := range list {
				if list[i].Kind() == event.String && bytes.Equal(list[i].Bytes(), v.Bytes()) {
					return true
				}
			}
			return false
		}
		return hasElement(list, v)
	})
}

func hasElement(list []event.Value, v event.Value) bool {
	for _, element := range list {
		if eq, ok := equal(element, v); ok && eq {
			return true
		}
	}
	return false
}

func inField(in, element *node, at hcl.Range) *node {
	slot, x := in.slot, element.operand()
	return boolean(at, func(ev *event.Event) bool {
		v := x(ev)
		switch ev.Kind(slot) {
		case event.List:
			return hasElement(ev.List(slot), v)
		case event.JSON:
			if array, ok := openArray(ev.Bytes(slot)); ok {
				return arrayHas(ev, array, v)
			}
		}
		eq, ok := equal(operandOf(ev, ev.Value(slot)), v)
		return ok && eq
	})
}

func arrayHas(ev *event.Event, array jsonArray, v event.Value) bool {
	for {
		element, more := array.next()
		if !more {
			return false
		}
		if eq, ok := equal(openJSON(ev, element), v); ok && eq {
			return true
		}
	}
}

// compileLength counts the elements of a list or the characters of a text.
func compileLength(c *compiler, call *hclsyntax.FunctionCallExpr, args []*node) *node {
	n, at := args[0], call.Range()
	if k := classOf(n.kind); k == numberClass || k == boolClass || k == otherClass || n.null {
		return c.errorf(n.at, "No length", "A text or a list is needed here, but %s is %s.", c.name(n), describeKind(n.kind))
	}
	if n.konst != nil && n.kind == event.List {
		array, _ := openArray(n.konst.Bytes())
		return constant(at, event.IntValue(int64(arrayLength(array))))
	}
	if n.bare {
		return computed(at, event.Int, func(ev *event.Event) event.Value { return fieldLength(ev, n.slot) })
	}
	x := n.operand()
	return c.folded(computed(at, event.Int, func(ev *event.Event) event.Value { return textLength(ev, x(ev)) }), n)
}

// compileJoin makes one text of the elements of a list. A plain value counts as
// a list of one.
func compileJoin(c *compiler, call *hclsyntax.FunctionCallExpr, args []*node) *node {
	separator, ok := c.constantText(args[0], "The separator")
	in, at := args[1], call.Range()
	if !in.bare {
		ok = false
		c.errorf(in.at, "Not a list", "join takes the elements of a field here. To put values together, write a template: \"${first}, ${second}\".")
	}
	if !ok {
		return &node{at: at, kind: event.Any, eval: absent}
	}
	between, slot := []byte(separator), in.slot
	return computed(at, event.String, func(ev *event.Event) event.Value {
		switch ev.Kind(slot) {
		case event.List:
			return joinList(ev, ev.List(slot), between)
		case event.JSON:
			if array, ok := openArray(ev.Bytes(slot)); ok {
				return joinArray(ev, array, between)
			}
		}
		return textValue(ev, operandOf(ev, ev.Value(slot)))
	})
}

// joinList has no value for a list with an element that is no text.
func joinList(ev *event.Event, list []event.Value, between []byte) event.Value {
	text, ok := ev.Scratch(), true
	for i, v := range list {
		if i > 0 {
			text = append(text, between...)
		}
		if text, ok = appendText(text, v); !ok {
			return event.Value{}
		}
	}
	return event.StringValue(ev.Keep(text))
}

func joinArray(ev *event.Event, array jsonArray, between []byte) event.Value {
	text, ok := ev.Scratch(), true
	for i := 0; ; i++ {
		element, more := array.next()
		if !more {
			return event.StringValue(ev.Keep(text))
		}
		if i > 0 {
			text = append(text, between...)
		}
		if text, ok = appendElement(text, element); !ok {
			return event.Value{}
		}
	}
}

// compileSum adds up the elements of a list. A plain value counts as a list of
// one.
func compileSum(c *compiler, call *hclsyntax.FunctionCallExpr, args []*node) *node {
	in, at := args[0], call.Range()
	if !in.bare {
		return c.errorf(in.at, "Not a list", "sum takes the elements of a field here. To add values up, write first + second.")
	}
	slot := in.slot
	return computed(at, event.Float, func(ev *event.Event) event.Value {
		switch ev.Kind(slot) {
		case event.List:
			return sumList(ev.List(slot))
		case event.JSON:
			if array, ok := openArray(ev.Bytes(slot)); ok {
				return sumArray(ev, array)
			}
		}
		n, ok := toNumber(operandOf(ev, ev.Value(slot)))
		return total(n, ok)
	})
}

// sumList has no value for a list with an element that is no number.
func sumList(list []event.Value) event.Value {
	sum, ok := number{whole: true}, true
	for i := 0; i < len(list) && ok; i++ {
		sum, ok = plus(sum, list[i])
	}
	return total(sum, ok)
}

func sumArray(ev *event.Event, array jsonArray) event.Value {
	sum, ok := number{whole: true}, true
	for ok {
		element, more := array.next()
		if !more {
			break
		}
		sum, ok = plus(sum, openJSON(ev, element))
	}
	return total(sum, ok)
}

func plus(sum number, v event.Value) (number, bool) {
	n, ok := toNumber(v)
	if !ok {
		return number{}, false
	}
	return arithmetic('+', sum, n)
}

func total(sum number, ok bool) event.Value {
	if !ok {
		return event.Value{}
	}
	return sum.value()
}

func fieldLength(ev *event.Event, slot event.Slot) event.Value {
	switch ev.Kind(slot) {
	case event.List:
		return event.IntValue(int64(len(ev.List(slot))))
	case event.JSON:
		if array, ok := openArray(ev.Bytes(slot)); ok {
			return event.IntValue(int64(arrayLength(array)))
		}
	}
	return textLength(ev, operandOf(ev, ev.Value(slot)))
}

func textLength(ev *event.Event, v event.Value) event.Value {
	if classOf(v.Kind()) != textClass {
		return event.Value{}
	}
	text, _ := toText(ev, v)
	return event.IntValue(int64(countCharacters(text)))
}

func arrayLength(a jsonArray) int {
	n := 0
	for {
		if _, more := a.next(); !more {
			return n
		}
		n++
	}
}
