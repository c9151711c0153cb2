package syntax

import (
	"slices"
	"unicode"
)

// Set is a set of characters: sorted, disjoint, non-adjacent ranges of code
// points, lo and hi in turn. A Set is immutable once it hangs in a tree.
type Set struct{ R []rune }

const maxRune = unicode.MaxRune

// NewSet returns the set of the ranges given as lo, hi pairs in any order.
func NewSet(pairs ...rune) *Set {
	s := &Set{R: slices.Clone(pairs)}
	s.normalize()
	return s
}

func (s *Set) normalize() {
	n := len(s.R) / 2
	idx := make([][2]rune, n)
	for i := range idx {
		idx[i] = [2]rune{s.R[2*i], s.R[2*i+1]}
	}
	slices.SortFunc(idx, func(a, b [2]rune) int { return int(a[0]) - int(b[0]) })
	out := s.R[:0]
	for _, r := range idx {
		if k := len(out); k > 0 && r[0] <= out[k-1]+1 {
			out[k-1] = max(out[k-1], r[1])
			continue
		}
		out = append(out, r[0], r[1])
	}
	s.R = out
}

// Has reports whether c is in the set.
func (s *Set) Has(c rune) bool {
	lo, hi := 0, len(s.R)/2
	for lo < hi {
		m := (lo + hi) / 2
		switch {
		case c < s.R[2*m]:
			hi = m
		case c > s.R[2*m+1]:
			lo = m + 1
		default:
			return true
		}
	}
	return false
}

// Empty reports whether the set has no characters.
func (s *Set) Empty() bool { return len(s.R) == 0 }

// One returns the only character of a set of one.
func (s *Set) One() (rune, bool) {
	if len(s.R) == 2 && s.R[0] == s.R[1] {
		return s.R[0], true
	}
	return 0, false
}

// Union returns the characters of s and of t.
func (s *Set) Union(t *Set) *Set {
	return NewSet(append(slices.Clone(s.R), t.R...)...)
}

// Negate returns the characters that are not in s.
func (s *Set) Negate() *Set {
	out := &Set{}
	next := rune(0)
	for i := 0; i < len(s.R); i += 2 {
		if s.R[i] > next {
			out.R = append(out.R, next, s.R[i]-1)
		}
		next = s.R[i+1] + 1
	}
	if next <= maxRune {
		out.R = append(out.R, next, maxRune)
	}
	return out
}

// Intersect returns the characters in both sets.
func (s *Set) Intersect(t *Set) *Set {
	return s.Negate().Union(t.Negate()).Negate()
}

// Equal reports whether the sets have the same characters.
func (s *Set) Equal(t *Set) bool { return slices.Equal(s.R, t.R) }

// NonASCII says which characters from U+0080 up are in the set.
func (s *Set) NonASCII() (all, none bool) {
	none, all = true, false
	if k := len(s.R); k > 0 && s.R[k-1] >= 0x80 {
		none = false
		all = s.R[k-2] <= 0x80 && s.R[k-1] == maxRune
	}
	return all, none
}

func fromTables(tabs ...*unicode.RangeTable) *Set {
	var r []rune
	for _, t := range tabs {
		for _, x := range t.R16 {
			r = appendStride(r, rune(x.Lo), rune(x.Hi), rune(x.Stride))
		}
		for _, x := range t.R32 {
			r = appendStride(r, rune(x.Lo), rune(x.Hi), rune(x.Stride))
		}
	}
	return NewSet(r...)
}

func appendStride(r []rune, lo, hi, stride rune) []rune {
	if stride == 1 {
		return append(r, lo, hi)
	}
	for c := lo; c <= hi; c += stride {
		r = append(r, c, c)
	}
	return r
}
