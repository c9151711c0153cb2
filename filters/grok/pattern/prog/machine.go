package prog

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
	frameChoices                  // the branches from place a on of the lists of the dispatch at pc, at pos
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
	code   *code
	inst   []inst // of code
	text   []byte
	caps   []int32 // start and end of each group, -1 if none
	stack  []frame
	regs   []int32
	onces  []int32 // where each opOnce point was reached last
	calls  []int32 // return addresses
	open   []int32 // starts of open groups
	memo   memo
	places []int32 // caps and onces
	fresh  []int32 // what places is before a text
	keep   int
	from   int // where the search began, for \G
	steps  int
	limit  int
	since  int  // where what was read since the last choice begins
	over   bool // the budget is used up
	depth  int  // of sub-programs
	lines  lines

	trace *trace // nil if nobody asks how far it got
	start *Start // nil if it is not shared
}

func newMachine(c *code, groups int) *machine {
	n := 2*groups + c.onces
	m := &machine{code: c, inst: c.inst, places: make([]int32, n), fresh: make([]int32, n), regs: make([]int32, c.regs)}
	m.caps, m.onces = m.places[:2*groups:2*groups], m.places[2*groups:]
	for i := range m.fresh {
		m.fresh[i] = -1
	}
	return m
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
	m.renew()
	return m.run(0, pos)
}

// renew forgets what an attempt before left behind.
func (m *machine) renew() {
	copy(m.caps, m.fresh)
	m.restart()
}

func (m *machine) restart() {
	m.stack, m.calls, m.open, m.keep, m.depth = m.stack[:0], m.calls[:0], m.open[:0], -1, 0
}

func (m *machine) push(k frameKind, pc int32, pos, a int) {
	m.stack = append(m.stack, frame{k, pc, int32(pos), int32(a)})
}

// run runs from pc on at pos until opMatch or, in a sub-program, opSubEnd,
// and returns the position there, or -1. Frames that it leaves on the stack
// belong to alternatives that are still open.
func (m *machine) run(pc int32, pos int) int { return m.runAbove(pc, pos, len(m.stack)) }

// runAbove is run that may take alternatives down to a height of the stack.
func (m *machine) runAbove(pc int32, pos, base int) int {
	in := &m.inst[pc]
	m.since = pos
	for {
		next, at := in.do(m, in, pos)
		if next != nil {
			in, pos = next, at
			continue
		}
		if at >= 0 {
			return at
		}
		at = ^at
		if m.trace != nil {
			m.record(in, at)
		}
		if m.spend(at - m.since); m.over {
			return -1
		}
		// The path failed: take the alternative opened last.
		if in, pos = m.resume(base); in == nil {
			return -1
		}
		m.since = pos
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

// resume undoes what came after the alternative opened last and returns
// where it goes on, or nil if there is none above base.
func (m *machine) resume(base int) (in *inst, pos int) {
	for len(m.stack) > base {
		k := len(m.stack) - 1
		f := &m.stack[k]
		switch f.kind {
		case frameBranch:
			m.stack = m.stack[:k]
			return &m.inst[f.pc], int(f.pos)
		case frameRun:
			if in, pos := m.giveBack(f); in != nil {
				return in, pos
			}
		case frameLazy:
			if in, pos := m.takeMore(f); in != nil {
				return in, pos
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
	return nil, 0
}

// moreChoices goes on with the next branch of a dispatch.
func (m *machine) moreChoices(f *frame) (in *inst, pos int) {
	list := m.inst[f.pc].table.lists[f.a:]
	in, pos = &m.inst[list[0]], int(f.pos)
	if f.a++; list[1] == endOfList {
		m.stack = m.stack[:len(m.stack)-1]
	}
	return in, pos
}
