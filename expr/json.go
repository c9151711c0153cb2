package expr

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/naru-log/naru/event"
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
		return event.StringValue(ev.Keep(appendUnescaped(ev.Scratch(), b)))
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

// appendUnescaped appends the text of a JSON string without its quotes.
func appendUnescaped(dst, s []byte) []byte {
	for len(s) > 0 {
		i := bytes.IndexByte(s, '\\')
		if i < 0 || i+1 >= len(s) {
			return append(dst, s...)
		}
		dst = append(dst, s[:i]...)
		c := s[i+1]
		s = s[i+2:]
		switch c {
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'u':
			var r rune
			r, s = unicodeEscape(s)
			dst = utf8.AppendRune(dst, r)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// unicodeEscape reads what follows \u, a surrogate pair included, and gives the
// rest.
func unicodeEscape(s []byte) (rune, []byte) {
	hi, ok := hex4(s)
	if !ok {
		return utf8.RuneError, s
	}
	s = s[4:]
	if !utf16.IsSurrogate(hi) {
		return hi, s
	}
	if len(s) >= 6 && s[0] == '\\' && s[1] == 'u' {
		if lo, ok := hex4(s[2:]); ok {
			if r := utf16.DecodeRune(hi, lo); r != utf8.RuneError {
				return r, s[6:]
			}
		}
	}
	return utf8.RuneError, s
}

func hex4(s []byte) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	var digits [4]byte
	copy(digits[:], s)
	n, err := strconv.ParseUint(string(digits[:]), 16, 16)
	return rune(n), err == nil
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
