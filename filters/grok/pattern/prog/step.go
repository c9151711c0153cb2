package prog

// step is what the machine does at an instruction. It returns where to go on:
// an instruction and a position. Without an instruction the program, or a
// sub-program of it, has matched up to the position, or there is no way on.
type step func(m *machine, in *inst, pos int) (next *inst, at int)

// fail is what a step returns that finds no way on from pos.
func fail(pos int) (*inst, int) { return nil, ^pos }

func (m *machine) match(_ *inst, pos int) (*inst, int) { return nil, pos }

func (m *machine) jump(in *inst, pos int) (*inst, int) { return in.other, pos }

func (m *machine) split(in *inst, pos int) (*inst, int) {
	m.push(frameBranch, in.y, pos, 0)
	return in.other, pos
}

func (m *machine) dispatch(in *inst, pos int) (*inst, int) {
	to := in.table.at(m.text, pos)
	switch {
	case to >= 0:
		return &m.inst[to], pos
	case to == noBranch:
		return fail(pos)
	}
	at := listAt(to)
	m.push(frameChoices, in.self, pos, int(at)+1)
	return &m.inst[in.table.lists[at]], pos
}

func (m *machine) pair(in *inst, pos int) (*inst, int) {
	if pos < len(m.text) && m.text[pos] == in.b && in.follow.at(m.text, pos+1) {
		return in.other, pos + 1
	}
	return in.to, pos
}

// saveStart begins a group. What it held is put back on backtracking.
func (m *machine) saveStart(in *inst, pos int) (*inst, int) {
	start, end := &m.caps[2*in.n], &m.caps[2*in.n+1]
	if len(m.stack) > 0 || m.depth > 0 {
		m.push(frameGroup, *end, int(*start), int(in.n))
	}
	*start, *end = int32(pos), -1
	return in.to, pos
}

func (m *machine) visit(in *inst, pos int) (*inst, int) {
	if m.memo.visit(m.point(in, pos), pos) {
		return fail(pos)
	}
	return in.to, pos
}

func (m *machine) visitSub(in *inst, pos int) (*inst, int) {
	point := m.point(in, pos)
	switch m.memo.get(point, pos) {
	case unknown:
		m.push(frameMark, 0, pos, point)
		return in.to, pos
	case passed:
		if m.code.captureSub {
			return in.to, pos
		}
		if in.m == 0 {
			return nil, pos // of a lookaround only the outcome counts
		}
		return nil, int(m.memo.ends[endKey(point, pos)])
	}
	return fail(pos)
}

// point returns the variant of a memo point that holds at pos.
func (m *machine) point(in *inst, pos int) int {
	point := int(in.n)
	for i, reg := range in.groups {
		if m.regs[reg] == int32(pos) {
			point += 1 << i
		}
	}
	return point
}

// stop keeps the state at the stop for the expressions that share it.
func (m *machine) stop(in *inst, pos int) (*inst, int) {
	m.arrive(pos)
	return in.other, pos
}

func (m *machine) markRound(in *inst, pos int) (*inst, int) {
	m.push(frameReg, 0, int(m.regs[in.n]), int(in.n))
	m.regs[in.n] = int32(pos)
	return in.to, pos
}

func (m *machine) checkRound(in *inst, pos int) (*inst, int) {
	switch {
	case m.regs[in.n] != int32(pos):
		return in.to, pos
	case in.m == 0 || !m.emptyAgain(in.n, pos):
		return in.other, pos
	}
	return fail(pos)
}

// emptyAgain reports whether a round that matched nothing began a group that
// had been empty at another position before. The reference takes such a round
// for a failure rather than for the end of the loop, which shows in what the
// group holds afterwards.
func (m *machine) emptyAgain(reg int32, pos int) bool {
	k := len(m.stack) - 1
	for k > 0 && (m.stack[k].kind != frameReg || m.stack[k].a != reg) {
		k--
	}
	again := false
	for _, f := range m.stack[k:] {
		if f.kind != frameGroup {
			continue
		}
		start, end := f.pos, f.pc
		if end < 0 || start != end {
			return false
		}
		again = again || end != int32(pos)
	}
	return again
}

func (m *machine) keepOut(in *inst, pos int) (*inst, int) {
	m.push(frameKeep, 0, m.keep, 0)
	m.keep = pos
	return in.to, pos
}

func (m *machine) cond(in *inst, pos int) (*inst, int) {
	for _, g := range in.groups {
		if m.caps[2*g+1] >= 0 {
			return in.to, pos
		}
	}
	return in.other, pos
}

func (m *machine) cluster(in *inst, pos int) (*inst, int) {
	if at := grapheme(m.text, pos); at >= 0 {
		return in.to, at
	}
	return fail(pos)
}

// deepest bounds the calls that wait for their return.
const deepest = 100_000

func (m *machine) call(in *inst, pos int) (*inst, int) {
	if len(m.calls) >= deepest {
		m.over = true
		return fail(pos)
	}
	m.calls = append(m.calls, in.next)
	m.push(frameCall, 0, 0, 0)
	return in.other, pos
}

func (m *machine) giveReturn(_ *inst, pos int) (*inst, int) {
	k := len(m.calls) - 1
	next := m.calls[k]
	m.calls = m.calls[:k]
	m.push(frameReturn, next, 0, 0)
	return &m.inst[next], pos
}

func (m *machine) openGroup(in *inst, pos int) (*inst, int) {
	m.open = append(m.open, int32(pos))
	m.push(frameOpened, 0, 0, 0)
	m.push(frameGroup, m.caps[2*in.n+1], int(m.caps[2*in.n]), int(in.n))
	m.caps[2*in.n+1] = -1
	return in.to, pos
}

func (m *machine) closeGroup(in *inst, pos int) (*inst, int) {
	k := len(m.open) - 1
	start := m.open[k]
	m.open = m.open[:k]
	m.push(frameClosed, 0, int(start), 0)
	m.push(frameGroup, m.caps[2*in.n+1], int(m.caps[2*in.n]), int(in.n))
	m.caps[2*in.n], m.caps[2*in.n+1] = start, int32(pos)
	return in.to, pos
}

func (m *machine) backref(in *inst, pos int) (*inst, int) {
	for _, g := range in.groups {
		start, end := m.caps[2*g], m.caps[2*g+1]
		if end < 0 {
			continue
		}
		want := m.text[start:end]
		if len(m.text)-pos < len(want) {
			break // as in the reference, which does not try the other groups then
		}
		if in.n == 1 {
			if at := foldBytes(m.text, pos, want); at >= 0 {
				return in.to, at
			}
			continue
		}
		if string(m.text[pos:pos+len(want)]) == string(want) {
			m.steps += len(want) >> runCost
			return in.to, pos + len(want)
		}
	}
	return fail(pos)
}
