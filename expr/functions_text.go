package expr

import (
	"bytes"
	"regexp"
	"unicode"
	"unicode/utf8"

	"github.com/apparentlymart/go-textseg/v17/textseg"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/naru-log/naru/event"
)

type compileFunc = func(*compiler, *hclsyntax.FunctionCallExpr, []*node) *node

// texts checks that all arguments can be text.
func (c *compiler) texts(args ...*node) {
	for _, arg := range args {
		c.wantText(arg)
	}
}

// textPredicate makes a function of two texts that is true or false; it is
// false when one of them has no value.
func textPredicate(f func(text, part []byte) bool) compileFunc {
	return func(c *compiler, call *hclsyntax.FunctionCallExpr, args []*node) *node {
		c.texts(args...)
		x, y := args[0].operand(), args[1].operand()
		if args[1].konst != nil {
			part, _ := toText(c.blank, *args[1].konst)
			part = bytes.Clone(part)
			return c.folded(boolean(call.Range(), func(ev *event.Event) bool {
				text, ok := toText(ev, x(ev))
				return ok && f(text, part)
			}), args...)
		}
		return c.folded(boolean(call.Range(), func(ev *event.Event) bool {
			text, ok1 := toText(ev, x(ev))
			part, ok2 := toText(ev, y(ev))
			return ok1 && ok2 && f(text, part)
		}), args...)
	}
}

func startsWith(text, start []byte) bool { return bytes.HasPrefix(text, start) }
func endsWith(text, end []byte) bool     { return bytes.HasSuffix(text, end) }
func strContains(text, part []byte) bool { return bytes.Contains(text, part) }

// textFunction makes a function from text to text. f may return its argument,
// a part of it, or what it keeps in the event.
func textFunction(f func(ev *event.Event, text []byte) []byte) compileFunc {
	return func(c *compiler, call *hclsyntax.FunctionCallExpr, args []*node) *node {
		c.texts(args[0])
		x := args[0].operand()
		return c.folded(computed(call.Range(), event.String, func(ev *event.Event) event.Value {
			text, ok := toText(ev, x(ev))
			if !ok {
				return event.Value{}
			}
			return event.StringValue(f(ev, text))
		}), args...)
	}
}

// textCut makes a function that cuts something off a text.
func textCut(f func(text, part []byte) []byte) compileFunc {
	return func(c *compiler, call *hclsyntax.FunctionCallExpr, args []*node) *node {
		c.texts(args...)
		x, y := args[0].operand(), args[1].operand()
		return c.folded(computed(call.Range(), event.String, func(ev *event.Event) event.Value {
			text, ok1 := toText(ev, x(ev))
			part, ok2 := toText(ev, y(ev))
			if !ok1 || !ok2 {
				return event.Value{}
			}
			return event.StringValue(f(text, part))
		}), args...)
	}
}

func trimPrefix(text, start []byte) []byte { return bytes.TrimPrefix(text, start) }
func trimSuffix(text, end []byte) []byte   { return bytes.TrimSuffix(text, end) }

func trimSpace(_ *event.Event, text []byte) []byte { return bytes.TrimSpace(text) }

func lower(ev *event.Event, text []byte) []byte {
	return mapText(ev, text, unicode.ToLower, 'A', 'Z')
}

func upper(ev *event.Event, text []byte) []byte {
	return mapText(ev, text, unicode.ToUpper, 'a', 'z')
}

// mapText maps each letter. Text that is ASCII without letters from first to
// last is returned as it is.
func mapText(ev *event.Event, text []byte, f func(rune) rune, first, last byte) []byte {
	i := 0
	for i < len(text) && text[i] < utf8.RuneSelf && (text[i] < first || text[i] > last) {
		i++
	}
	if i == len(text) {
		return text
	}
	out := append(ev.Scratch(), text[:i]...)
	for i < len(text) {
		r, size := utf8.DecodeRune(text[i:])
		out = utf8.AppendRune(out, f(r))
		i += size
	}
	return ev.Keep(out)
}

func compileToString(c *compiler, call *hclsyntax.FunctionCallExpr, args []*node) *node {
	c.texts(args[0])
	x := args[0].operand()
	return c.folded(computed(call.Range(), event.String, func(ev *event.Event) event.Value {
		return textValue(ev, x(ev))
	}), args...)
}

// compileMatches takes the regular expressions of Go's regexp, which run in
// time proportional to the text.
func compileMatches(c *compiler, call *hclsyntax.FunctionCallExpr, args []*node) *node {
	c.texts(args[0])
	pattern, ok := c.constantText(args[1], "A regular expression")
	if !ok {
		return &node{at: call.Range(), kind: event.Bool, test: func(*event.Event) bool { return false }}
	}
	re, err := regexp.Compile(pattern)
	if err != nil && args[1].secret {
		return c.errorf(args[1].at, "Invalid regular expression", "The text is not a regular expression.")
	}
	if err != nil {
		return c.errorf(args[1].at, "Invalid regular expression", "%s. The syntax is RE2's: https://github.com/google/re2/wiki/Syntax", sentence(err))
	}
	x := args[0].operand()
	return c.folded(boolean(call.Range(), func(ev *event.Event) bool {
		text, ok := toText(ev, x(ev))
		return ok && re.Match(text)
	}), args...)
}

func compileReplace(c *compiler, call *hclsyntax.FunctionCallExpr, args []*node) *node {
	c.texts(args...)
	x, y, z := args[0].operand(), args[1].operand(), args[2].operand()
	return c.folded(computed(call.Range(), event.String, func(ev *event.Event) event.Value {
		text, ok1 := toText(ev, x(ev))
		old, ok2 := toText(ev, y(ev))
		with, ok3 := toText(ev, z(ev))
		if !ok1 || !ok2 || !ok3 {
			return event.Value{}
		}
		if len(old) > 0 && !bytes.Contains(text, old) {
			return event.StringValue(text)
		}
		return event.StringValue(ev.Keep(appendReplaced(ev.Scratch(), text, old, with)))
	}), args...)
}

// appendReplaced replaces every old; an empty one stands before each character
// and at the end.
func appendReplaced(dst, text, old, with []byte) []byte {
	if len(old) == 0 {
		for len(text) > 0 {
			_, size := utf8.DecodeRune(text)
			dst = append(append(dst, with...), text[:size]...)
			text = text[size:]
		}
		return append(dst, with...)
	}
	for {
		i := bytes.Index(text, old)
		if i < 0 {
			return append(dst, text...)
		}
		dst = append(append(dst, text[:i]...), with...)
		text = text[i+len(old):]
	}
}

// compileSubstr counts characters as HCL does, by what a reader takes for one.
func compileSubstr(c *compiler, call *hclsyntax.FunctionCallExpr, args []*node) *node {
	c.texts(args[0])
	c.wantNumber(args[1], event.Int)
	c.wantNumber(args[2], event.Int)
	x, y, z := args[0].operand(), args[1].operand(), args[2].operand()
	return c.folded(computed(call.Range(), event.String, func(ev *event.Event) event.Value {
		text, ok1 := toText(ev, x(ev))
		offset, ok2 := toIndex(y(ev))
		length, ok3 := toIndex(z(ev))
		if !ok1 || !ok2 || !ok3 {
			return event.Value{}
		}
		return event.StringValue(substr(text, offset, length))
	}), args...)
}

func toIndex(v event.Value) (int, bool) {
	n, ok := toNumber(v)
	if ok && !n.whole {
		whole := rounded(n.f)
		ok, n = whole.whole && float64(whole.i) == n.f, whole
	}
	return int(n.i), ok
}

// substr gives length characters from offset, which counts from the end when it
// is negative; a negative length means the rest.
func substr(text []byte, offset, length int) []byte {
	if offset < 0 {
		offset = max(0, offset+countCharacters(text))
	}
	text = text[skipCharacters(text, offset):]
	if length < 0 {
		return text
	}
	return text[:skipCharacters(text, length)]
}

// oneByteEach reports whether every byte is a character by itself.
func oneByteEach(text []byte) bool {
	for _, b := range text {
		if b >= utf8.RuneSelf || b == '\r' {
			return false
		}
	}
	return true
}

func countCharacters(text []byte) int {
	if oneByteEach(text) {
		return len(text)
	}
	n := 0
	for len(text) > 0 {
		text = text[character(text):]
		n++
	}
	return n
}

// skipCharacters gives the size of the first n characters in bytes.
func skipCharacters(text []byte, n int) int {
	if oneByteEach(text[:min(len(text), n)]) && (n >= len(text) || oneByteEach(text[n:n+1])) {
		return min(len(text), n)
	}
	at := 0
	for ; n > 0 && at < len(text); n-- {
		at += character(text[at:])
	}
	return at
}

// character is the size of the first grapheme cluster.
func character(text []byte) int {
	size, _, err := textseg.ScanGraphemeClusters(text, true)
	if err != nil || size <= 0 {
		return len(text)
	}
	return size
}
