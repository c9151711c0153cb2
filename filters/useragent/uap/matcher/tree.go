package matcher

import (
	"regexp/syntax"
	"slices"
	"unicode"
)

// singleSet returns the set that re stands for if it always matches exactly one character, else nil.
func singleSet(re *syntax.Regexp) *charSet {
	switch re.Op {
	case syntax.OpCharClass:
		return newCharSet(re.Rune)
	case syntax.OpAnyChar:
		return newCharSet(anyChar)
	case syntax.OpAnyCharNotNL:
		return newCharSet(notNewline)
	case syntax.OpLiteral:
		if len(re.Rune) == 1 {
			return newCharSet(orbit(re.Rune[0], re.Flags&syntax.FoldCase != 0))
		}
	}
	return nil
}

// orbit returns, as pairs, r and with fold everything that equals it in another case.
func orbit(r rune, fold bool) []rune {
	all := []rune{r}
	if fold {
		for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
			all = append(all, o)
		}
	}
	slices.Sort(all)
	pairs := make([]rune, 0, 2*len(all))
	for _, o := range all {
		pairs = append(pairs, o, o)
	}
	return pairs
}

// canBeEmpty tells whether re can match without reading a character.
func canBeEmpty(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpNoMatch, syntax.OpLiteral, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return false
	case syntax.OpCapture, syntax.OpPlus:
		return canBeEmpty(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min == 0 || canBeEmpty(re.Sub[0])
	case syntax.OpConcat:
		return !slices.ContainsFunc(re.Sub, func(s *syntax.Regexp) bool { return !canBeEmpty(s) })
	case syntax.OpAlternate:
		return slices.ContainsFunc(re.Sub, canBeEmpty)
	}
	return true
}

func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func hasLetter(lower string) bool {
	for i := range len(lower) {
		if 'a' <= lower[i] && lower[i] <= 'z' {
			return true
		}
	}
	return false
}
