package matcher

import (
	"bytes"
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// freeSteps is how many branches a match may take before each (instruction, position) pair is allowed once only.
const freeSteps = 1024

// Machine runs programs over one text at a time. It is scratch space that grows to what it needs; the zero value is
// ready. It must not be used by two goroutines at once.
type Machine struct {
	text  []byte
	lower []byte
	ascii bool
	// boundary tells, for text beyond ASCII, where characters begin, as decoding from the start finds them.
	boundary []bool

	code  []inst
	caps  []int32
	trail []undo
	loops []loopState

	steps   int
	once    bool     // the visited pairs are being recorded
	visited []uint64 // one bit per pair
}

// undo restores a capture when a branch fails.
type undo struct{ index, old int32 }

// loopState remembers what is known of a loop in the text at hand.
type loopState struct {
	runFrom, runTo   int // text[runFrom:runTo] is in the set, and what is at runTo is not; only for ASCII text
	failFrom, failTo int // what follows the loop fails at failFrom..failTo; empty if failTo < failFrom
}

// SetText gives the text that the next matches run over, and a copy of it with ASCII letters in lower case. Both
// belong to the caller and must stay unchanged until the last of those matches.
func (m *Machine) SetText(text, lower []byte) {
	m.text, m.lower, m.ascii = text, lower, true
	for _, c := range text {
		if c >= utf8.RuneSelf {
			m.ascii = false
			m.findBoundaries()
			return
		}
	}
}

func (m *Machine) findBoundaries() {
	m.boundary = slices.Grow(m.boundary[:0], len(m.text)+1)[:len(m.text)+1]
	clear(m.boundary)
	for p := 0; p < len(m.text); {
		m.boundary[p] = true
		_, n := utf8.DecodeRune(m.text[p:])
		p += n
	}
	m.boundary[len(m.text)] = true
}

// Match runs p over the text and tells whether it matches. It then returns where: the offsets of the match and of each
// capture in pairs, -1 for a capture that took no part, as regexp's FindSubmatchIndex. They are valid until the next
// call.
func (m *Machine) Match(p *Program) ([]int32, bool) {
	if p.std != nil {
		return m.matchStd(p)
	}
	m.code, m.trail, m.steps, m.once = p.code, m.trail[:0], 0, false
	m.caps = slices.Grow(m.caps[:0], p.saves)[:p.saves]
	for i := range m.caps {
		m.caps[i] = -1
	}
	m.loops = slices.Grow(m.loops[:0], p.loops)[:p.loops]
	for i := range m.loops {
		m.loops[i] = loopState{failTo: -1}
	}
	if p.anchored {
		return m.caps, m.run(p.start, 0)
	}
	for at := m.next(p, 0); at >= 0; at = m.next(p, at+1) {
		if m.run(p.start, at) {
			return m.caps, true
		}
		m.undo(0)
	}
	return m.caps, false
}

func (m *Machine) matchStd(p *Program) ([]int32, bool) {
	m.caps = m.caps[:0]
	for _, i := range p.std.FindSubmatchIndex(m.text) {
		m.caps = append(m.caps, int32(i))
	}
	return m.caps, len(m.caps) > 0
}

// next returns the first position from at on where a match of p may begin, or -1.
func (m *Machine) next(p *Program, at int) int {
	if at > len(m.text) {
		return -1
	}
	if p.prefix != "" && (!p.fold || m.ascii) {
		hay := m.text
		if p.fold {
			hay = m.lower
		}
		if i := bytes.Index(hay[at:], []byte(p.prefix)); i >= 0 {
			return at + i
		}
		return -1
	}
	for ; at <= len(m.text); at++ {
		if !m.ascii && !m.boundary[at] {
			continue
		}
		if p.first == nil || at < len(m.text) && p.first.has(m.text[at]) {
			return at
		}
	}
	return -1
}

func (m *Machine) undo(to int) {
	for i := len(m.trail) - 1; i >= to; i-- {
		m.caps[m.trail[i].index] = m.trail[i].old
	}
	m.trail = m.trail[:to]
}

// try runs a branch and undoes its captures if it fails.
func (m *Machine) try(pc int32, p int) bool {
	m.steps++
	if m.steps > freeSteps && m.seen(pc, p) {
		return false
	}
	mark := len(m.trail)
	if m.run(pc, p) {
		return true
	}
	m.undo(mark)
	return false
}

// seen tells whether the pair was tried before, since the steps ran out, and marks it. What was tried and did not end
// the match has failed and will fail again: captures have no say in what matches.
func (m *Machine) seen(pc int32, p int) bool {
	if !m.once {
		m.once = true
		n := (len(m.code)*(len(m.text)+1) + 63) / 64
		m.visited = slices.Grow(m.visited[:0], n)[:n]
		clear(m.visited)
	}
	bit := int(pc)*(len(m.text)+1) + p
	if m.visited[bit>>6]&(1<<(bit&63)) != 0 {
		return true
	}
	m.visited[bit>>6] |= 1 << (bit & 63)
	return false
}

// run executes from pc at position p and tells whether it reaches the end.
func (m *Machine) run(pc int32, p int) bool {
	for {
		in := &m.code[pc]
		switch in.op {
		case opMatch:
			return true
		case opFail:
			return false
		case opLit:
			if len(m.text)-p < len(in.lit) || string(m.text[p:p+len(in.lit)]) != in.lit {
				return false
			}
			p += len(in.lit)
		case opFold:
			if p = m.fold(in.lit, p); p < 0 {
				return false
			}
		case opSet:
			if p == len(m.text) {
				return false
			}
			n := in.set.width(m.text, p)
			if n == 0 {
				return false
			}
			p += n
		case opSave:
			m.trail = append(m.trail, undo{in.arg, m.caps[in.arg]})
			m.caps[in.arg] = int32(p)
		case opAssert:
			if !m.holds(syntax.EmptyOp(in.arg), p) {
				return false
			}
		case opAlt:
			return m.alternatives(in, p)
		case opLoop:
			lo, hi := m.span(in, p)
			if lo < 0 {
				return false
			}
			if !in.possessive && lo != hi {
				return m.loop(in, lo, hi)
			}
			p = hi
		}
		pc = in.next
	}
}

// fold compares lit, in lower case, in any case, and returns the position behind it or -1.
func (m *Machine) fold(lit string, p int) int {
	if m.ascii {
		if len(m.lower)-p < len(lit) || string(m.lower[p:p+len(lit)]) != lit {
			return -1
		}
		return p + len(lit)
	}
	for i := range len(lit) {
		if p >= len(m.text) {
			return -1
		}
		if m.lower[p] == lit[i] {
			p++
			continue
		}
		r, n := utf8.DecodeRune(m.text[p:])
		if !(r == 'ſ' && lit[i] == 's' || r == '\u212a' && lit[i] == 'k') {
			return -1
		}
		p += n
	}
	return p
}

func (m *Machine) holds(cond syntax.EmptyOp, p int) bool {
	switch cond {
	case syntax.EmptyBeginText:
		return p == 0
	case syntax.EmptyEndText:
		return p == len(m.text)
	case syntax.EmptyBeginLine:
		return p == 0 || m.text[p-1] == '\n'
	case syntax.EmptyEndLine:
		return p == len(m.text) || m.text[p] == '\n'
	}
	before := p > 0 && isWord(m.text[p-1])
	after := p < len(m.text) && isWord(m.text[p])
	return (before != after) == (cond == syntax.EmptyWordBoundary)
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_'
}

func (m *Machine) alternatives(in *inst, p int) bool {
	if d := in.byFirst; d != nil {
		list := d.atEnd
		if p < len(m.text) {
			list = d.branches[d.group[m.text[p]]]
		}
		for _, pc := range list {
			if m.try(pc, p) {
				return true
			}
		}
		return false
	}
	for i := range in.alts {
		a := &in.alts[i]
		if (a.first == nil || p < len(m.text) && a.first.has(m.text[p])) && m.try(a.pc, p) {
			return true
		}
	}
	return false
}

// span returns the positions where a loop that begins at p can end: from lo, after the fewest characters, to hi. lo is
// -1 if there are too few.
func (m *Machine) span(in *inst, p int) (lo, hi int) {
	if !m.ascii {
		return m.spanDecoding(in, p)
	}
	st := &m.loops[in.arg]
	if p < st.runFrom || p > st.runTo || st.runTo == 0 {
		st.runFrom, st.runTo = p, m.runEnd(in.set, p)
	}
	lo, hi = p+int(in.min), st.runTo
	if in.max >= 0 {
		hi = min(hi, p+int(in.max))
	}
	if hi < lo {
		return -1, -1
	}
	return lo, hi
}

func (m *Machine) runEnd(set *charSet, p int) int {
	if set.dot {
		if i := bytes.IndexByte(m.text[p:], '\n'); i >= 0 {
			return p + i
		}
		return len(m.text)
	}
	for p < len(m.text) && set.ascii[m.text[p]>>6&1]>>(m.text[p]&63)&1 != 0 {
		p++
	}
	return p
}

func (m *Machine) spanDecoding(in *inst, p int) (lo, hi int) {
	lo = -1
	for n := int32(0); ; n++ {
		if n == in.min {
			lo = p
		}
		if n == in.max || p == len(m.text) {
			return lo, p
		}
		w := in.set.width(m.text, p)
		if w == 0 {
			return lo, p
		}
		p += w
	}
}

// loop tries what follows a loop at lo..hi, from the end its greed prefers.
func (m *Machine) loop(in *inst, lo, hi int) bool {
	step, from := 1, lo
	if in.greedy {
		step, from = -1, hi
	}
	for e := from; lo <= e && e <= hi; e += step {
		if st := &m.loops[in.arg]; st.failFrom <= e && e <= st.failTo {
			if e = st.failTo; in.greedy {
				e = st.failFrom
			}
			continue
		}
		if in.first != nil && (e == len(m.text) || !in.first.has(m.text[e])) || !m.ascii && !m.boundary[e] {
			continue
		}
		if m.try(in.next, e) {
			return true
		}
	}
	st := &m.loops[in.arg]
	if lo <= st.failTo+1 && st.failFrom <= hi+1 && st.failFrom <= st.failTo {
		st.failFrom, st.failTo = min(lo, st.failFrom), max(hi, st.failTo)
	} else {
		st.failFrom, st.failTo = lo, hi
	}
	return false
}
