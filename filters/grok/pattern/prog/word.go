package prog

import (
	"encoding/binary"
	"math/bits"
)

// Text is read eight bytes at a time where that is faster than to branch on
// each: how long a number or an address is no processor can guess. The tests
// of all bytes of a word are those of Hacker's Delight (Warren, 2nd edition,
// section 6-1) and of Mycroft (newsgroup comp.lang.c, 1987).
const (
	wordSize = 8

	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// notDigits has the highest bit set of each byte of w that is no digit.
func notDigits(w uint64) uint64 {
	x := w ^ '0'*lows
	return (x&^highs + (0x80-10)*lows | x) & highs
}

// atMostBlank has bits set if there are bytes up to ' ' in w, the lowest of
// them for the first of these.
func atMostBlank(w uint64) uint64 {
	return (w - (' '+1)*lows) &^ w & highs
}

// gather moves the highest bits of the bytes of w next to each other, that of
// the first byte lowest; the other bits must be 0.
func gather(w uint64) uint64 {
	const magic = 0x0002040810204081
	return w * magic >> 56
}

// digitsEnd returns the end of the digits from pos on.
func digitsEnd(text []byte, pos int) int {
	for pos >= 0 && pos <= len(text)-wordSize {
		if n := notDigits(binary.LittleEndian.Uint64(text[pos:])); n != 0 {
			return pos + bits.TrailingZeros64(n)/8
		}
		pos += wordSize
	}
	for pos < len(text) && text[pos]-'0' <= 9 {
		pos++
	}
	return pos
}

// lastIndexByte is bytes.LastIndexByte, which looks at one byte at a time.
func lastIndexByte(text []byte, b byte) int {
	end := len(text)
	for ; end >= wordSize; end -= wordSize {
		x := binary.LittleEndian.Uint64(text[end-wordSize:end]) ^ uint64(b)*lows
		if n := ^(x&^highs + lows*0x7f | x) & highs; n != 0 {
			return end - 1 - bits.LeadingZeros64(n)/8
		}
	}
	for end--; end >= 0 && text[end] != b; end-- {
	}
	return end
}

// asciiEnd returns how many ASCII bytes text begins with.
func asciiEnd(text []byte) int {
	i := 0
	for ; i <= len(text)-4*wordSize; i += 4 * wordSize {
		t := (*[4 * wordSize]byte)(text[i:])
		if (binary.LittleEndian.Uint64(t[:])|binary.LittleEndian.Uint64(t[8:])|
			binary.LittleEndian.Uint64(t[16:])|binary.LittleEndian.Uint64(t[24:]))&highs != 0 {
			break
		}
	}
	for ; i <= len(text)-wordSize; i += wordSize {
		if n := binary.LittleEndian.Uint64(text[i:]) & highs; n != 0 {
			return i + bits.TrailingZeros64(n)/8
		}
	}
	for i < len(text) && text[i] < 0x80 {
		i++
	}
	return i
}
