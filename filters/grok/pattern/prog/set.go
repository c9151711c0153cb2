package prog

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf8"

	"github.com/naru-log/naru/filters/grok/pattern/syntax"
)

// What a charSet knows about a first byte.
const (
	no     = iota // no member begins with it
	yes           // every character that begins with it is a member
	decode        // some are: decode the character and look
)

// charSet is a set of characters made for looking at bytes. An invalid byte
// counts as the character U+FFFD.
type charSet struct {
	tab    [256]uint8
	mixed  bool // tab has decode in it
	digits bool // it is that of the ASCII digits
	graph  bool // all from '!' on are in it
	hole   int  // the only byte that is not in it, -1 if there are more
	set    *syntax.Set
}

func newCharSet(s *syntax.Set) *charSet {
	c := &charSet{set: s, hole: -1, digits: slices.Equal(s.R, []rune{'0', '9'})}
	for b := range rune(0x80) {
		if s.Has(b) {
			c.tab[b] = yes
		}
	}
	all, none := s.NonASCII()
	if none {
		return c
	}
	for b := 0x80; b < 0x100; b++ {
		c.tab[b] = yes
		if !all {
			c.tab[b] = decode
			c.mixed = true
		}
	}
	c.graph = all && !slices.Contains(c.tab['!':], no)
	if out := s.Negate(); all && len(out.R) == 2 && out.R[0] == out.R[1] {
		c.hole = int(out.R[0])
	}
	return c
}

// step returns the position after the character at pos, or -1 if that is no
// member or pos is at the end.
func (c *charSet) step(text []byte, pos int) int {
	if pos >= len(text) {
		return -1
	}
	b := text[pos]
	if b < utf8.RuneSelf {
		if c.tab[b] == yes {
			return pos + 1
		}
		return -1
	}
	if c.tab[b] == no {
		return -1
	}
	r, n := utf8.DecodeRune(text[pos:])
	if c.tab[b] == decode && !c.set.Has(r) {
		return -1
	}
	return pos + n
}

// ascii reports whether all members are ASCII.
func (c *charSet) ascii() bool { return c.tab[utf8.RuneSelf] == no }

// run returns the end of the longest run of members from pos on.
func (c *charSet) run(text []byte, pos int) int {
	if c.hole >= 0 {
		if i := bytes.IndexByte(text[pos:], byte(c.hole)); i >= 0 {
			return pos + i
		}
		return len(text)
	}
	for {
		pos = c.span(text, pos)
		if !c.mixed || pos >= len(text) || c.tab[text[pos]] != decode {
			return pos
		}
		next := c.step(text, pos)
		if next < 0 {
			return pos
		}
		pos = next
	}
}

// span returns the end of the longest run of bytes from pos on that members
// begin with, all of them.
func (c *charSet) span(text []byte, pos int) int {
	switch {
	case c.digits:
		return digitsEnd(text, pos)
	case c.graph:
		pos = c.spanGraph(text, pos)
	}
	// Most runs are short.
	for most := min(len(text), pos+wordSize); pos < most; pos++ {
		if c.tab[text[pos]] != yes {
			return pos
		}
	}
	for pos >= 0 && pos <= len(text)-wordSize {
		t := text[pos : pos+wordSize]
		if c.tab[t[0]]&c.tab[t[1]]&c.tab[t[2]]&c.tab[t[3]]&c.tab[t[4]]&c.tab[t[5]]&c.tab[t[6]]&c.tab[t[7]]&yes == 0 {
			break
		}
		pos += wordSize
	}
	for pos < len(text) && c.tab[text[pos]] == yes {
		pos++
	}
	return pos
}

// spanGraph is span up to the first byte that is a blank or below, or near the
// end of the text.
func (c *charSet) spanGraph(text []byte, pos int) int {
	for pos >= 0 && pos <= len(text)-wordSize {
		if n := atMostBlank(binary.LittleEndian.Uint64(text[pos:])); n != 0 {
			return pos + bits.TrailingZeros64(n)/8
		}
		pos += wordSize
	}
	return pos
}

// back returns the position of the character that ends at pos.
func back(text []byte, pos int) int {
	if text[pos-1] < utf8.RuneSelf {
		return pos - 1
	}
	_, n := utf8.DecodeLastRune(text[:pos])
	return pos - n
}

// byteSet is a set of first bytes; index 256 stands for the end of the text.
type byteSet [257]bool

const endOfText = 256

func (s *byteSet) add(t *byteSet) {
	for i, v := range t {
		if v {
			s[i] = true
		}
	}
}

// and returns what is in both.
func (s *byteSet) and(t *byteSet) *byteSet {
	both := new(byteSet)
	for i, v := range t {
		both[i] = v && s[i]
	}
	return both
}

func (s *byteSet) count() int {
	n := 0
	for _, v := range s {
		if v {
			n++
		}
	}
	return n
}

func (s *byteSet) disjoint(t *byteSet) bool {
	for i, v := range t {
		if v && s[i] {
			return false
		}
	}
	return true
}

// at reports whether the byte at pos, or the end of the text, is in the set.
func (s *byteSet) at(text []byte, pos int) bool {
	if pos < len(text) {
		return s[text[pos]]
	}
	return s[endOfText]
}

func allBytes() *byteSet {
	s := new(byteSet)
	for i := range s {
		s[i] = true
	}
	return s
}

// firstBytes returns the bytes that the characters of s begin with. A set
// that has U+FFFD also takes invalid bytes.
func firstBytes(s *syntax.Set) *byteSet {
	out := new(byteSet)
	for i := 0; i < len(s.R); i += 2 {
		lo, hi := s.R[i], s.R[i+1]
		for c := lo; c <= min(hi, 0x7f); c++ {
			out[c] = true
		}
		if hi < 0x80 {
			continue
		}
		for b := leadByte(max(lo, 0x80)); b <= leadByte(hi); b++ {
			out[b] = true
		}
	}
	if s.Has(utf8.RuneError) {
		for b := 0x80; b < 0x100; b++ {
			out[b] = true
		}
	}
	return out
}

func leadByte(r rune) int {
	if r >= 0xd800 && r <= 0xdfff {
		return 0xed
	}
	var buf [utf8.UTFMax]byte
	utf8.EncodeRune(buf[:], r)
	return int(buf[0])
}
