package prog

import (
	"encoding/binary"
	"math/bits"
	"strconv"
	"sync"
)

// shortcut is a scanner written by hand for the most common texts of a part.
// It is used only in front of an automaton that was shown, by walking it over
// everything the scanner can accept, to say the same.
type shortcut uint8

const (
	noShortcut shortcut = iota
	dottedQuad          // 192.0.2.1
	httpDate            // 26/Apr/2018:00:00:00 +0900
)

// takeShortcut chooses a scanner for the automaton, if one fits.
func (a *automaton) takeShortcut(follow *byteSet) {
	for _, s := range []struct {
		kind  shortcut
		parts [][]string
	}{{dottedQuad, quadParts()}, {httpDate, dateParts()}} {
		p := proof{a, s.parts, follow, make(map[place]bool)}
		for prev, row := range a.start {
			if a.knows(int(row), s.parts) && p.holds(place{0, int(row)}) {
				a.shortcut, a.follow = s.kind, follow
				a.shortPrev[prev] = true
			}
		}
		if a.shortcut != noShortcut {
			return
		}
	}
}

// knows tries the first text of all, which tells nearly every automaton that
// is for something else.
func (a *automaton) knows(row int, parts [][]string) bool {
	for _, part := range parts {
		var ok bool
		if row, ok = a.walk(row, part[0]); !ok {
			return false
		}
	}
	return true
}

// proof walks an automaton over all texts made of one string of each part, to
// see whether it finds each of them to end exactly there for every byte that
// can follow.
type proof struct {
	a      *automaton
	parts  [][]string
	follow *byteSet
	known  map[place]bool
}

// place is a row before a part.
type place struct{ part, row int }

// holds reports whether the automaton does that for the texts from a place on.
func (p *proof) holds(at place) bool {
	if at.part == len(p.parts) {
		return p.ends(at.row)
	}
	ok, known := p.known[at]
	if known {
		return ok
	}
	ok = true
	last := -1 // neighbours mostly lead to the same row
	for _, s := range p.parts[at.part] {
		to, alive := p.a.walk(at.row, s)
		if !alive || to != last && !p.holds(place{at.part + 1, to}) {
			ok = false
			break
		}
		last = to
	}
	p.known[at] = ok
	return ok
}

// ends reports whether a row says for every byte that can follow that the
// text ends.
func (p *proof) ends(row int) bool {
	for b, ok := range p.follow {
		class := p.a.end
		if b != endOfText {
			class = p.a.class[b]
		}
		if ok && p.a.trans[row+int(class)] != rowEnd {
			return false
		}
	}
	return true
}

func (a *automaton) walk(row int, s string) (to int, ok bool) {
	for i := range len(s) {
		if row = int(a.trans[row+int(a.class[s[i]])]); row >= rowEnd {
			return 0, false
		}
	}
	return row, true
}

func numbers(from, to, width int) []string {
	var out []string
	for n := from; n <= to; n++ {
		s := strconv.Itoa(n)
		for len(s) < width {
			s = "0" + s
		}
		out = append(out, s)
	}
	return out
}

var quadParts = sync.OnceValue(func() [][]string {
	octet := append(append(numbers(0, 9, 1), numbers(0, 99, 2)...), numbers(0, 255, 3)...)
	dot := []string{"."}
	return [][]string{octet, dot, octet, dot, octet, dot, octet}
})

const monthNames = "JanFebMarAprMayJunJulAugSepOctNovDec"

var dateParts = sync.OnceValue(func() [][]string {
	var months []string
	for i := 0; i < len(monthNames); i += 3 {
		months = append(months, monthNames[i:i+3])
	}
	digit := numbers(0, 9, 1)
	colon, slash := []string{":"}, []string{"/"}
	sixty := numbers(0, 59, 2)
	return [][]string{numbers(1, 31, 2), slash, months, slash, digit, digit, digit, digit, colon,
		numbers(0, 23, 2), colon, sixty, colon, sixty, {" "}, {"+", "-"}, digit, digit, digit, digit}
})

// short runs the shortcut of the automaton and returns the end, or -1 if the
// text is none of those that it knows.
func (a *automaton) short(text []byte, pos int) int {
	prev := a.end
	if pos > 0 {
		prev = a.class[text[pos-1]]
	}
	if !a.shortPrev[prev] {
		return -1
	}
	end := -1
	if a.shortcut == dottedQuad {
		end = scanQuad(text, pos)
	} else {
		end = scanDate(text, pos)
	}
	if end < 0 || !a.follow.at(text, end) {
		return -1
	}
	return end
}

// scanQuad returns the end of four numbers of up to three digits, at most
// 255, or -1 if there are none or if the end of the text is near. How long the
// numbers are nobody can guess, so it does not branch on that.
func scanQuad(text []byte, pos int) int {
	const window = 2 * wordSize // the longest address and one byte more
	if pos < 0 || pos > len(text)-window {
		return -1
	}
	t := (*[window]byte)(text[pos:])
	stops := 1<<window | gather(notDigits(binary.LittleEndian.Uint64(t[:])))
	stops |= gather(notDigits(binary.LittleEndian.Uint64(t[wordSize:]))) << wordSize
	const most = '2'<<16 | '5'<<8 | '5' // three digits sort as their number does
	start, stop, wrong, bad := 0, 0, byte(0), 0
	for octet := range 4 {
		stop = bits.TrailingZeros64(stops)
		stops &= stops - 1
		digits := binary.BigEndian.Uint32(t[min(uint(start), window-4):]) >> 8
		length := stop - start
		bad |= (length - 1) | (3 - length) | (most-int(digits))&(2-length)
		if octet < 3 {
			wrong |= t[stop%window] ^ '.'
		}
		start = stop + 1
	}
	if bad < 0 || wrong != 0 {
		return -1
	}
	return pos + stop
}

// dateLength is the length of 26/Apr/2018:00:00:00 +0900.
const dateLength = 26

// The form of a date in words: that from the first byte on, from the ninth,
// from the seventeenth and the last. Marks are where the bytes of forms have
// to be, digits are where digits have to be.
const (
	dateForm0, dateMarks0, dateDigits0 = '/'<<16 | '/'<<48, 0xff<<16 | 0xff<<48, 0x80<<0 | 0x80<<8 | 0x80<<56
	dateForm1, dateMarks1, dateDigits1 = ':'<<24 | ':'<<48, 0xff<<24 | 0xff<<48, 0x80<<0 | 0x80<<8 | 0x80<<16 | 0x80<<32 | 0x80<<40 | 0x80<<56
	dateForm2, dateMarks2, dateDigits2 = ':'<<8 | ' '<<32, 0xff<<8 | 0xff<<32, 0x80<<0 | 0x80<<16 | 0x80<<24 | 0x80<<48 | 0x80<<56
	dateDigits3                        = 0x80<<48 | 0x80<<56
)

// scanDate returns the end of a date of this form, or -1.
func scanDate(text []byte, pos int) int {
	if pos < 0 || pos > len(text)-dateLength {
		return -1
	}
	t := (*[dateLength]byte)(text[pos:])
	a, b := binary.LittleEndian.Uint64(t[:]), binary.LittleEndian.Uint64(t[8:])
	c, d := binary.LittleEndian.Uint64(t[16:]), binary.LittleEndian.Uint64(t[dateLength-wordSize:])
	wrong := (a^dateForm0)&dateMarks0 | (b^dateForm1)&dateMarks1 | (c^dateForm2)&dateMarks2
	wrong |= notDigits(a)&dateDigits0 | notDigits(b)&dateDigits1 | notDigits(c)&dateDigits2 | notDigits(d)&dateDigits3
	if wrong != 0 || t[21] != '+' && t[21] != '-' || !isMonth(t[3], t[4], t[5]) {
		return -1
	}
	if two(t[0], t[1])-1 > 30 || two(t[12], t[13]) > 23 || two(t[15], t[16]) > 59 || two(t[18], t[19]) > 59 {
		return -1
	}
	return pos + dateLength
}

// two returns the number of two digits.
func two(tens, ones byte) uint { return uint(tens-'0')*10 + uint(ones-'0') }

// isMonth reports whether three letters are the name of a month.
func isMonth(a, b, c byte) bool {
	switch uint32(a)<<16 | uint32(b)<<8 | uint32(c) {
	case 'J'<<16 | 'a'<<8 | 'n', 'F'<<16 | 'e'<<8 | 'b', 'M'<<16 | 'a'<<8 | 'r', 'A'<<16 | 'p'<<8 | 'r',
		'M'<<16 | 'a'<<8 | 'y', 'J'<<16 | 'u'<<8 | 'n', 'J'<<16 | 'u'<<8 | 'l', 'A'<<16 | 'u'<<8 | 'g',
		'S'<<16 | 'e'<<8 | 'p', 'O'<<16 | 'c'<<8 | 't', 'N'<<16 | 'o'<<8 | 'v', 'D'<<16 | 'e'<<8 | 'c':
		return true
	}
	return false
}
