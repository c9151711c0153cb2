package format

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Integer reads digits with a sign perhaps; false when there is something else,
// nothing, or more than 64 bits hold.
func Integer(b []byte) (int64, bool) {
	digits := b
	if len(b) > 0 && b[0] == '-' {
		digits = b[1:]
	}
	if len(digits) == 0 || len(digits) > maxDigits {
		return 0, false
	}
	n := int64(0)
	for _, c := range digits {
		if c-'0' > 9 {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if len(digits) < len(b) {
		n = -n
	}
	return n, true
}

// Scaled reads a decimal number and gives it in a unit, a power of ten, as an
// integer: digits beyond it are cut off. b has the shape Decimal.
func Scaled(b []byte, unit int64) int64 {
	if n, ok := Integer(b); ok {
		return n * unit
	}
	whole, frac, _ := bytes.Cut(b, []byte{'.'})
	n, _ := Integer(whole)
	rest := int64(0)
	for _, c := range frac {
		if unit == 1 {
			break
		}
		rest, unit = rest*10+int64(c-'0'), unit/10
		n *= 10
	}
	if b[0] == '-' {
		rest = -rest
	}
	return (n + rest) * unit
}

// Number64 reads a decimal number. b has the shape Decimal.
func Number64(b []byte) float64 {
	if i := bytes.IndexByte(b, '.'); len(b) <= 16 && b[0] != '-' { // an exact quotient is the nearest number
		n, scale := 0, 1
		for k, c := range b {
			if k == i {
				continue
			}
			n = n*10 + int(c-'0')
			if i >= 0 && k > i {
				scale *= 10
			}
		}
		return float64(n) / float64(scale)
	}
	v, _ := strconv.ParseFloat(string(b), 64) // the shape has no fault, and what is out of range becomes infinite
	return v
}

// Unescape appends b to dst with the server's escapes resolved. It reports false,
// with nothing appended, when there are none, or when what they stand for is not
// UTF-8: then the escapes are the better text.
func Unescape(dst, b []byte, e Escape) ([]byte, bool) {
	i := bytes.IndexByte(b, '\\')
	if i < 0 || e == NoEscape {
		return dst, false
	}
	if e == TomcatText { // it takes the bytes of a header for Latin-1
		if out, ok := unescape(dst, b, i, tomcatBytes); ok {
			return out, true
		}
	}
	return unescape(dst, b, i, e)
}

// unescape resolves escapes, of which the first is at i.
func unescape(dst, b []byte, i int, e Escape) ([]byte, bool) {
	start, changed := len(dst), false
	dst = append(dst, b[:i]...)
	for i < len(b) {
		n := 0
		if b[i] == '\\' {
			dst, n = appendEscape(dst, b[i:], e)
		}
		if n > 0 {
			changed = true
			i += n
			continue
		}
		dst = append(dst, b[i])
		i++
	}
	if !changed || !utf8.Valid(dst[start:]) {
		return dst[:start], false
	}
	return dst, true
}

// appendEscape resolves the escape at the beginning of b and gives its length, 0
// when it is none.
func appendEscape(dst, b []byte, e Escape) ([]byte, int) {
	if len(b) < 2 {
		return dst, 0
	}
	switch c := b[1]; {
	case c == 'x' && (e == ApacheText || e == NginxText):
		if v, ok := hex(b[2:], 2); ok {
			return append(dst, byte(v)), 4
		}
	case c == 'u' && e == tomcatBytes:
		if v, ok := hex(b[2:], 4); ok && v <= 0xff {
			return append(dst, byte(v)), 6
		}
		return appendUnicode(dst, b)
	case c == 'u' && (e == JSONText || e == TomcatText):
		return appendUnicode(dst, b)
	case e == NginxText:
	case c == '"' || c == '\\' || c == '/' && e == JSONText:
		return append(dst, c), 2
	default:
		if v, ok := control(c); ok {
			return append(dst, v), 2
		}
	}
	return dst, 0
}

func control(c byte) (byte, bool) {
	switch c {
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case 'v':
		return '\v', true
	}
	return 0, false
}

// appendUnicode resolves \uHHHH, two of them when they are a surrogate pair.
func appendUnicode(dst, b []byte) ([]byte, int) {
	v, ok := hex(b[2:], 4)
	if !ok {
		return dst, 0
	}
	if !utf16.IsSurrogate(v) {
		return utf8.AppendRune(dst, v), 6
	}
	if len(b) < 8 || b[6] != '\\' || b[7] != 'u' {
		return dst, 0
	}
	low, ok := hex(b[8:], 4)
	r := utf16.DecodeRune(v, low)
	if !ok || r == utf8.RuneError {
		return dst, 0
	}
	return utf8.AppendRune(dst, r), 12
}

// hex reads n hexadecimal digits.
func hex(b []byte, n int) (rune, bool) {
	if len(b) < n {
		return 0, false
	}
	v := rune(0)
	for _, c := range b[:n] {
		switch {
		case c-'0' <= 9:
			v = v<<4 | rune(c-'0')
		case (c|0x20)-'a' <= 5:
			v = v<<4 | rune((c|0x20)-'a'+10)
		default:
			return 0, false
		}
	}
	return v, true
}
