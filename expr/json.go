package expr

import (
	"bytes"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/jsontext"
)

func isJSONNull(b []byte) bool { return string(bytes.TrimSpace(b)) == "null" }

// openJSON gives the plain value of an encoded string, number or bool. Null,
// objects and arrays have none.
func openJSON(ev *event.Event, b []byte) event.Value {
	b = bytes.TrimSpace(b)
	if len(b) == 0 {
		return event.Value{}
	}
	switch b[0] {
	case '"':
		if len(b) < 2 || b[len(b)-1] != '"' {
			return event.Value{}
		}
		b = b[1 : len(b)-1]
		if bytes.IndexByte(b, '\\') < 0 {
			return event.StringValue(b)
		}
		return event.StringValue(ev.Keep(jsontext.AppendUnescaped(ev.Scratch(), b)))
	case 't', 'f':
		return event.BoolValue(b[0] == 't')
	case 'n', '{', '[':
		return event.Value{}
	}
	n, ok := parseNumber(b)
	if !ok {
		return event.Value{}
	}
	return n.value()
}

// appendElement appends the text of an encoded string, number or bool.
func appendElement(dst, b []byte) ([]byte, bool) {
	b = bytes.TrimSpace(b)
	if len(b) > 1 && b[0] == '"' {
		return jsontext.AppendUnescaped(dst, b[1:len(b)-1]), true
	}
	if len(b) == 0 || b[0] == 'n' || b[0] == '{' || b[0] == '[' {
		return dst, false
	}
	return append(dst, b...), true
}

// jsonArray walks over the elements of an encoded array.
type jsonArray struct{ rest []byte }

// openArray reports whether b is an array.
func openArray(b []byte) (jsonArray, bool) {
	b = bytes.TrimSpace(b)
	if len(b) < 2 || b[0] != '[' || b[len(b)-1] != ']' {
		return jsonArray{}, false
	}
	return jsonArray{rest: bytes.TrimSpace(b[1 : len(b)-1])}, true
}

// next gives the next element's encoding.
func (a *jsonArray) next() ([]byte, bool) {
	if len(a.rest) == 0 {
		return nil, false
	}
	depth, quoted := 0, false
	for i := 0; i < len(a.rest); i++ {
		switch c := a.rest[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			depth--
		case c == ',' && depth == 0:
			element := a.rest[:i]
			a.rest = a.rest[i+1:]
			return element, true
		}
	}
	element := a.rest
	a.rest = nil
	return element, true
}
