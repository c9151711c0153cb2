package expr

import (
	"strings"

	"github.com/naru-log/naru/event"
)

// name calls a node by its field, for messages.
func (c *compiler) name(n *node) string {
	if n.bare {
		return c.schema.Path(n.slot)
	}
	if n.konst != nil && !n.secret && n.konst.Kind() != event.JSON {
		text, _ := appendText(nil, *n.konst)
		if n.kind == event.String {
			return `"` + string(text) + `"`
		}
		return string(text)
	}
	return "this"
}

func describeKind(k event.Kind) string {
	switch k {
	case event.IP:
		return "an address"
	case event.Time:
		return "an instant"
	case event.JSON:
		return "an object"
	}
	return classOf(k).String()
}

func convertHint(a, b class) string {
	switch {
	case a == numberClass && b == textClass || a == textClass && b == numberClass:
		return "Write the number without quotes, or convert one side with tonumber(…) or tostring(…)."
	case a == boolClass || b == boolClass:
		return "Write true and false without quotes, and leave out the comparison where a condition stands by itself."
	}
	return ""
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
