package prog

import "slices"

// leastShared is how many instructions programs have to begin with in common
// for sharing to be worth while.
const leastShared = 8

// Share returns programs for several expressions that are tried in turn. Those
// that stand together and begin alike get a stop where they part: what the
// first of them did up to there holds for the others too. group says which
// these are: programs with the same number, from 1, have the same stop; 0
// stands alone. The programs given are not changed.
func Share(progs []*Prog) (shared []*Prog, group []int) {
	shared, group = slices.Clone(progs), make([]int, len(progs))
	groups := 0
	for i := 0; i < len(progs); {
		end, stop := family(progs[i:])
		if end > 1 {
			groups++
			head := commonHead(progs[i:i+end], stop)
			for j := i; j < i+end; j++ {
				shared[j], group[j] = progs[j].withStop(head), groups
			}
		}
		i += end
	}
	return shared, group
}

// family returns how many programs from the first on begin alike, and where
// they can stop.
func family(progs []*Prog) (members, stop int) {
	first := progs[0].quick
	if first == nil {
		return 1, 0
	}
	cuts := first.cuts()
	stop = len(first.inst) - 1
	for i, p := range progs[1:] {
		if p.quick == nil {
			return i + 1, stop
		}
		other := p.quick.cuts()
		least := min(stop, first.common(p.quick))
		both := make([]bool, len(cuts))
		for pc := range both {
			both[pc] = cuts[pc] && pc < len(other) && other[pc]
		}
		for least > 0 && !both[least] {
			least--
		}
		if least < leastShared {
			return i + 1, stop
		}
		cuts, stop = both, least
	}
	return len(progs), stop
}

// commonHead returns the instructions up to the stop for all of a family: those
// of the first, but with what the least demanding demands of what comes after.
func commonHead(progs []*Prog, stop int) []inst {
	head := slices.Clone(progs[0].quick.inst[:stop])
	for pc := range head {
		if head[pc].op != opRunBack {
			continue
		}
		for _, p := range progs {
			head[pc].x = min(head[pc].x, p.quick.inst[pc].x)
		}
	}
	return head
}

// cuts says of each instruction whether nothing in front of it leads behind
// it, and nothing from it on leads in front of it.
func (c *code) cuts() []bool {
	n := len(c.inst)
	ok := make([]bool, n)
	most := 0
	for pc := range n {
		ok[pc] = most <= pc
		for _, to := range c.inst[pc].targets(nil) {
			most = max(most, int(to))
		}
	}
	least := n
	for pc := n - 1; pc >= 0; pc-- {
		for _, to := range c.inst[pc].targets(nil) {
			least = min(least, int(to))
		}
		ok[pc] = ok[pc] && least >= pc
	}
	return ok
}

// targets appends where an instruction leads.
func (in *inst) targets(list []int32) []int32 {
	list = append(list, in.next)
	switch in.op {
	case opJump, opPair, opCheck, opCond, opCall:
		return append(list, in.x)
	case opSplit, opLook, opAtomic, opScan, opPrefer:
		return append(list, in.x, in.y)
	case opDispatch:
		for _, to := range in.table.target {
			if to >= 0 {
				list = append(list, to)
			}
		}
		for _, to := range in.table.lists {
			if to != endOfList {
				list = append(list, to)
			}
		}
	}
	return list
}

// common returns how many instructions two programs begin with in common.
func (c *code) common(d *code) int {
	n := min(len(c.inst), len(d.inst))
	for pc := range n {
		if !c.inst[pc].same(&d.inst[pc]) {
			return pc
		}
	}
	return n
}

// same reports whether two instructions do the same, but for what a run
// demands of the rest of the expression.
func (in *inst) same(o *inst) bool {
	if in.op != o.op || in.b != o.b || in.a != o.a || in.n != o.n || in.m != o.m || in.next != o.next || in.opens != o.opens || in.closes != o.closes ||
		in.x != o.x && in.op != opRunBack || in.y != o.y || in.lit != o.lit ||
		in.word != o.word || in.length != o.length || !slices.Equal(in.groups, o.groups) {
		return false
	}
	if (in.set == nil) != (o.set == nil) || (in.sign == nil) != (o.sign == nil) || (in.follow == nil) != (o.follow == nil) ||
		(in.table == nil) != (o.table == nil) || (in.scan == nil) != (o.scan == nil) {
		return false
	}
	return (in.set == nil || in.set.set.Equal(o.set.set)) && (in.sign == nil || in.sign.set.Equal(o.sign.set)) && (in.follow == nil || *in.follow == *o.follow) &&
		(in.table == nil || in.table.same(o.table)) && (in.scan == nil || in.scan.same(o.scan))
}

func (d *dispatch) same(e *dispatch) bool {
	return d.target == e.target && slices.Equal(d.lists, e.lists)
}

func (a *automaton) same(b *automaton) bool {
	return a.class == b.class && a.end == b.end && slices.Equal(a.start, b.start) && slices.Equal(a.trans, b.trans) &&
		a.shortcut == b.shortcut && a.shortPrev == b.shortPrev && (a.shortcut == noShortcut || *a.follow == *b.follow)
}

// withStop returns a copy of p that begins with head and then stops for a
// moment. The instruction that was there moves to the end.
func (p *Prog) withStop(head []inst) *Prog {
	at := len(head)
	quick := *p.quick
	moved := int32(len(quick.inst))
	quick.inst = slices.Concat(head, quick.inst[at:], quick.inst[at:at+1])
	quick.inst[at] = inst{op: opStop, x: moved}
	quick.stop = moved
	quick.bind()
	out := *p
	out.quick = &quick
	return &out
}

// Start is how the first of several matchers with a common stop came to it on
// a text, for the others to go on from there. It is not safe for concurrent
// use.
type Start struct {
	state startState
	// What the machine was when it first came to the stop, if it did.
	arrived bool
	pos     int
	keep    int
	steps   int
	stack   []frame
	caps    []int32
	regs    []int32
	onces   []int32
}

type startState uint8

const (
	startOff   startState = iota // the matchers do not share
	startOpen                    // the next one is the first
	startKnown                   // it has been
)

// Begin makes the next matcher the first for a new text; the others have to
// match the same text, until End.
func (s *Start) Begin() { s.state, s.arrived = startOpen, false }

// End ends what Begin began.
func (s *Start) End() { s.state = startOff }

// ShareStart makes m one of the matchers that share s. Their programs have the
// same stop.
func (m *Matcher) ShareStart(s *Start) {
	if m.quick != nil {
		m.quick.start = s
	}
}

// arrive keeps the state of the machine at the stop.
func (m *machine) arrive(pos int) {
	s := m.start
	if s == nil || s.state != startOpen || s.arrived {
		return
	}
	s.arrived, s.pos, s.keep, s.steps = true, pos, m.keep, m.steps
	s.stack = append(s.stack[:0], m.stack...)
	s.caps = append(s.caps[:0], m.caps...)
	s.regs = append(s.regs[:0], m.regs...)
	s.onces = append(s.onces[:0], m.onces...)
}

// first makes the attempt at the beginning of the text, from the stop on if
// that is known.
func (m *machine) first() int {
	s := m.start
	if s == nil || s.state == startOff {
		return m.run(0, 0)
	}
	if s.state == startOpen {
		end := m.run(0, 0)
		if s.state = startKnown; m.over {
			s.state = startOff // it is not known what else it would have done
		}
		return end
	}
	if !s.arrived {
		return -1
	}
	copy(m.caps, s.caps)
	copy(m.regs, s.regs)
	copy(m.onces, s.onces)
	m.stack = append(m.stack[:0], s.stack...)
	m.keep, m.steps, m.depth = s.keep, s.steps, 0
	return m.runAbove(m.code.stop, s.pos, 0)
}
