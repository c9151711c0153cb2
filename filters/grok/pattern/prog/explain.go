package prog

import "math"

// trace keeps how far a machine got.
type trace struct {
	far, place int // in the attempt at hand
	bestStart  int // of the attempt that explains most
	bestFar    int
	bestPlace  int
}

// Explain matches text with the plain program. After a match, far is its end.
// Else it is where the longest stretch of the text that the expression can
// explain ends, and place is what failed there, as a place in the expanded
// text.
func (p *Prog) Explain(text []byte, limit int) (r Result, far, place int) {
	if len(text) >= math.MaxInt32 {
		return LimitExceeded, 0, 0
	}
	m := p.NewMatcher(limit)
	m.plain = newMachine(p.plain(), p.groups)
	t := &trace{far: -1, bestFar: -1}
	m.plain.trace = t
	if r = m.matchPlain(text, 0); r == Matched {
		return r, int(m.caps[1]), 0
	}
	t.settle(len(text))
	return r, max(t.bestFar, 0), t.bestPlace
}

// record keeps the furthest failure of an attempt. A failure in a lookaround
// says nothing about how far the line fits.
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
	if pos > m.trace.far {
		m.trace.far, m.trace.place = pos, int(in.pos)
	}
}

// settle ends the attempt that began at start.
func (t *trace) settle(start int) {
	if t.far >= 0 && (t.bestFar < 0 || t.far-start > t.bestFar-t.bestStart) {
		t.bestStart, t.bestFar, t.bestPlace = start, t.far, t.place
	}
	t.far = -1
}
