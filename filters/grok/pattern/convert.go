package pattern

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
	"unsafe"
)

// ErrConversion says that a text is no value of the type asked for.
var ErrConversion = errors.New("not convertible")

func conversionError(t Type, text []byte) error {
	return fmt.Errorf("convert %q to %s: %w", bytes.ToValidUTF8(text, []byte("?")), t, ErrConversion)
}

// ParseInt converts text as Java's Integer.parseInt does: a sign and decimal
// digits of any script, without spaces, within 32 bits.
func ParseInt(text []byte) (int32, error) {
	n, ok := parseInteger(text, math.MaxInt32)
	if !ok {
		return 0, conversionError(Int, text)
	}
	return int32(n), nil
}

// ParseLong converts text as Java's Long.parseLong does.
func ParseLong(text []byte) (int64, error) {
	n, ok := parseInteger(text, math.MaxInt64)
	if !ok {
		return 0, conversionError(Long, text)
	}
	return n, nil
}

func parseInteger(text []byte, most uint64) (int64, bool) {
	if n, ok := parseDigits(text); ok && n <= most {
		return int64(n), true
	}
	i, neg := 0, false
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		neg = text[0] == '-'
		i = 1
	}
	if neg {
		most++
	}
	if i == len(text) {
		return 0, false
	}
	var n uint64
	for i < len(text) {
		d := uint64(text[i] - '0')
		size := 1
		if d > 9 {
			var v int
			if v, size = digitValue(text[i:]); v < 0 {
				return 0, false
			}
			d = uint64(v)
		}
		i += size
		if n > (most-d)/10 {
			return 0, false
		}
		n = n*10 + d
	}
	if neg {
		return -int64(n), true
	}
	return int64(n), true
}

// parseDigits reads what nearly all integers are: so few ASCII digits that they
// cannot overflow, and nothing else.
func parseDigits(text []byte) (n uint64, ok bool) {
	const few = 18
	for _, c := range text {
		d := c - '0'
		if d > 9 {
			return 0, false
		}
		n = n*10 + uint64(d)
	}
	return n, 0 < len(text) && len(text) <= few
}

// digitValue returns the value of a decimal digit of any script, -1 if the
// text begins with none. Digits of a script are consecutive.
func digitValue(text []byte) (value, size int) {
	r, n := utf8.DecodeRune(text)
	if r < utf8.RuneSelf {
		return -1, n
	}
	for _, zero := range decimalZeros {
		if r >= zero && r < zero+10 {
			return int(r - zero), n
		}
	}
	return -1, n
}

// decimalZeros are the digits zero of the scripts in the basic plane.
var decimalZeros = [...]rune{
	0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
	0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50,
	0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
}

// ParseFloat converts text as Java's Float.parseFloat does: decimal or
// hexadecimal, with an exponent, a suffix f or d, NaN or Infinity, blanks
// around it. A number out of range becomes an infinity.
func ParseFloat(text []byte) (float32, error) {
	f, ok := parseFloating(text, 32)
	if !ok {
		return 0, conversionError(Float, text)
	}
	return float32(f), nil
}

// ParseDouble converts text as Java's Double.parseDouble does.
func ParseDouble(text []byte) (float64, error) {
	f, ok := parseFloating(text, 64)
	if !ok {
		return 0, conversionError(Double, text)
	}
	return f, nil
}

func parseFloating(text []byte, bits int) (float64, bool) {
	for len(text) > 0 && text[0] <= ' ' {
		text = text[1:]
	}
	for len(text) > 0 && text[len(text)-1] <= ' ' {
		text = text[:len(text)-1]
	}
	body := text
	if len(body) > 0 && (body[0] == '-' || body[0] == '+') {
		body = body[1:]
	}
	switch string(body) {
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		if text[0] == '-' {
			return math.Inf(-1), true
		}
		return math.Inf(1), true
	}
	hex := len(body) > 2 && body[0] == '0' && body[1]|0x20 == 'x'
	if len(body) == 0 || !javaNumber(body, hex) {
		return 0, false
	}
	if c := text[len(text)-1] | 0x20; c == 'f' || c == 'd' {
		text = text[:len(text)-1]
	}
	// ParseFloat does not keep the string: it may share the bytes of text.
	f, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(text), len(text)), bits)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, false
	}
	return f, true
}

// javaNumber checks the syntax of an unsigned number, which Go reads more
// liberally: digits, a point, an exponent (which hexadecimal must have) and
// a suffix.
func javaNumber(s []byte, hex bool) bool {
	if hex {
		s = s[2:]
	}
	digits, i := 0, 0
	isDigit := func(c byte) bool {
		return '0' <= c && c <= '9' || hex && 'a' <= c|0x20 && c|0x20 <= 'f'
	}
	for point := false; i < len(s); i++ {
		if s[i] == '.' && !point {
			point = true
		} else if isDigit(s[i]) {
			digits++
		} else {
			break
		}
	}
	if digits == 0 {
		return false
	}
	mark := byte('e')
	if hex {
		mark = 'p'
	}
	if i < len(s) && s[i]|0x20 == mark {
		i++
		if i < len(s) && (s[i] == '-' || s[i] == '+') {
			i++
		}
		first := i
		for i < len(s) && '0' <= s[i] && s[i] <= '9' {
			i++
		}
		if i == first {
			return false
		}
	} else if hex {
		return false
	}
	if i < len(s) && (s[i]|0x20 == 'f' || s[i]|0x20 == 'd') {
		i++
	}
	return i == len(s)
}

// ParseBoolean is true for "true" in any case and false for anything else, as
// Java's Boolean.parseBoolean is.
func ParseBoolean(text []byte) bool {
	return len(text) == 4 && text[0]|0x20 == 't' && text[1]|0x20 == 'r' && text[2]|0x20 == 'u' && text[3]|0x20 == 'e'
}
