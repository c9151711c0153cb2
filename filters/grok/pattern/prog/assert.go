package prog

import (
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/naru-log/naru/filters/grok/pattern/syntax"
)

var wordSet = sync.OnceValue(func() *charSet { return newCharSet(syntax.WordSet()) })

func isASCIIWord(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b == '_'
}

// wordAt reports whether a word character begins at pos.
func wordAt(text []byte, pos int) bool {
	if pos >= len(text) {
		return false
	}
	if text[pos] < utf8.RuneSelf {
		return isASCIIWord(text[pos])
	}
	return wordSet().step(text, pos) >= 0
}

// wordBefore reports whether a word character ends at pos.
func wordBefore(text []byte, pos int) bool {
	if pos == 0 {
		return false
	}
	if text[pos-1] < utf8.RuneSelf {
		return isASCIIWord(text[pos-1])
	}
	return wordAt(text, back(text, pos))
}

// holds evaluates a position test. A line ends before a newline or at the
// end of the text; no line begins after a newline that ends the text.
func (m *machine) holds(a syntax.Assert, pos int) bool {
	text := m.text
	switch a {
	case syntax.LineStart:
		return pos == 0 || text[pos-1] == '\n' && pos < len(text)
	case syntax.LineEnd:
		return pos == len(text) || text[pos] == '\n'
	case syntax.TextStart:
		return pos == 0
	case syntax.TextEnd:
		return pos == len(text)
	case syntax.TextEndNL:
		return pos == len(text) || pos == len(text)-1 && text[pos] == '\n'
	case syntax.WordBound:
		return wordBefore(text, pos) != wordAt(text, pos)
	case syntax.NotWordBound:
		return wordBefore(text, pos) == wordAt(text, pos)
	case syntax.ASCIIWordBound:
		return asciiBound(text, pos)
	case syntax.ASCIINotWordBound:
		return !asciiBound(text, pos)
	case syntax.SearchStart:
		return pos == m.from
	}
	return false
}

func asciiBound(text []byte, pos int) bool {
	before := pos > 0 && isASCIIWord(text[pos-1])
	after := pos < len(text) && isASCIIWord(text[pos])
	return before != after
}

// grapheme returns the end of the extended grapheme cluster at pos, or -1 at
// the end of the text: the rules of Unicode Standard Annex 29 that matter for
// text, with the tables of the standard library.
func grapheme(text []byte, pos int) int {
	if pos >= len(text) {
		return -1
	}
	r, n := utf8.DecodeRune(text[pos:])
	pos += n
	if r == '\r' && pos < len(text) && text[pos] == '\n' {
		return pos + 1
	}
	if unicode.Is(unicode.Cc, r) {
		return pos
	}
	regional := unicode.Is(unicode.Regional_Indicator, r)
	for pos < len(text) {
		next, n := utf8.DecodeRune(text[pos:])
		switch {
		case extends(next):
		case hangulJoins(r, next):
		case r == zeroWidthJoiner && unicode.Is(unicode.So, next):
		case regional && unicode.Is(unicode.Regional_Indicator, next):
			regional = false
		default:
			return pos
		}
		if !unicode.Is(unicode.Regional_Indicator, next) {
			regional = false
		}
		r = next
		pos += n
	}
	return pos
}

const zeroWidthJoiner = 0x200d

func extends(r rune) bool {
	return r == zeroWidthJoiner || r == 0x200c || unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc) ||
		r >= 0x1f3fb && r <= 0x1f3ff
}

// hangulJoins reports whether two characters belong to one Hangul syllable.
func hangulJoins(a, b rune) bool {
	isL := func(r rune) bool { return r >= 0x1100 && r <= 0x115f || r >= 0xa960 && r <= 0xa97c }
	isV := func(r rune) bool { return r >= 0x1160 && r <= 0x11a7 || r >= 0xd7b0 && r <= 0xd7c6 }
	isT := func(r rune) bool { return r >= 0x11a8 && r <= 0x11ff || r >= 0xd7cb && r <= 0xd7fb }
	syllable := func(r rune) bool { return r >= 0xac00 && r <= 0xd7a3 }
	open := func(r rune) bool { return syllable(r) && (r-0xac00)%28 == 0 }
	switch {
	case isL(a):
		return isL(b) || isV(b) || syllable(b)
	case isV(a) || open(a):
		return isV(b) || isT(b)
	case isT(a) || syllable(a):
		return isT(b)
	}
	return false
}
