package prog

import (
	"unicode/utf8"

	"github.com/naru-log/naru/filters/grok/pattern/syntax"
)

// frameKind says what a frame of the stack undoes or tries next.
type frameKind int32

const (
	frameBranch  frameKind = iota // go on at pc and pos
	frameRun                      // a run gives back down to a
	frameLazy                     // a lazy run takes one more; a is what it may still take
	frameGroup                    // group a had start pos and end pc
	frameReg                      // register a was pos
	frameMark                     // memo point a at pos fails
	frameKeep                     // the match began at pos
	frameReturn                   // take back a return (to pc)
	frameCall                     // take back a call
	frameOpened                   // take back an opening
	frameClosed                   // take back a closing: pos was open
	frameChoices                  // branches list a of the dispatch at pc, from index on, at pos
)

type frame struct {
	kind frameKind
	pc   int32
	pos  int32
	a    int32
}

// maxFrames bounds the stack: 128 MiB.
const maxFrames = 8 << 20

// machine runs a program.
type machine struct {
	code  *code
	text  []byte
	stack []frame
	caps  []int32 // start and end of each group, -1 if none
	regs  []int32
	onces []int32 // where each opOnce point was reached last
	calls []int32 // return addresses
	open  []int32 // starts of open groups
	memo  memo
	keep  int
	from  int // where the search began, for \G
	steps int
	limit int
	over  bool // the budget is used up
	dirty bool // caps may have something in it
	depth int  // of sub-programs

	trace *trace // nil if nobody asks how far it got
	start *Start // nil if it is not shared
}

func newMachine(c *code, groups int) *machine {
	m := &machine{code: c, caps: make([]int32, 2*groups), regs: make([]int32, c.regs),
		onces: make([]int32, c.onces), dirty: true}
	m.clearCaps()
	return m
}

func (m *machine) clearCaps() {
	if m.dirty {
		for i := range m.caps {
			m.caps[i] = -1
		}
		m.dirty = false
	}
}

// finish lets go of the text, and of a stack that is larger than lines need
// that were not made to hurt.
func (m *machine) finish() {
	m.text = nil
	const kept = 1 << 16
	if cap(m.stack) > kept {
		m.stack = nil
	}
}

// attempt tries to match at pos and returns the end, or -1.
func (m *machine) attempt(pos int) int {
	m.clearCaps()
	m.stack = m.stack[:0]
	m.calls = m.calls[:0]
	m.open = m.open[:0]
	m.keep = -1
	m.depth = 0
	return m.run(0, pos)
}

func (m *machine) push(k frameKind, pc, pos, a int) {
	m.stack = append(m.stack, frame{k, int32(pc), int32(pos), int32(a)})
}

// run runs from pc on at pos until opMatch or, in a sub-program, opSubEnd,
// and returns the position there, or -1. Frames that it leaves on the stack
// belong to alternatives that are still open.
func (m *machine) run(pc, pos int) int { return m.runAbove(pc, pos, len(m.stack)) }

// runAbove is run that may take alternatives down to a height of the stack.
func (m *machine) runAbove(pc, pos, base int) int {
	text := m.text
	code := m.code.inst
	from := pos // of what was read since the last choice
	for {
		in := &code[pc]
		switch in.op {
		case opMatch:
			return pos
		case opSubEnd:
			if m.spend(pos - from); m.over {
				return -1
			}
			return pos
		case opByte:
			if pos < len(text) && text[pos] == in.b {
				pos++
				pc++
				continue
			}
		case opLit:
			if len(text)-pos >= len(in.lit) && string(text[pos:pos+len(in.lit)]) == in.lit {
				pos += len(in.lit)
				pc++
				continue
			}
		case opSet:
			if next := in.set.step(text, pos); next >= 0 {
				pos = next
				pc++
				continue
			}
		case opJump:
			pc = int(in.x)
			continue
		case opSplit:
			m.push(frameBranch, int(in.y), pos, 0)
			pc = int(in.x)
			continue
		case opDispatch:
			switch to := in.table.at(text, pos); {
			case to >= 0:
				pc = int(to)
				continue
			case to != noBranch:
				m.push(frameChoices, pc, pos, 1)
				pc = int(in.table.list(to)[0])
				continue
			}
		case opRun:
			end := pos
			if set := in.set; in.m < 0 && in.n <= 1 && !set.mixed && set.hole < 0 {
				for end < len(text) && set.tab[text[end]] == yes {
					end++
				}
				m.steps += (end - pos) >> runCost
				if end-pos < int(in.n) {
					end = -1
				}
			} else {
				end = m.take(in, pos, in.m)
			}
			if end >= 0 {
				if in.group > 0 {
					m.capture(in.group, pos, end)
				}
				pos = end
				pc++
				continue
			}
		case opPair:
			if pos < len(text) && text[pos] == in.b && in.follow.at(text, pos+1) {
				pos++
				pc = int(in.x)
				continue
			}
			pc++
			continue
		case opStart:
			m.caps[2*in.n] = int32(pos)
			m.dirty = true
			pc++
			continue
		case opClear:
			for _, g := range in.groups {
				m.caps[2*g+1] = -1
			}
			pc++
			continue
		case opOnce:
			if last := &m.onces[in.n]; *last != int32(pos) {
				*last = int32(pos)
				pc++
				continue
			}
		case opScan:
			end, seen := in.scan.scan(text, pos)
			m.steps += (seen - pos) >> runCost
			if end >= 0 {
				if in.group > 0 {
					m.capture(in.group, pos, end)
				}
				pos = end
				pc = int(in.y)
				continue
			}
			if end == scanUnsure {
				pc = int(in.x)
				continue
			}
		case opBehind:
			if m.behind(in, pos) {
				pc++
				continue
			}
		case opAhead:
			if hit := in.set.step(text, pos) >= 0; hit != (in.m == 1) {
				pc++
				continue
			}
		case opRunBack:
			if end := m.runBack(in, pc, pos); end >= 0 {
				pos = end
				pc++
				continue
			}
		case opRunLazy:
			if end := m.runLazy(in, pc, pos); end >= 0 {
				pos = end
				pc++
				continue
			}
		case opPrefer:
			end, seen := in.scan.prefer(text, pos)
			m.steps += (seen - pos) >> runCost
			if end >= 0 {
				if in.group > 0 {
					m.capture(in.group, pos, end)
				}
				pos = end
				pc = int(in.y)
				continue
			}
			if end == scanUnsure {
				pc = int(in.x)
				continue
			}
		case opSaveStart:
			m.saveStart(int(in.n), pos)
			pc++
			continue
		case opSaveEnd:
			m.caps[2*in.n+1] = int32(pos)
			pc++
			continue
		case opAssert:
			if m.assert(syntax.Assert(in.a), pos) {
				pc++
				continue
			}
		case opMemo:
			if !m.memo.visit(m.point(in, pos), pos) {
				pc++
				continue
			}
		case opMemoSub:
			point := m.point(in, pos)
			switch m.memo.get(point, pos) {
			case unknown:
				m.push(frameMark, 0, pos, point)
				pc++
				continue
			case passed:
				if !m.code.captureSub && in.m == 0 {
					return pos // of a lookaround only the outcome counts
				}
				if !m.code.captureSub {
					return int(m.memo.ends[endKey(point, pos)])
				}
				pc++
				continue
			}
		default:
			if next, at, ok := m.rare(in, pc, pos); ok {
				if in.op == opAtomic {
					from += at - pos // the sub-program has paid for it
				}
				pc, pos = next, at
				continue
			}
		}
		// The path failed: take the alternative opened last.
		if m.trace != nil {
			m.record(pc, pos)
		}
		if m.spend(pos - from); m.over {
			return -1
		}
		if pc, pos = m.resume(base); pc < 0 {
			return -1
		}
		from = pos
	}
}

// spend takes a step from the budget, and more for a path that read n bytes:
// a loop may read the whole text without ever having to choose.
func (m *machine) spend(n int) {
	const readCost = 2 // four bytes a step
	m.steps += 1 + n>>readCost
	if m.steps > m.limit || len(m.stack) > maxFrames || m.memo.full {
		m.over = true
	}
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

// capture sets a group that has nothing to undo.
func (m *machine) capture(group int32, start, end int) {
	m.caps[2*group], m.caps[2*group+1] = int32(start), int32(end)
	m.dirty = true
}

// saveStart begins a group. What it held is put back on backtracking.
func (m *machine) saveStart(group, pos int) {
	m.dirty = true
	if len(m.stack) > 0 || m.depth > 0 {
		m.push(frameGroup, int(m.caps[2*group+1]), int(m.caps[2*group]), group)
	}
	m.caps[2*group], m.caps[2*group+1] = int32(pos), -1
}

// resume undoes what came after the alternative opened last and returns
// where it goes on, or -1 if there is none above base.
func (m *machine) resume(base int) (pc, pos int) {
	for len(m.stack) > base {
		k := len(m.stack) - 1
		f := &m.stack[k]
		switch f.kind {
		case frameBranch:
			m.stack = m.stack[:k]
			return int(f.pc), int(f.pos)
		case frameRun:
			if pos, ok := m.giveBack(f); ok {
				return int(f.pc) + 1, pos
			}
		case frameLazy:
			if pos, ok := m.takeMore(f); ok {
				return int(f.pc) + 1, pos
			}
		case frameChoices:
			return m.moreChoices(f)
		case frameGroup:
			m.caps[2*f.a], m.caps[2*f.a+1] = f.pos, f.pc
		case frameReg:
			m.regs[f.a] = f.pos
		case frameMark:
			m.memo.set(int(f.a), int(f.pos), failed)
		case frameKeep:
			m.keep = int(f.pos)
		case frameReturn:
			m.calls = append(m.calls, f.pc)
		case frameCall:
			m.calls = m.calls[:len(m.calls)-1]
		case frameOpened:
			m.open = m.open[:len(m.open)-1]
		case frameClosed:
			m.open = append(m.open, f.pos)
		}
		m.stack = m.stack[:k]
	}
	return -1, 0
}

// rare runs an instruction that is not common in the plain program.
func (m *machine) rare(in *inst, pc, pos int) (next, at int, ok bool) {
	switch in.op {
	case opStop:
		m.arrive(pos)
		return int(in.x), pos, true
	case opFold:
		at = m.fold(in.folded, pos)
		return pc + 1, at, at >= 0
	case opMark:
		m.push(frameReg, 0, int(m.regs[in.n]), int(in.n))
		m.regs[in.n] = int32(pos)
		return pc + 1, pos, true
	case opCheck:
		if m.regs[in.n] != int32(pos) {
			return pc + 1, pos, true
		}
		return int(in.x), pos, in.m == 0 || !m.emptyAgain(in.n, pos)
	case opLook:
		return int(in.y), pos, m.look(in, pos)
	case opAtomic:
		at = m.sub(int(in.x), pos, true)
		return int(in.y), at, at >= 0
	case opBackref:
		at = m.backref(in, pos)
		return pc + 1, at, at >= 0
	case opCond:
		for _, g := range in.groups {
			if m.caps[2*g+1] >= 0 {
				return pc + 1, pos, true
			}
		}
		return int(in.x), pos, true
	case opKeep:
		m.push(frameKeep, 0, m.keep, 0)
		m.keep = pos
		return pc + 1, pos, true
	case opGrapheme:
		at = grapheme(m.text, pos)
		return pc + 1, at, at >= 0
	case opCall, opReturn, opOpen, opClose:
		next, ok = m.subroutine(in, pc, pos)
		return next, pos, ok
	}
	return 0, 0, false
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

// subroutine runs the instructions of patterns with recursion.
func (m *machine) subroutine(in *inst, pc, pos int) (next int, ok bool) {
	const deepest = 100_000
	switch in.op {
	case opCall:
		if len(m.calls) >= deepest {
			m.over = true
			return 0, false
		}
		m.calls = append(m.calls, int32(pc+1))
		m.push(frameCall, 0, 0, 0)
		return int(in.x), true
	case opReturn:
		k := len(m.calls) - 1
		next = int(m.calls[k])
		m.calls = m.calls[:k]
		m.push(frameReturn, next, 0, 0)
		return next, true
	case opOpen:
		m.open = append(m.open, int32(pos))
		m.push(frameOpened, 0, 0, 0)
		m.push(frameGroup, int(m.caps[2*in.n+1]), int(m.caps[2*in.n]), int(in.n))
		m.caps[2*in.n+1] = -1
		return pc + 1, true
	}
	k := len(m.open) - 1
	start := m.open[k]
	m.open = m.open[:k]
	m.push(frameClosed, 0, int(start), 0)
	m.dirty = true
	m.push(frameGroup, int(m.caps[2*in.n+1]), int(m.caps[2*in.n]), int(in.n))
	m.caps[2*in.n], m.caps[2*in.n+1] = start, int32(pos)
	return pc + 1, true
}

// sub runs a sub-program and drops the alternatives it leaves open, but not
// what has to be undone if the paths after it fail.
func (m *machine) sub(pc, pos int, atomic bool) int {
	base := len(m.stack)
	m.depth++
	end := m.run(pc, pos)
	m.depth--
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
	end := m.sub(int(in.x), at, false)
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

func (m *machine) backref(in *inst, pos int) int {
	for _, g := range in.groups {
		start, end := m.caps[2*g], m.caps[2*g+1]
		if end < 0 {
			continue
		}
		want := m.text[start:end]
		if len(m.text)-pos < len(want) {
			return -1 // as in the reference, which does not try the other groups then
		}
		if in.n == 1 {
			if at := foldBytes(m.text, pos, want); at >= 0 {
				return at
			}
			continue
		}
		if string(m.text[pos:pos+len(want)]) == string(want) {
			m.steps += len(want) >> runCost
			return pos + len(want)
		}
	}
	return -1
}

// fold matches text from pos on against a folded string and returns the end.
func (m *machine) fold(folded []rune, pos int) int {
	var buf [4]rune
	for len(folded) > 0 {
		if pos >= len(m.text) {
			return -1
		}
		r, n := utf8.DecodeRune(m.text[pos:])
		for _, f := range syntax.AppendFold(buf[:0], r) {
			if len(folded) == 0 || folded[0] != f {
				return -1
			}
			folded = folded[1:]
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
