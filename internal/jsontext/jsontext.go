// Package jsontext undoes the escapes of JSON strings (RFC 8259, section 7).
package jsontext

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// AppendUnescaped appends the text of a JSON string, given without its quotes.
// Half a surrogate pair and a broken \u become U+FFFD; a backslash before
// anything else that JSON does not know, or at the end, does no harm.
func AppendUnescaped(dst, s []byte) []byte {
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
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'u':
			var r rune
			r, s = character(s)
			dst = utf8.AppendRune(dst, r)
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

// character reads what follows \u, a surrogate pair included, and gives the
// rest.
func character(s []byte) (rune, []byte) {
	high, ok := Hex4(s)
	if !ok {
		return utf8.RuneError, s
	}
	s = s[4:]
	if !utf16.IsSurrogate(high) {
		return high, s
	}
	if len(s) >= 6 && s[0] == '\\' && s[1] == 'u' {
		if low, ok := Hex4(s[2:]); ok {
			if r := utf16.DecodeRune(high, low); r != utf8.RuneError {
				return r, s[6:]
			}
		}
	}
	return utf8.RuneError, s
}

// Hex4 reads the four hexadecimal digits that s begins with.
func Hex4(s []byte) (r rune, ok bool) {
	if len(s) < 4 {
		return 0, false
	}
	for _, c := range s[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
