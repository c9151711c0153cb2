package difftest

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// outcome is what an engine made of a pattern and a line, in terms that both
// engines share.
type outcome struct {
	kind     kind
	captures []capture // when matched
	message  string    // when refused
}

type kind string

const (
	matched    kind = "match"
	mismatched kind = "no match"
	compile    kind = "compile error"
	conversion kind = "conversion error"
	timeout    kind = "timeout"
	internal   kind = "internal error"
	panicked   kind = "panic"
)

// capture is a name and its values: string, int32, int64, float32, float64 or
// bool, one for a scalar and several for a list.
type capture struct {
	name   string
	values []any
}

func (o outcome) String() string {
	if o.kind != matched {
		return string(o.kind)
	}
	var b strings.Builder
	b.WriteString("match {")
	for i, c := range o.captures {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s:", c.name)
		for _, v := range c.values {
			if s, ok := v.(string); ok {
				fmt.Fprintf(&b, " %q", s)
			} else {
				fmt.Fprintf(&b, " %T(%v)", v, v)
			}
		}
	}
	b.WriteString("}")
	return b.String()
}

// equal compares names with their values, and the order of the values of one
// name. The names have no order: they become fields of a document.
func (o outcome) equal(p outcome) bool {
	if o.kind != p.kind || len(o.captures) != len(p.captures) {
		return false
	}
	theirs := make(map[string][]any, len(p.captures))
	for _, c := range p.captures {
		theirs[c.name] = c.values
	}
	for _, c := range o.captures {
		values, ok := theirs[c.name]
		if !ok || !slices.EqualFunc(c.values, values, sameValue) {
			return false
		}
	}
	return true
}

// sameValue is == but for NaN, which equals itself here.
func sameValue(a, b any) bool {
	switch a := a.(type) {
	case float32:
		b, ok := b.(float32)
		return ok && (a == b || math.IsNaN(float64(a)) && math.IsNaN(float64(b)))
	case float64:
		b, ok := b.(float64)
		return ok && (a == b || math.IsNaN(a) && math.IsNaN(b))
	}
	return a == b
}
