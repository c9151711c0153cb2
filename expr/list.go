package expr

import (
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/naru-log/naru/event"
)

// CompileList is Compile for an expression that is a list made of fields, as
// [source.ip, destination.ip]: it gives a program for each element. ok is false
// for any other expression, also for a list of constants.
func (e Expression) CompileList(s *event.Schema) (elements []*Program, ok bool, err error) {
	c, root, err := e.compiler(s)
	if err != nil {
		return nil, false, err
	}
	list, ok := unwrap(root).(*hclsyntax.TupleConsExpr)
	if !ok || c.isConstant(list) {
		return nil, false, nil
	}
	for _, one := range list.Exprs {
		c.reads = nil // each element has its own
		n := c.compile(one)
		if n.konst != nil && n.konst.Kind() == event.JSON {
			c.errorf(n.at, "Not an element", "The elements of a list are texts, numbers, true or false.")
		}
		elements = append(elements, c.program(n))
	}
	if c.diags.HasErrors() {
		return nil, true, &Error{Diagnostics: c.diags}
	}
	return elements, true, nil
}

func unwrap(e hclsyntax.Expression) hclsyntax.Expression {
	for {
		p, ok := e.(*hclsyntax.ParenthesesExpr)
		if !ok {
			return e
		}
		e = p.Expression
	}
}
