package expr

import (
	"math/big"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/naru-log/naru/event"
)

// fold evaluates what does not depend on the event, by HCL itself.
func (c *compiler) fold(e hclsyntax.Expression) *node {
	v, diags := Evaluate(e, c.ctx)
	c.diags = append(c.diags, diags...)
	if diags.HasErrors() {
		return &node{at: e.Range(), kind: event.Any, eval: absent}
	}
	v, marks := v.UnmarkDeep()
	n := c.literal(v, e.Range())
	n.secret = len(marks) > 0
	return n
}

// literal makes a node of a value that HCL has computed.
func (c *compiler) literal(v cty.Value, at hcl.Range) *node {
	if v.IsNull() {
		return &node{at: at, kind: event.Any, null: true, eval: absent}
	}
	if !v.IsWhollyKnown() {
		return c.errorf(at, "Unknown value", "The value of this expression is not known when the file is loaded.")
	}
	if v.Type().IsPrimitiveType() {
		value, ok := scalar(v)
		if !ok {
			return c.errorf(at, "Number out of range", "Numbers reach to about 1.8e308 on either side of zero.")
		}
		return constant(at, value)
	}
	encoded, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		return c.errorf(at, "Unsupported value", "A value of type %s cannot be part of a document.", v.Type().FriendlyName())
	}
	n := constant(at, event.JSONValue(encoded))
	if ty := v.Type(); ty.IsTupleType() || ty.IsListType() || ty.IsSetType() {
		n.kind = event.List
		n.list, n.scalars = elements(v)
	}
	return n
}

// elements lists the elements of a list; it reports false when some are not
// plain values.
func elements(list cty.Value) ([]event.Value, bool) {
	values := []event.Value{}
	all := true
	for it := list.ElementIterator(); it.Next(); {
		_, v := it.Element()
		if v.IsNull() || !v.Type().IsPrimitiveType() {
			all = false
			continue
		}
		value, ok := scalar(v)
		all = all && ok
		values = append(values, value)
	}
	return values, all
}

// scalar turns a string, number or bool into a value. It fails for numbers that
// float64 cannot reach.
func scalar(v cty.Value) (event.Value, bool) {
	switch v.Type() {
	case cty.String:
		return event.StringValue([]byte(v.AsString())), true
	case cty.Bool:
		return event.BoolValue(v.True()), true
	}
	n, ok := bigNumber(v.AsBigFloat())
	return n.value(), ok
}

// bigNumber rounds HCL's number to an int64 or, when it is none, a float64.
func bigNumber(f *big.Float) (number, bool) {
	if i, acc := f.Int64(); acc == big.Exact {
		return number{i: i, whole: true}, true
	}
	x, _ := f.Float64()
	return number{f: x}, finite(x)
}
