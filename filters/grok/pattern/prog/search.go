package prog

import (
	"bytes"
	"math"
)

// search searches with the quick program. If its budget is used up, start is
// where the plain program has to go on.
func (m *Matcher) search(text []byte) (end, start int) {
	v := m.quick
	v.begin(text, quickLimit+quickPerByte*len(text))
	// Most lines match at their beginning or not at all: what tells quickly
	// that there is no match is looked at only after that.
	if end = v.first(); end >= 0 || v.over {
		return end, 0
	}
	p := v.code.plan
	switch p.anchor {
	case atText:
		return -1, 0
	case atLines:
		return v.searchLines()
	}
	if len(text) == 0 {
		return -1, 0
	}
	return v.searchFrom(nextRune(text, 0))
}

// begin readies the machine for a text, and for an attempt.
func (m *machine) begin(text []byte, limit int) {
	m.text, m.steps, m.over, m.limit = text, 0, false, limit
	m.lines = lines{from: math.MaxInt}
	copy(m.places, m.fresh)
	m.restart()
}

// forget makes all places new again.
func (m *machine) forget() {
	copy(m.onces, m.fresh)
}

// possible reports whether text has the literals of the plan in order.
func (p *plan) possible(text []byte) bool {
	for _, lit := range p.literals {
		i := bytes.Index(text, lit)
		if i < 0 {
			return false
		}
		text = text[i+len(lit):]
	}
	return true
}

func (m *machine) searchLines() (end, start int) {
	for pos := 0; ; {
		i := bytes.IndexByte(m.text[pos:], '\n')
		if i < 0 {
			return -1, 0
		}
		pos += i + 1
		if end = m.attempt(pos); end >= 0 || m.over {
			return end, pos
		}
	}
}

// searchFrom tries all positions from pos on.
func (m *machine) searchFrom(pos int) (end, start int) {
	p, text := m.code.plan, m.text
	open := -1 // up to here the gate has been found open, or cannot tell
	possible := false
	for {
		for pos < len(text) && !p.begins(text, pos) {
			pos = nextRune(text, pos)
		}
		if pos >= len(text) && !p.first[endOfText] {
			return -1, pos
		}
		if p.gate != nil && pos > open {
			next, known := m.tryGate(pos)
			if m.over || next < 0 {
				return -1, pos
			}
			if known {
				pos = next
				continue
			}
			open = next
		}
		if !possible && !p.possible(text[pos:]) {
			return -1, pos
		}
		possible = true
		if end = m.attempt(pos); end >= 0 || m.over {
			return end, pos
		}
		if pos >= len(text) {
			return -1, pos
		}
		pos = nextRune(text, pos)
	}
}

// begins reports whether a match may begin at pos.
func (p *plan) begins(text []byte, pos int) bool {
	if !p.first[text[pos]] {
		return false
	}
	a := p.probe
	return a == nil || a.trans[a.startRow(text, pos)+int(a.class[text[pos]])] != rowDead
}

// tryGate looks at the gate that a match which begins at pos has to pass. If
// no such match is possible, next is where to go on, or -1, and skip is true;
// else matches may begin up to next.
func (m *machine) tryGate(pos int) (next int, skip bool) {
	g, text := m.code.plan.gate, m.text
	i := bytes.IndexByte(text[pos:], g.b)
	if i < 0 {
		return -1, true
	}
	if m.steps += i >> runCost; m.steps > m.limit {
		m.over = true
		return -1, true
	}
	at := pos + i
	if g.guard {
		for _, b := range text[pos:at] {
			if g.guards[b] {
				return pos, false // nothing is known about this position
			}
		}
	}
	if at-g.offset < pos {
		return at + 1, true
	}
	if m.onces[g.once] != int32(at-g.offset) {
		m.renew()
		if m.run(g.pc, at-g.offset) >= 0 {
			m.forget() // what was passed has not failed
			return at, false
		}
		if m.over {
			return -1, true
		}
	}
	return at + 1, true
}
