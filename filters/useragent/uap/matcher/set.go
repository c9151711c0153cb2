package matcher

import (
	"slices"
	"unicode/utf8"
)

// byteSet is a set of bytes.
type byteSet [4]uint64

func (b *byteSet) has(c byte) bool { return b[c>>6]&(1<<(c&63)) != 0 }
func (b *byteSet) add(c byte)      { b[c>>6] |= 1 << (c & 63) }

// addHigh adds every byte that occurs in a character beyond ASCII, or in text that is not UTF-8.
func (b *byteSet) addHigh() { b[2], b[3] = ^uint64(0), ^uint64(0) }

func (b *byteSet) union(o *byteSet) {
	for i := range b {
		b[i] |= o[i]
	}
}

func (b *byteSet) meets(o *byteSet) bool {
	for i := range b {
		if b[i]&o[i] != 0 {
			return true
		}
	}
	return false
}

// charSet is a set of characters: a bitmap for ASCII, sorted pairs beyond it.
type charSet struct {
	ascii  [2]uint64
	ranges []rune // lo, hi pairs at or above utf8.RuneSelf
	dot    bool   // everything but newline
}

// newCharSet makes a set from sorted lo, hi pairs, as syntax.Regexp.Rune holds them.
func newCharSet(pairs []rune) *charSet {
	c := &charSet{}
	for i := 0; i+1 < len(pairs); i += 2 {
		lo, hi := pairs[i], pairs[i+1]
		for r := lo; r <= hi && r < utf8.RuneSelf; r++ {
			c.ascii[r>>6] |= 1 << (r & 63)
		}
		if hi >= utf8.RuneSelf {
			c.ranges = append(c.ranges, max(lo, utf8.RuneSelf), hi)
		}
	}
	c.dot = slices.Equal(pairs, notNewline)
	return c
}

// width is the length of the character at s[p:] if it is in the set, else 0. p is less than len(s).
func (c *charSet) width(s []byte, p int) int {
	b := s[p]
	if b < utf8.RuneSelf {
		return int(c.ascii[b>>6] >> (b & 63) & 1)
	}
	if len(c.ranges) == 0 {
		return 0
	}
	r, n := utf8.DecodeRune(s[p:])
	for i := 0; i < len(c.ranges); i += 2 {
		if r < c.ranges[i] {
			return 0
		}
		if r <= c.ranges[i+1] {
			return n
		}
	}
	return 0
}

// first is the set of bytes that characters of c begin with, or a superset.
func (c *charSet) first() *byteSet {
	b := &byteSet{c.ascii[0], c.ascii[1]}
	if len(c.ranges) > 0 {
		b.addHigh()
	}
	return b
}
