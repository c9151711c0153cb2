//go:build servers

package difftest

import (
	"math/rand/v2"
	"strings"
)

// letters are what generated patterns and lines are made of: two of them
// differ in case alone, some fold to others, some are marks or of several
// bytes.
var letters = []rune("aabbccAB001 -_.\n\rékK\u212aßſsS한ａ٣\u0301😀,")

func (g *generator) letter() rune { return letters[g.r.IntN(len(letters))] }

func letterText(c rune) string {
	if strings.ContainsRune(`.|()[]{}*+?^$\#&- `, c) {
		return `\` + string(c)
	}
	return string(c)
}

// leaf consumes one character, or a line break or cluster.
func (g *generator) leaf() piece {
	switch g.r.IntN(12) {
	case 0, 1, 2, 3:
		c := g.letter()
		return literal(letterText(c), string(c))
	case 4:
		a, b := g.letter(), g.letter()
		return literal(letterText(a)+letterText(b), string(a)+string(b))
	case 5:
		return g.class(1)
	case 6:
		return g.oneOf(".", "ab1é한")
	case 7, 8:
		return g.shorthand()
	case 9:
		return g.property()
	case 10:
		return g.escape()
	}
	return pick(g.r, literal(`\R`, "\n"), literal(`\R`, "\r\n"), literal(`\X`, "é"), literal("(?#c)", ""), literal("#", "#"), literal(" ", " "))
}

// oneOf samples any of the characters.
func (g *generator) oneOf(text, from string) piece {
	chars := []rune(from)
	return piece{text, func(s *sampler) string { return string(chars[s.r.IntN(len(chars))]) }}
}

func (g *generator) shorthand() piece {
	return pick(g.r,
		g.oneOf(`\w`, "ab1_"), g.oneOf(`\W`, " -é한"), g.oneOf(`\d`, "01"), g.oneOf(`\D`, "a ٣"), g.oneOf(`\s`, " \n\t"),
		g.oneOf(`\S`, "a1é"), g.oneOf(`\h`, "aB1"), g.oneOf(`\H`, "k é"))
}

var properties = []string{"L", "Lu", "Ll", "N", "Nd", "P", "Hangul", "Latin", "Alpha", "Alnum", "Space", "Word", "Digit", "Upper", "Lower", "Punct", "Any", "letter", "M"}

func (g *generator) property() piece {
	name := pick(g.r, properties...)
	text := pick(g.r, `\p{`, `\p{`, `\P{`, `\p{^`) + name + "}"
	return g.oneOf(text, "aA1é한 .")
}

func (g *generator) escape() piece {
	return pick(g.r,
		literal(`\x61`, "a"), literal(`\x{D55C}`, "한"), literal(`\101`, "A"), literal(`\n`, "\n"), literal(`\t`, "\t"), literal(`\e`, "\x1b"),
		literal(`\u0041`, "u0041"), literal(`\y`, "y"), literal(`\/`, "/"), literal(`\"`, `"`), literal(`\_`, "_"), literal(`\é`, "é"))
}

// class is a bracket expression.
func (g *generator) class(depth int) piece {
	text := "[" + g.classBody(depth) + "]"
	return g.oneOf(text, "ab01é한K _.")
}

func (g *generator) classBody(depth int) string {
	var b strings.Builder
	if g.r.IntN(4) == 0 {
		b.WriteByte('^')
	}
	for range 1 + g.r.IntN(3) {
		b.WriteString(g.classItem(depth))
	}
	if g.r.IntN(6) == 0 {
		b.WriteString("&&")
		for range 1 + g.r.IntN(2) {
			b.WriteString(g.classItem(depth))
		}
	}
	return b.String()
}

var posix = []string{"alpha", "digit", "alnum", "upper", "lower", "punct", "space", "blank", "cntrl", "graph", "print", "xdigit", "word", "ascii"}

func (g *generator) classItem(depth int) string {
	switch g.r.IntN(9) {
	case 0, 1, 2:
		return letterText(g.letter())
	case 3, 4:
		return pick(g.r, "a-c", "A-Z", "0-9", "k-s", "가-힣", " -/", `\x61-\x63`, "à-ý")
	case 5:
		return "[:" + pick(g.r, "", "", "^") + pick(g.r, posix...) + ":]"
	case 6:
		return pick(g.r, `\w`, `\d`, `\s`, `\h`, `\W`, `\D`, `\S`, `\H`, `\n`, `\x41`, `\x{D55C}`)
	case 7:
		return g.property().text
	}
	if depth > 0 {
		return "[" + g.classBody(depth-1) + "]"
	}
	return pick(g.r, ".", "*", "+", "(", "|", "$", "?", "-")
}

// noise changes the text of a pattern at random, for what is not of the
// grammar: errors, and text that only looks like syntax.
func noise(r *rand.Rand, text string) string {
	marks := []string{"(", ")", "[", "]", "{", "}", "|", "*", "+", "?", "\\", "^", "$", "(?", "(?<", "[^", "[:", "&&", "{1", "{,}", "{x}", "%{", "%{}", "%{WORD:", "-", "(?i)", "\\k<", "\\g<"}
	at := boundary(text, r.IntN(len(text)+1))
	if r.IntN(3) == 0 {
		end := boundary(text, min(len(text), at+1+r.IntN(2)))
		return text[:at] + text[max(at, end):]
	}
	return text[:at] + marks[r.IntN(len(marks))] + text[at:]
}
