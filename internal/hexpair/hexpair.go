// Package hexpair reads a byte that is written as two hexadecimal digits, as in
// the percent escapes of URLs.
package hexpair

// Decode gives the byte; ok is false where one of the two is no digit.
func Decode(high, low byte) (b byte, ok bool) {
	h, l := digit(high), digit(low)
	return h<<4 | l, h|l <= 15
}

// digit is the value of a hexadecimal digit, 255 for another byte.
func digit(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}
