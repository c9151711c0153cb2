package expr

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/naru-log/naru/event"
)

// oracle evaluates an expression by HCL itself, one node at a time: the
// operands of a node are replaced by their values as literals. Only what a
// missing value means is said here, in the words of docs/expressions.md.
type oracle struct {
	fields map[string]cty.Value // null: missing
	ctx    *hcl.EvalContext
	folds  bool // the compiler has ctx as well and leaves constants to HCL
	t      *testing.T
	check  func(e hclsyntax.Expression, want cty.Value) cty.Value // compares with the compiled node and gives what goes on
}

var missing = cty.NullVal(cty.DynamicPseudoType)

func oracleContext() *hcl.EvalContext {
	functions := Functions()
	functions["abs"] = stdlib.AbsoluteFunc
	functions["ceil"] = stdlib.CeilFunc
	functions["coalesce"] = stdlib.CoalesceFunc
	functions["contains"] = stdlib.ContainsFunc
	functions["floor"] = stdlib.FloorFunc
	functions["length"] = lengthByHCL()
	functions["lower"] = stdlib.LowerFunc
	functions["replace"] = stdlib.ReplaceFunc
	functions["substr"] = stdlib.SubstrFunc
	functions["tonumber"] = stdlib.MakeToFunc(cty.Number)
	functions["tostring"] = stdlib.MakeToFunc(cty.String)
	functions["trimprefix"] = stdlib.TrimPrefixFunc
	functions["trimspace"] = stdlib.TrimSpaceFunc
	functions["trimsuffix"] = stdlib.TrimSuffixFunc
	functions["upper"] = stdlib.UpperFunc
	return oracleContextOf(functions)
}

func oracleContextOf(functions map[string]function.Function) *hcl.EvalContext {
	return &hcl.EvalContext{Functions: functions}
}

// lengthByHCL is length made of HCL's two functions for it.
func lengthByHCL() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType}},
		Type:   function.StaticReturnType(cty.Number),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			if args[0].Type() == cty.String {
				return stdlib.Strlen(args[0])
			}
			return stdlib.Length(args[0])
		},
	})
}

// eval gives the value of e, missing when it has none.
func (o *oracle) eval(e hclsyntax.Expression) cty.Value {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return o.eval(e.Expression)
	case *hclsyntax.TemplateWrapExpr:
		return o.eval(e.Wrapped)
	case *hclsyntax.ScopeTraversalExpr:
		return o.fields[e.Traversal.RootName()]
	}
	if len(e.Variables()) == 0 && !calls(e, o.folds) {
		return o.check(e, o.byHCL(e))
	}
	return o.check(e, o.node(e))
}

// calls reports whether e calls a function that the compiler does not leave to
// HCL.
func calls(e hclsyntax.Expression, folds bool) bool {
	found := false
	_ = hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		if call, ok := n.(*hclsyntax.FunctionCallExpr); ok && (!folds || call.Name == "has") {
			found = true
		}
		return nil
	})
	return found
}

func (o *oracle) node(e hclsyntax.Expression) cty.Value {
	switch e := e.(type) {
	case *hclsyntax.UnaryOpExpr:
		v := o.eval(e.Val)
		if e.Op == hclsyntax.OpLogicalNot {
			v = truth(v)
		}
		if v.IsNull() {
			return missing
		}
		return o.byHCL(&hclsyntax.UnaryOpExpr{Op: e.Op, Val: lit(precise(v))})
	case *hclsyntax.BinaryOpExpr:
		return o.binary(e)
	case *hclsyntax.ConditionalExpr:
		cond := truth(o.eval(e.Condition))
		return o.byHCL(&hclsyntax.ConditionalExpr{Condition: lit(cond), TrueResult: lit(o.eval(e.TrueResult)), FalseResult: lit(o.eval(e.FalseResult))})
	case *hclsyntax.TemplateExpr:
		t := &hclsyntax.TemplateExpr{}
		for _, part := range e.Parts {
			t.Parts = append(t.Parts, lit(o.eval(part)))
		}
		return o.byHCL(t)
	case *hclsyntax.FunctionCallExpr:
		return o.call(e)
	}
	o.t.Fatalf("the oracle does not know %T", e)
	return missing
}

func (o *oracle) binary(e *hclsyntax.BinaryOpExpr) cty.Value {
	a, b := o.eval(e.LHS), o.eval(e.RHS)
	equality := e.Op == hclsyntax.OpEqual || e.Op == hclsyntax.OpNotEqual
	absent := a.IsNull() || b.IsNull()
	switch {
	case e.Op == hclsyntax.OpLogicalAnd || e.Op == hclsyntax.OpLogicalOr:
		a, b = truth(a), truth(b)
	case equality && (isNull(e.LHS) || isNull(e.RHS)):
	case e.Op.Type == cty.Bool && absent:
		return cty.False
	case absent:
		return missing
	case (e.Op == hclsyntax.OpModulo || e.Op == hclsyntax.OpDivide) && isZero(b):
		return missing
	}
	if !equality || a.Type() == cty.Number { // a text equals no number, whatever it holds
		a = precise(a)
	}
	if !equality || b.Type() == cty.Number {
		b = precise(b)
	}
	v := o.byHCL(&hclsyntax.BinaryOpExpr{LHS: lit(a), Op: e.Op, RHS: lit(b)})
	if v.IsNull() && e.Op.Type == cty.Bool {
		return cty.False
	}
	return v
}

func isNull(e hclsyntax.Expression) bool {
	l, ok := e.(*hclsyntax.LiteralValueExpr)
	return ok && l.Val.IsNull()
}

func isZero(v cty.Value) bool {
	n, err := convert.Convert(v, cty.Number)
	return err == nil && !n.IsNull() && n.RawEquals(cty.Zero)
}

func (o *oracle) call(e *hclsyntax.FunctionCallExpr) cty.Value {
	call := &hclsyntax.FunctionCallExpr{Name: e.Name}
	absent := false
	for _, arg := range e.Args {
		v := o.eval(arg)
		absent = absent || v.IsNull()
		call.Args = append(call.Args, lit(v))
	}
	predicate := false
	switch e.Name {
	case "has":
		return cty.BoolVal(!absent)
	case "startswith", "endswith", "strcontains", "contains", "matches", "cidr":
		predicate = true
	}
	v := missing
	if !absent || e.Name == "coalesce" {
		v = o.byHCL(call)
	}
	if v.IsNull() && predicate {
		return cty.False
	}
	return v
}

// truth is the value as a condition; none counts as false.
func truth(v cty.Value) cty.Value {
	b, err := convert.Convert(v, cty.Bool)
	if err != nil || b.IsNull() {
		return cty.False
	}
	return b
}

// byHCL evaluates by HCL. An error gives no value.
func (o *oracle) byHCL(e hclsyntax.Expression) cty.Value {
	v, diags := e.Value(o.ctx)
	if diags.HasErrors() || v.IsNull() || !v.IsKnown() {
		return missing
	}
	if v.Type() == cty.Number {
		if v.AsBigFloat().Sign() == 0 {
			return cty.Zero // also for the negative zero
		}
		if f, _ := v.AsBigFloat().Float64(); math.IsInf(f, 0) {
			return missing
		}
	}
	return v
}

func lit(v cty.Value) hclsyntax.Expression { return &hclsyntax.LiteralValueExpr{Val: v} }

// precise gives a number HCL's precision for numbers that it reads. A text with
// a number is rounded first: beyond int64 and float64 we are less exact.
func precise(v cty.Value) cty.Value {
	if n, err := convert.Convert(v, cty.Number); err == nil && !n.IsNull() && v.Type() == cty.String {
		if rounded, ok := bigNumber(n.AsBigFloat()); ok {
			v = ctyValue(rounded.value())
		}
	}
	if v.IsNull() || v.Type() != cty.Number {
		return v
	}
	return cty.NumberVal(new(big.Float).SetPrec(512).Set(v.AsBigFloat()))
}

// none is a missing value of a kind that is known at load.
func none(k event.Kind) cty.Value {
	switch classOf(k) {
	case textClass:
		return cty.NullVal(cty.String)
	case numberClass:
		return cty.NullVal(cty.Number)
	case boolClass:
		return cty.NullVal(cty.Bool)
	}
	return missing
}

// ctyValue gives HCL's form of a plain value. A float has the precision of
// float64, so that HCL writes the shortest text for it.
func ctyValue(v event.Value) cty.Value {
	switch v.Kind() {
	case event.String, event.IP:
		return cty.StringVal(string(v.Bytes()))
	case event.Int:
		return cty.NumberVal(new(big.Float).SetPrec(512).SetInt64(v.Int()))
	case event.Float:
		if finite(v.Float()) {
			return cty.NumberFloatVal(v.Float())
		}
	case event.Bool:
		return cty.BoolVal(v.Bool())
	case event.Time:
		return cty.StringVal(string(appendTime(nil, v.Time())))
	}
	return missing
}

// same compares a result with HCL's. Arithmetic is rounded to float64.
func same(got, want cty.Value) bool {
	if got.IsNull() && want.IsNull() {
		return true
	}
	if got.IsNull() || want.IsNull() || got.Type() != cty.Number || want.Type() != cty.Number {
		return got.RawEquals(want)
	}
	a, _ := got.AsBigFloat().Float64()
	b, _ := want.AsBigFloat().Float64()
	return a == b || math.Abs(a-b) <= 4e-16*math.Max(math.Abs(a), math.Abs(b))
}

func showCty(v cty.Value) string {
	if v.IsNull() {
		return "no value"
	}
	if v.Type() == cty.Number {
		return v.AsBigFloat().Text('g', 30)
	}
	return fmt.Sprintf("%#v", v)
}
