package prog

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"github.com/naru-log/naru/filters/grok/pattern/syntax"
)

// done ends a leaf that matched from start to end.
func (m *machine) done(in *inst, start, end int) (*inst, int) {
	m.mark(in, start, end)
	if in.length == 0 {
		return in.to, end
	}
	return m.tail(in, end)
}

// mark notes the start and the end of the groups of a leaf.
func (m *machine) mark(in *inst, start, end int) {
	if in.opens > 0 {
		m.caps[in.opens] = int32(start)
	}
	if in.closes > 0 {
		m.caps[in.closes] = int32(end)
	}
}

// tail goes on behind the tail of in, if the text has it at pos.
func (m *machine) tail(in *inst, pos int) (*inst, int) {
	if in.goesOn(m.text, pos) {
		return in.to, pos + int(in.length)
	}
	return fail(pos)
}

// goesOn reports whether the text has the tail of in at pos, or what in looks
// ahead for.
func (in *inst) goesOn(text []byte, pos int) bool {
	if pos >= 0 && pos <= len(text)-longestTail {
		return (binary.LittleEndian.Uint64(text[pos:])^in.word)&in.mask == 0
	}
	return in.goesOnAtEnd(text, pos)
}

// goesOnAtEnd is goesOn for the last bytes of a text.
func (in *inst) goesOnAtEnd(text []byte, pos int) bool {
	length := bits.Len64(in.mask) / 8
	if len(text)-pos < length {
		return false
	}
	word := in.word
	for _, b := range text[pos : pos+length] {
		if b != byte(word) {
			return false
		}
		word >>= 8
	}
	return true
}

// tailByte is tail for one byte.
func (m *machine) tailByte(in *inst, pos int) (*inst, int) {
	if pos < len(m.text) && m.text[pos] == byte(in.word) {
		return in.to, pos + 1
	}
	return fail(pos)
}

func (m *machine) oneByte(in *inst, pos int) (*inst, int) {
	if pos < len(m.text) && m.text[pos] == in.b {
		return m.done(in, pos, pos+1)
	}
	return fail(pos)
}

func (m *machine) empty(in *inst, pos int) (*inst, int) { return m.done(in, pos, pos) }

func (m *machine) literal(in *inst, pos int) (*inst, int) {
	end := pos + len(in.lit)
	if end <= len(m.text) && string(m.text[pos:end]) == in.lit {
		return m.done(in, pos, end)
	}
	return fail(pos)
}

func (m *machine) set(in *inst, pos int) (*inst, int) {
	if end := in.set.step(m.text, pos); end >= 0 {
		return m.done(in, pos, end)
	}
	return fail(pos)
}

// runAll takes as many members as there are and gives none back.
func (m *machine) runAll(in *inst, pos int) (*inst, int) {
	if end := m.take(in, pos); end >= 0 {
		return m.done(in, pos, end)
	}
	return fail(pos)
}

// runBytes is runAll for an unlimited run of at most one member that has to
// be there, where all bytes of members are known.
func (m *machine) runBytes(in *inst, pos int) (*inst, int) {
	end := in.set.span(m.text, pos)
	m.steps += (end - pos) >> runCost
	if end-pos < int(in.n) {
		return fail(pos)
	}
	return m.done(in, pos, end)
}

// signed is runAll with a sign in front.
func (m *machine) signed(in *inst, pos int) (*inst, int) {
	from := pos
	if next := in.sign.step(m.text, pos); next >= 0 {
		from = next
	}
	if end := m.take(in, from); end >= 0 {
		return m.done(in, pos, end)
	}
	return fail(pos)
}

// number is signed for digits with a sign of one byte.
func (m *machine) number(in *inst, pos int) (*inst, int) {
	from := pos
	if pos < len(m.text) && in.sign.tab[m.text[pos]] == yes {
		from++
	}
	end := digitsEnd(m.text, from)
	m.steps += (end - from) >> runCost
	if end-from < int(in.n) {
		return fail(pos)
	}
	return m.done(in, pos, end)
}

func (m *machine) clear(in *inst, pos int) (*inst, int) {
	for _, g := range in.groups {
		m.caps[endOf(int32(g))] = -1
	}
	if in.plain() {
		return m.tail(in, pos)
	}
	return m.done(in, pos, pos)
}

// shortcut is scan for an automaton that has one.
func (m *machine) shortcut(in *inst, pos int) (*inst, int) {
	end := in.scan.short(m.text, pos)
	if end < 0 {
		return m.scan(in, pos)
	}
	m.steps += (end - pos) >> runCost
	return m.done(in, pos, end)
}

func (m *machine) once(in *inst, pos int) (*inst, int) {
	if last := &m.onces[in.n]; *last != int32(pos) {
		*last = int32(pos)
		return m.done(in, pos, pos)
	}
	return fail(pos)
}

// onceTail is once with a tail and no group.
func (m *machine) onceTail(in *inst, pos int) (*inst, int) {
	if last := &m.onces[in.n]; *last != int32(pos) {
		*last = int32(pos)
		if in.goesOn(m.text, pos) {
			return in.to, pos + int(in.length)
		}
	}
	return fail(pos)
}

// onceByte is onceTail with a tail of one byte.
func (m *machine) onceByte(in *inst, pos int) (*inst, int) {
	if last := &m.onces[in.n]; *last != int32(pos) {
		*last = int32(pos)
		if pos < len(m.text) && m.text[pos] == byte(in.word) {
			return in.to, pos + 1
		}
	}
	return fail(pos)
}

func (m *machine) scan(in *inst, pos int) (*inst, int) {
	end, seen := in.scan.scan(m.text, pos)
	return m.scanned(in, pos, end, seen)
}

func (m *machine) prefer(in *inst, pos int) (*inst, int) {
	end, seen := in.scan.prefer(m.text, pos)
	return m.scanned(in, pos, end, seen)
}

// scanned goes on after an automaton that has seen the text up to seen.
func (m *machine) scanned(in *inst, pos, end, seen int) (*inst, int) {
	m.steps += (seen - pos) >> runCost
	switch {
	case end >= 0:
		return m.done(in, pos, end)
	case end == scanUnsure:
		if in.opens > 0 {
			m.caps[in.opens] = int32(pos)
		}
		return in.other, pos
	}
	return fail(pos)
}

// behind tests the character before pos.
func (m *machine) behind(in *inst, pos int) (*inst, int) {
	hit := false
	if pos > 0 {
		if b := m.text[pos-1]; b < utf8.RuneSelf {
			hit = in.set.tab[b] == yes
		} else {
			hit = in.set.step(m.text, back(m.text, pos)) >= 0
		}
	}
	return m.assert(in, pos, hit != (in.m == 1))
}

// ahead tests the character after pos.
func (m *machine) ahead(in *inst, pos int) (*inst, int) {
	return m.assert(in, pos, (in.set.step(m.text, pos) >= 0) != (in.m == 1))
}

func (m *machine) position(in *inst, pos int) (*inst, int) {
	return m.assert(in, pos, m.holds(syntax.Assert(in.a), pos))
}

func (m *machine) assert(in *inst, pos int, holds bool) (*inst, int) {
	if holds {
		return m.done(in, pos, pos)
	}
	return fail(pos)
}

// folded matches a folded string.
func (m *machine) folded(in *inst, pos int) (*inst, int) {
	if end := fold(m.text, pos, in.lit); end >= 0 {
		return m.done(in, pos, end)
	}
	return fail(pos)
}

// fold matches text from pos on against a folded string and returns the end.
func fold(text []byte, pos int, folded string) int {
	var buf [4]rune
	for len(folded) > 0 {
		if pos >= len(text) {
			return -1
		}
		r, n := utf8.DecodeRune(text[pos:])
		for _, f := range syntax.AppendFold(buf[:0], r) {
			want, size := utf8.DecodeRuneInString(folded)
			if size == 0 || want != f {
				return -1
			}
			folded = folded[size:]
		}
		pos += n
	}
	return pos
}

// foldBytes matches text from pos on against want but for case, character by
// character.
func foldBytes(text []byte, pos int, want []byte) int {
	var a, b [4]rune
	for len(want) > 0 {
		if pos >= len(text) {
			return -1
		}
		r, n := utf8.DecodeRune(text[pos:])
		w, k := utf8.DecodeRune(want)
		x, y := syntax.AppendFold(a[:0], r), syntax.AppendFold(b[:0], w)
		if len(x) != len(y) || x[0] != y[0] || len(x) > 1 && (x[1] != y[1] || len(x) > 2 && x[2] != y[2]) {
			return -1
		}
		pos, want = pos+n, want[k:]
	}
	return pos
}
