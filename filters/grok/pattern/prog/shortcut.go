package prog

import (
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
		for prev, row := range a.start {
			if !a.knows(int(row), s.parts) {
				continue
			}
			if a.proves(int(row), s.parts, follow) {
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

// proves walks the automaton from row over all texts made of one string of
// each part and reports whether it finds each of them to end exactly there
// for every byte that can follow.
func (a *automaton) proves(row int, parts [][]string, follow *byteSet) bool {
	rows := []int{row}
	seen := make(map[int]bool)
	for _, part := range parts {
		clear(seen)
		var next []int
		for _, r := range rows {
			for _, s := range part {
				to, ok := a.walk(r, s)
				if !ok {
					return false
				}
				if !seen[to] {
					seen[to] = true
					next = append(next, to)
				}
			}
		}
		rows = next
	}
	for _, r := range rows {
		for b, ok := range follow {
			class := a.end
			if b != endOfText {
				class = a.class[b]
			}
			if ok && a.trans[r+int(class)] != rowEnd {
				return false
			}
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

// scanQuad returns the end of four numbers of up to three digits, at most 255.
func scanQuad(text []byte, pos int) int {
	for octet := 0; ; octet++ {
		if pos >= len(text) {
			return -1
		}
		n := uint(text[pos]) - '0'
		if n > 9 {
			return -1
		}
		pos++
		for digits := 1; digits < 3 && pos < len(text); digits++ {
			d := uint(text[pos]) - '0'
			if d > 9 {
				break
			}
			n = n*10 + d
			pos++
		}
		if n > 255 {
			return -1
		}
		if octet == 3 {
			return pos
		}
		if pos >= len(text) || text[pos] != '.' {
			return -1
		}
		pos++
	}
}

// dateLength is the length of 26/Apr/2018:00:00:00 +0900.
const dateLength = 26

// scanDate returns the end of a date of this form.
func scanDate(text []byte, pos int) int {
	if len(text)-pos < dateLength {
		return -1
	}
	t := text[pos : pos+dateLength : pos+dateLength]
	if t[2] != '/' || t[6] != '/' || t[11] != ':' || t[14] != ':' || t[17] != ':' || t[20] != ' ' ||
		t[21] != '+' && t[21] != '-' {
		return -1
	}
	const bad = 1000
	two := func(i int) uint {
		a, b := uint(t[i])-'0', uint(t[i+1])-'0'
		if a > 9 || b > 9 {
			return bad
		}
		return a*10 + b
	}
	if day := two(0); day-1 > 30 || two(7) == bad || two(9) == bad || two(12) > 23 ||
		two(15) > 59 || two(18) > 59 || two(22) == bad || two(24) == bad || !isMonth(t[3], t[4], t[5]) {
		return -1
	}
	return pos + dateLength
}

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
