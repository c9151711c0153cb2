package prog

import "github.com/naru-log/naru/filters/grok/pattern/syntax"

// sub runs a sub-program and drops the alternatives it leaves open, but not
// what has to be undone if the paths after it fail.
func (m *machine) sub(pc int32, pos int, atomic bool) int {
	base, since := len(m.stack), m.since
	m.depth++
	end := m.run(pc, pos)
	m.depth--
	m.since = since
	if end < 0 {
		return -1
	}
	kept := base
	for i := base; i < len(m.stack); i++ {
		f := m.stack[i]
		switch f.kind {
		case frameBranch, frameRun, frameLazy, frameChoices:
			continue
		case frameMark:
			m.memo.set(int(f.a), int(f.pos), passed)
			if atomic {
				m.memo.setEnd(int(f.a), int(f.pos), end)
			}
			continue
		}
		m.stack[kept] = f
		kept++
	}
	m.stack = m.stack[:kept]
	return end
}

func (m *machine) atomic(in *inst, pos int) (*inst, int) {
	at := m.sub(in.x, pos, true)
	if at < 0 {
		return fail(pos)
	}
	m.since += at - pos // the sub-program has paid for it
	return in.to, at
}

// subEnd ends a sub-program.
func (m *machine) subEnd(_ *inst, pos int) (*inst, int) {
	if m.spend(pos - m.since); m.over {
		return fail(pos)
	}
	return nil, pos
}

func (m *machine) lookaround(in *inst, pos int) (*inst, int) {
	if m.look(in, pos) {
		return in.to, pos
	}
	return fail(pos)
}

// look evaluates a lookaround. A negative one leaves no trace.
func (m *machine) look(in *inst, pos int) bool {
	at := pos
	kind := syntax.Look(in.n)
	if kind >= syntax.Behind {
		for range in.m {
			if at == 0 {
				return kind == syntax.NotBehind
			}
			at = back(m.text, at)
		}
	}
	base := len(m.stack)
	end := m.sub(in.x, at, false)
	if kind == syntax.Ahead || kind == syntax.Behind {
		return end >= 0
	}
	if m.over {
		return false
	}
	if end >= 0 {
		m.resume(base)
	}
	return end < 0
}
