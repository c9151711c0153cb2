package expr

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/naru-log/naru/event"
)

// maxParts is how many parts of a template are joined at once: their values
// wait on the stack, since a part may need the event's scratch memory itself.
const maxParts = 8

// template compiles "a ${b} c". It has no value when a part has none.
func (c *compiler) template(e *hclsyntax.TemplateExpr) *node {
	parts := make([]*node, len(e.Parts))
	for i, part := range e.Parts {
		parts[i] = c.compile(part)
		c.wantText(parts[i])
	}
	return c.join(parts, e.Range())
}

func (c *compiler) join(parts []*node, at hcl.Range) *node {
	for len(parts) > maxParts {
		var groups []*node
		for len(parts) > 0 {
			n := min(maxParts, len(parts))
			groups = append(groups, c.join(parts[:n], at))
			parts = parts[n:]
		}
		parts = groups
	}
	evals := make([]func(*event.Event) event.Value, len(parts))
	for i, part := range parts {
		evals[i] = part.operand()
	}
	return c.folded(computed(at, event.String, func(ev *event.Event) event.Value {
		var values [maxParts]event.Value
		for i, eval := range evals {
			values[i] = eval(ev)
		}
		text := ev.Scratch()
		ok := true
		for _, v := range values[:len(evals)] {
			if text, ok = appendText(text, v); !ok {
				return event.Value{}
			}
		}
		return event.StringValue(ev.Keep(text))
	}), parts...)
}

// wantText reports a node that can never be text.
func (c *compiler) wantText(n *node) {
	switch k := classOf(n.kind); {
	case n.null:
		c.errorf(n.at, "Not a text", "null has no text.")
	case k == listClass || k == otherClass || n.konst != nil && n.kind == event.JSON:
		c.errorf(n.at, "Not a text", "A text is needed here, but %s is %s.", c.name(n), describeKind(n.kind))
	}
}
