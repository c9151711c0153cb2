package prog

import "math"

// Explain matches text with the plain program and returns the furthest
// position at which a path failed and the place in the expanded text of what
// failed there. After a match, far is its end.
func (p *Prog) Explain(text []byte, limit int) (r Result, far, place int) {
	m := p.NewMatcher(limit)
	m.plain = newMachine(p.plain, p.groups)
	m.plain.trace, m.plain.far = true, -1
	if len(text) >= math.MaxInt32 {
		return LimitExceeded, 0, 0
	}
	r = m.matchPlain(text, 0)
	if r == Matched {
		return r, int(m.caps[1]), 0
	}
	if m.plain.far < 0 {
		return r, 0, 0
	}
	return r, m.plain.far, int(p.plain.inst[m.plain.farPC].pos)
}

// record keeps the furthest failure. A failure in a lookaround says nothing
// about how far the line fits.
func (m *machine) record(pc, pos int) {
	in := &m.code.inst[pc]
	if m.depth > 0 || in.op == opMemo || in.op == opMemoSub {
		return
	}
	if in.op == opLit {
		for i := 0; i < len(in.lit) && pos < len(m.text) && m.text[pos] == in.lit[i]; i++ {
			pos++
		}
	}
	if pos > m.far {
		m.far, m.farPC = pos, pc
	}
}
