package expr

import (
	"math"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/naru-log/naru/event"
)

func absolute(n number) number {
	if n.float() < 0 {
		return negate(n)
	}
	return n
}

func floor(n number) number { return towards(n, math.Floor) }
func ceil(n number) number  { return towards(n, math.Ceil) }

// round goes to the nearest whole number, halves away from zero.
func round(n number) number { return towards(n, math.Round) }

func towards(n number, f func(float64) float64) number {
	if n.whole {
		return n
	}
	return rounded(f(n.f))
}

func numberFunction(f func(number) number) func(*compiler, *hclsyntax.FunctionCallExpr, []*node) *node {
	return func(c *compiler, call *hclsyntax.FunctionCallExpr, args []*node) *node {
		c.wantNumber(args[0], event.Int)
		return c.numeric(args[0], numberKind(args[0].kind), call.Range(), func(n number) (number, bool) { return f(n), true })
	}
}

func compileToNumber(c *compiler, call *hclsyntax.FunctionCallExpr, args []*node) *node {
	c.wantNumber(args[0], event.Int)
	return c.numeric(args[0], numberKind(args[0].kind), call.Range(), func(n number) (number, bool) { return n, true })
}
