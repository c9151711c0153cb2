package event

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
	"unicode/utf8"
)

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// isPlain reports whether b is ASCII without control characters and
// backslashes.
func isPlain(b []byte) bool {
	if len(b) < 8 {
		for _, c := range b {
			if c < 0x20 || c >= 0x80 || c == '\\' {
				return false
			}
		}
		return true
	}
	found := unusual(word(b[len(b)-8:])) // the loops below end before it, or in it
	for len(b) > 32 {
		found |= unusual(word(b)) | unusual(word(b[8:])) | (unusual(word(b[16:])) | unusual(word(b[24:])))
		if found&highs != 0 {
			return false
		}
		b = b[32:]
	}
	for len(b) > 8 {
		found |= unusual(word(b))
		b = b[8:]
	}
	return found&highs == 0
}

func word(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// unusual has a high bit when one of the eight bytes of w is not plain: is a
// control character, not ASCII, or a backslash. The zero-in-word test is
// Mycroft's (newsgroup comp.lang.c, 1987); a borrow from one byte to the next
// needs a byte that is special.
func unusual(w uint64) uint64 { return w | (w - lows*0x20) | (w ^ lows*'\\' - lows) }

// special is not 0 when one of the eight bytes of w is a quote or not plain.
// See isPlain: a borrow from one byte to the next needs a byte that is special.
func special(w uint64) uint64 {
	return (w | (w - lows*0x20) | (w ^ lows*'\\' - lows) | (w ^ lows*'"' - lows)) & highs
}

// AppendJSONString appends s to dst as a JSON string with its quotes. Invalid
// UTF-8 becomes U+FFFD.
func AppendJSONString(dst, s []byte) []byte {
	return appendQuoted(append(dst, '"'), s, false)
}

// appendQuoted appends the rest of a JSON string and the closing quote. plain
// says that only quotes may need an escape.
func appendQuoted(dst, s []byte, plain bool) []byte {
	if len(s) <= shortText {
		if out, ok := appendShort(room(dst, shortText+1), s); ok {
			return out
		}
	}
	return appendLong(dst, s, plain)
}

// appendLong is appendQuoted for a text that appendShort does not take.
func appendLong(dst, s []byte, plain bool) []byte {
	if plain || isPlain(s) {
		return appendPlain(dst, s)
	}
	return append(appendEscaped(dst, s), '"')
}

// shortText is the longest text that appendShort takes.
const shortText = 40

// appendShort copies a short text with a closing quote into the room behind dst,
// looking for what needs an escape on the way; then ok is false and nothing was
// appended. It saves the calls that find bytes and copy them, which are made for
// long texts.
func appendShort(dst, s []byte) (out []byte, ok bool) {
	end := len(dst) + len(s)
	out = dst[:end+1]
	out[end] = '"'
	to := out[len(dst):end]
	var found uint64
	switch {
	case len(s) >= 8:
		last := binary.LittleEndian.Uint64(s[len(s)-8:])
		found = special(last)
		binary.LittleEndian.PutUint64(to[len(to)-8:], last) // the loop below ends before it, or in it
		for len(s) > 8 && len(to) > 8 {
			w := binary.LittleEndian.Uint64(s)
			found |= special(w)
			binary.LittleEndian.PutUint64(to, w)
			s, to = s[8:], to[8:]
		}
	case len(s) >= 4:
		w := uint64(binary.LittleEndian.Uint32(s)) | uint64(binary.LittleEndian.Uint32(s[len(s)-4:]))<<32
		found = special(w)
		binary.LittleEndian.PutUint32(to, uint32(w))
		binary.LittleEndian.PutUint32(to[len(to)-4:], uint32(w>>32))
	default:
		w := uint64(lows * ' ')
		for i, c := range s {
			w = w<<8 | uint64(c)
			to[i] = c
		}
		found = special(w)
	}
	return out, found == 0
}

// pairs are the numbers from 00 to 99.
const pairs = "0001020304050607080910111213141516171819" +
	"2021222324252627282930313233343536373839" +
	"4041424344454647484950515253545556575859" +
	"6061626364656667686970717273747576777879" +
	"8081828384858687888990919293949596979899"

// powers are those of ten, but for the first: 0 has one digit.
var powers = [...]uint64{0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16}

// appendInt appends a number as strconv.AppendInt does, without its way round a
// buffer.
func appendInt(dst []byte, v int64) []byte {
	if v < 0 || v >= 1e16 {
		return strconv.AppendInt(dst, v, 10)
	}
	u := uint64(v)
	digits := bits.Len64(u) * 1233 >> 12 // times log 2: the digits, or one less
	if u >= powers[digits] {
		digits++
	}
	dst = room(dst, digits)
	at := len(dst) + digits
	dst = dst[:at]
	for u >= 10 {
		pair := u % 100 * 2
		u /= 100
		dst[at-1], dst[at-2] = pairs[pair+1], pairs[pair]
		at -= 2
	}
	if at > 0 && digits&1 == 1 {
		dst[at-1] = byte('0' + u)
	}
	return dst
}

// appendPlain appends the rest of a JSON string in which only quotes may need
// an escape, and the closing quote.
func appendPlain(dst, s []byte) []byte {
	for {
		i := bytes.IndexByte(s, '"')
		if i < 0 {
			dst = append(dst, s...)
			return append(dst, '"')
		}
		dst = append(dst, s[:i]...)
		dst = append(dst, '\\', '"')
		s = s[i+1:]
	}
}

func appendEscaped(dst, s []byte) []byte {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRune(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(append(dst, s[start:i]...), "\ufffd"...)
				start = i + 1
			}
			i += size
			continue
		}
		dst = appendEscape(append(dst, s[start:i]...), c)
		i++
		start = i
	}
	return append(dst, s[start:]...)
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}

// AppendJSONFloat appends a finite number as encoding/json writes it.
func AppendJSONFloat(dst []byte, f float64) []byte {
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	dst = strconv.AppendFloat(dst, f, format, -1, 64)
	if format == 'e' { // e-09 is e-9 in JSON's canonical form
		if n := len(dst); n >= 4 && dst[n-4] == 'e' && dst[n-3] == '-' && dst[n-2] == '0' {
			dst[n-2] = dst[n-1]
			dst = dst[:n-1]
		}
	}
	return dst
}

// appendValid appends line with each invalid byte replaced by U+FFFD.
func appendValid(dst, line []byte) []byte {
	for len(line) > 0 {
		r, size := utf8.DecodeRune(line)
		dst = utf8.AppendRune(dst, r)
		line = line[size:]
	}
	return dst
}
