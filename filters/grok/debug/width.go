package debug

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// visible returns line as it can be shown in a terminal: control characters,
// and bytes that are not UTF-8, are written as escapes.
func visible(line []byte) string {
	var b strings.Builder
	b.Grow(len(line))
	for len(line) > 0 {
		r, n := utf8.DecodeRune(line)
		b.WriteString(cell(r, line[:n]))
		line = line[n:]
	}
	return b.String()
}

// cell returns how the character r, in UTF-8 text, is shown.
func cell(r rune, text []byte) string {
	const hex = "0123456789abcdef"
	switch {
	case r == utf8.RuneError && len(text) == 1:
		return `\x` + string([]byte{hex[text[0]>>4], hex[text[0]&15]})
	case r == '\t':
		return `\t`
	case r < 0x20 || r == 0x7f:
		return `\x` + string([]byte{hex[r>>4], hex[r&15]})
	case unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029':
		return `\u` + string([]byte{hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15]})
	}
	return string(text)
}

// columns returns how many columns of a terminal the shown text takes: two
// for the characters of East Asian scripts, none for combining marks.
func columns(shown string) int {
	n := 0
	for _, r := range shown {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf), r >= 0x1160 && r <= 0x11ff:
		// The vowels and final consonants of decomposed Hangul share the
		// columns of the initial consonant.
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// window returns the part of line around offset that is shown in a terminal
// with so many columns, with … for what is left out, and the column of offset
// in it.
func window(line []byte, offset, width int) (shown string, column int) {
	before, after := visible(line[:offset]), visible(line[offset:])
	column = columns(before)
	if column+columns(after) <= width {
		return before + after, column
	}
	// What was read so far tells more than what comes.
	if most := width * 2 / 3; column > most {
		before = "…" + lastColumns(before, most-1)
		column = columns(before)
	}
	if room := width - column; columns(after) > room {
		after = firstColumns(after, room-1) + "…"
	}
	return before + after, column
}

// firstColumns returns the start of shown that fits n columns.
func firstColumns(shown string, n int) string {
	for i, r := range shown {
		if n -= runeColumns(r); n < 0 {
			return shown[:i]
		}
	}
	return shown
}

// lastColumns returns the end of shown that fits n columns.
func lastColumns(shown string, n int) string {
	from := len(shown)
	for from > 0 {
		r, size := utf8.DecodeLastRuneInString(shown[:from])
		if n -= runeColumns(r); n < 0 {
			break
		}
		from -= size
	}
	return shown[from:]
}

// shorten returns the start of shown that fits n columns, with … if that is
// not all.
func shorten(shown string, n int) string {
	if columns(shown) <= n {
		return shown
	}
	return firstColumns(shown, n-1) + "…"
}

func runeStart(s string, i int) int {
	for i > 0 && i < len(s) && s[i]&0xc0 == 0x80 {
		i--
	}
	return i
}
