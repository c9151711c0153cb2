package syntax

import (
	"slices"
	"sync"
	"unicode"
	"unicode/utf8"
)

// multiFolds lists the characters whose full case folding (status F of the
// Unicode file CaseFolding.txt) has several characters: the character, then
// what it folds to.
var multiFolds = []string{
	"\u00df\u0073\u0073", "\u0130\u0069\u0307", "\u0149\u02bc\u006e", "\u01f0\u006a\u030c", "\u0390\u03b9\u0308\u0301",
	"\u03b0\u03c5\u0308\u0301", "\u0587\u0565\u0582", "\u1e96\u0068\u0331", "\u1e97\u0074\u0308", "\u1e98\u0077\u030a",
	"\u1e99\u0079\u030a", "\u1e9a\u0061\u02be", "\u1e9e\u0073\u0073", "\u1f50\u03c5\u0313", "\u1f52\u03c5\u0313\u0300",
	"\u1f54\u03c5\u0313\u0301", "\u1f56\u03c5\u0313\u0342", "\u1f80\u1f00\u03b9", "\u1f81\u1f01\u03b9",
	"\u1f82\u1f02\u03b9", "\u1f83\u1f03\u03b9", "\u1f84\u1f04\u03b9", "\u1f85\u1f05\u03b9", "\u1f86\u1f06\u03b9",
	"\u1f87\u1f07\u03b9", "\u1f88\u1f00\u03b9", "\u1f89\u1f01\u03b9", "\u1f8a\u1f02\u03b9", "\u1f8b\u1f03\u03b9",
	"\u1f8c\u1f04\u03b9", "\u1f8d\u1f05\u03b9", "\u1f8e\u1f06\u03b9", "\u1f8f\u1f07\u03b9", "\u1f90\u1f20\u03b9",
	"\u1f91\u1f21\u03b9", "\u1f92\u1f22\u03b9", "\u1f93\u1f23\u03b9", "\u1f94\u1f24\u03b9", "\u1f95\u1f25\u03b9",
	"\u1f96\u1f26\u03b9", "\u1f97\u1f27\u03b9", "\u1f98\u1f20\u03b9", "\u1f99\u1f21\u03b9", "\u1f9a\u1f22\u03b9",
	"\u1f9b\u1f23\u03b9", "\u1f9c\u1f24\u03b9", "\u1f9d\u1f25\u03b9", "\u1f9e\u1f26\u03b9", "\u1f9f\u1f27\u03b9",
	"\u1fa0\u1f60\u03b9", "\u1fa1\u1f61\u03b9", "\u1fa2\u1f62\u03b9", "\u1fa3\u1f63\u03b9", "\u1fa4\u1f64\u03b9",
	"\u1fa5\u1f65\u03b9", "\u1fa6\u1f66\u03b9", "\u1fa7\u1f67\u03b9", "\u1fa8\u1f60\u03b9", "\u1fa9\u1f61\u03b9",
	"\u1faa\u1f62\u03b9", "\u1fab\u1f63\u03b9", "\u1fac\u1f64\u03b9", "\u1fad\u1f65\u03b9", "\u1fae\u1f66\u03b9",
	"\u1faf\u1f67\u03b9", "\u1fb2\u1f70\u03b9", "\u1fb3\u03b1\u03b9", "\u1fb4\u03ac\u03b9", "\u1fb6\u03b1\u0342",
	"\u1fb7\u03b1\u0342\u03b9", "\u1fbc\u03b1\u03b9", "\u1fc2\u1f74\u03b9", "\u1fc3\u03b7\u03b9", "\u1fc4\u03ae\u03b9",
	"\u1fc6\u03b7\u0342", "\u1fc7\u03b7\u0342\u03b9", "\u1fcc\u03b7\u03b9", "\u1fd2\u03b9\u0308\u0300",
	"\u1fd3\u03b9\u0308\u0301", "\u1fd6\u03b9\u0342", "\u1fd7\u03b9\u0308\u0342", "\u1fe2\u03c5\u0308\u0300",
	"\u1fe3\u03c5\u0308\u0301", "\u1fe4\u03c1\u0313", "\u1fe6\u03c5\u0342", "\u1fe7\u03c5\u0308\u0342",
	"\u1ff2\u1f7c\u03b9", "\u1ff3\u03c9\u03b9", "\u1ff4\u03ce\u03b9", "\u1ff6\u03c9\u0342", "\u1ff7\u03c9\u0342\u03b9",
	"\u1ffc\u03c9\u03b9", "\ufb00\u0066\u0066", "\ufb01\u0066\u0069", "\ufb02\u0066\u006c", "\ufb03\u0066\u0066\u0069",
	"\ufb04\u0066\u0066\u006c", "\ufb05\u0073\u0074", "\ufb06\u0073\u0074", "\ufb13\u0574\u0576", "\ufb14\u0574\u0565",
	"\ufb15\u0574\u056b", "\ufb16\u057e\u0576", "\ufb17\u0574\u056d",
}

var multiFold = sync.OnceValue(func() map[rune][]rune {
	m := make(map[rune][]rune, len(multiFolds))
	for _, s := range multiFolds {
		r := []rune(s)
		for i, c := range r[1:] {
			r[i+1] = simpleFold(c)
		}
		m[r[0]] = r[1:]
	}
	return m
})

// simpleFold returns the least character that folds as r does.
func simpleFold(r rune) rune {
	if r < 0x80 {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	return least
}

// AppendFold appends what r becomes under full case folding: two strings are
// equal but for case if their foldings are equal.
func AppendFold(dst []rune, r rune) []rune {
	if r >= 0xdf {
		if f, ok := multiFold()[r]; ok {
			return append(dst, f...)
		}
	}
	return append(dst, simpleFold(r))
}

// foldable lists all characters that have a case variant.
var foldable = sync.OnceValue(func() []rune {
	var out []rune
	for r := rune(0); r < 0x1f000; r++ {
		if unicode.SimpleFold(r) != r {
			out = append(out, r)
		}
	}
	return out
})

// foldSet adds the case variants of the characters of s. Variants on the
// other side of U+0080 (the Kelvin sign for k) are added only for characters
// that are in named: those that the class was given otherwise than by \w.
// Variants from U+0080 to U+00FF are not added, as in the reference: there
// (?i)[Éa] does not match é, while (?i)É does.
func foldSet(s, named *Set) *Set {
	out := slices.Clone(s.R)
	for _, r := range foldable() {
		if !s.Has(r) {
			continue
		}
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			if f >= 0x80 && f <= 0xff {
				continue
			}
			if (r < 0x80) == (f < 0x80) || named.Has(r) {
				out = append(out, f, f)
			}
		}
	}
	return NewSet(out...)
}

// foldStrings returns the foldings to several characters of members of s.
func foldStrings(s *Set) [][]rune {
	var out [][]rune
	for _, m := range multiFolds {
		r := []rune(m)
		if s.Has(r[0]) {
			out = append(out, multiFold()[r[0]])
		}
	}
	return out
}

// unevenFold returns the part of a string under (?i) that texts of different
// length match: ss, which is ß too, or ß.
func unevenFold(n *Node) (part []rune, found bool) {
	if n.Op != OpString || !n.Fold {
		return nil, false
	}
	for i, r := range n.Runes {
		if len(multiFold()[r]) > 0 {
			return n.Runes[i : i+1], true
		}
		for _, f := range multiFolds {
			m := multiFold()[firstRune(f)]
			if len(m) > len(part) && hasFolded(n.Runes[i:], m) {
				part = n.Runes[i : i+len(m)]
			}
		}
		if part != nil {
			return part, true
		}
	}
	return nil, false
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// hasFolded reports whether s begins with the folded characters but for case.
func hasFolded(s, folded []rune) bool {
	if len(s) < len(folded) {
		return false
	}
	for i, f := range folded {
		if simpleFold(s[i]) != f {
			return false
		}
	}
	return true
}
