package prog

import (
	"errors"
	"slices"

	"github.com/naru-log/naru/filters/grok/pattern/syntax"
)

// maxInst bounds the length of the plain program, maxQuick that of the quick
// one, whose instructions have tables.
const (
	maxInst  = 100_000
	maxQuick = 20_000
)

// ErrTooLarge says that a pattern with its repeats written out is too large.
var ErrTooLarge = errors.New("the pattern with its counted repeats written out is too large")

// emitter appends instructions.
type emitter struct {
	code
	tree     *syntax.Tree
	most     int // instructions
	sets     map[*syntax.Set]*charSet
	sub      int  // depth of sub-programs
	memoized bool // emit memo points
	inAtomic bool // the innermost sub-program is an atomic group
	called   map[int]bool
	empty    map[int]bool  // groups that can match nothing
	entry    map[int]int32 // of the subroutines
	fixes    map[int][]int // calls whose subroutine is not there yet
	queue    []int
	loops    []int // registers of the loops around that can match nothing
}

func newEmitter(t *syntax.Tree) *emitter {
	return &emitter{tree: t, most: maxInst, sets: make(map[*syntax.Set]*charSet),
		called: make(map[int]bool), empty: make(map[int]bool), entry: make(map[int]int32), fixes: make(map[int][]int)}
}

func (e *emitter) add(i inst) int {
	if len(e.inst) >= e.most {
		panic(ErrTooLarge)
	}
	e.inst = append(e.inst, i)
	return len(e.inst) - 1
}

func (e *emitter) pc() int32 { return int32(len(e.inst)) }

func (e *emitter) set(s *syntax.Set) *charSet {
	c, ok := e.sets[s]
	if !ok {
		c = newCharSet(s)
		e.sets[s] = c
	}
	return c
}

// point adds a memo point: a place where paths meet. In a loop that a round
// without progress ends it matters whether the round has made some, so there
// the point has a variant for either case (for the innermost loops).
func (e *emitter) point(n *syntax.Node) {
	if !e.memoized {
		return
	}
	op := opMemo
	if e.sub > 0 {
		op = opMemoSub
	}
	const most = 3
	regs := e.loops[max(0, len(e.loops)-most):]
	i := inst{op: op, n: int32(e.points), pos: int32(n.Pos), groups: slices.Clone(regs)}
	if e.inAtomic {
		i.m = 1
	}
	e.add(i)
	e.points += 1 << len(regs)
}

// compilePlain writes the plain program of a tree.
func compilePlain(t *syntax.Tree) (c *code, err error) {
	e := newEmitter(t)
	defer func() {
		if r := recover(); r != nil {
			if r != any(ErrTooLarge) {
				panic(r)
			}
			c, err = nil, ErrTooLarge
		}
	}()
	e.survey(t.Root)
	e.memo = !e.stateful(t.Root) && !e.recursive
	e.memoized = e.memo
	e.plain(t.Root)
	e.add(inst{op: opMatch, pos: int32(len(t.Source.Text))})
	e.subroutines()
	e.link()
	e.bind()
	return &e.code, nil
}

// survey finds out which calls are recursive. Others are written out.
func (e *emitter) survey(n *syntax.Node) {
	if n.Op == syntax.OpCall && e.reaches(n.Index, n.Index, make(map[int]bool)) {
		e.recursive = true
		e.called[n.Index] = true
	}
	for _, s := range n.Subs {
		e.survey(s)
	}
}

// reaches reports whether group calls target, itself or through others.
func (e *emitter) reaches(group, target int, seen map[int]bool) bool {
	if seen[group] {
		return false
	}
	seen[group] = true
	var walk func(n *syntax.Node) bool
	walk = func(n *syntax.Node) bool {
		if n.Op == syntax.OpCall && (n.Index == target || e.reaches(n.Index, target, seen)) {
			return true
		}
		for _, s := range n.Subs {
			if walk(s) {
				return true
			}
		}
		return false
	}
	return walk(e.tree.Groups[group].Node)
}

// stateful reports whether matching depends on what was captured.
func (e *emitter) stateful(n *syntax.Node) bool {
	if n.Op == syntax.OpBackref || n.Op == syntax.OpCond {
		return true
	}
	for _, s := range n.Subs {
		if e.stateful(s) {
			return true
		}
	}
	return false
}

func (e *emitter) subroutines() {
	for len(e.queue) > 0 {
		g := e.queue[0]
		e.queue = e.queue[1:]
		if _, ok := e.entry[g]; ok {
			continue
		}
		e.entry[g] = e.pc()
		e.plain(e.tree.Groups[g].Node)
		e.add(inst{op: opReturn})
	}
	for g, at := range e.fixes {
		for _, i := range at {
			e.inst[i].x = e.entry[g]
		}
	}
}

func (e *emitter) plain(n *syntax.Node) {
	switch n.Op {
	case syntax.OpCat:
		for _, s := range n.Subs {
			e.plain(s)
		}
	case syntax.OpAlt:
		e.plainAlt(n)
	case syntax.OpRepeat:
		e.plainRepeat(n)
	case syntax.OpCapture:
		e.capture(n, func() { e.plain(n.Subs[0]) })
	case syntax.OpAtomic:
		at := e.add(inst{op: opAtomic, pos: int32(n.Pos)})
		e.subProgram(at, func() { e.plain(n.Subs[0]) })
		e.point(n)
	case syntax.OpLook:
		at := e.add(inst{op: opLook, n: int32(n.Look), m: int32(n.Width), pos: int32(n.Pos)})
		e.subProgram(at, func() { e.plain(n.Subs[0]) })
	case syntax.OpCall:
		e.call(n)
	default:
		e.leaf(n)
	}
}

// subProgram writes the body of the instruction at, which goes on after it.
func (e *emitter) subProgram(at int, body func()) {
	outer := e.inAtomic
	e.inAtomic = e.inst[at].op == opAtomic
	defer func() { e.inAtomic = outer }()
	e.sub++
	e.inst[at].x = e.pc()
	body()
	e.add(inst{op: opSubEnd, pos: e.inst[at].pos})
	e.sub--
	e.inst[at].y = e.pc()
}

func (e *emitter) capture(n *syntax.Node, body func()) {
	group, pos := int32(n.Index), int32(n.Pos)
	start, end := inst{op: opSaveStart, n: group, pos: pos}, inst{op: opEmpty, closes: endOf(group), pos: pos}
	if e.recursive {
		start, end = inst{op: opOpen, n: group, pos: pos}, inst{op: opClose, n: group, pos: pos}
	}
	if e.sub > 0 {
		e.captureSub = true
	}
	e.add(start)
	body()
	e.add(end)
}

// call writes a group out in place of a call, or calls it if that would not
// end.
func (e *emitter) call(n *syntax.Node) {
	if !e.called[n.Index] {
		e.plain(e.tree.Groups[n.Index].Node)
		return
	}
	at := e.add(inst{op: opCall, pos: int32(n.Pos)})
	e.fixes[n.Index] = append(e.fixes[n.Index], at)
	e.queue = append(e.queue, n.Index)
}

func (e *emitter) plainAlt(n *syntax.Node) {
	var ends []int
	for i, s := range n.Subs {
		if i == len(n.Subs)-1 {
			e.plain(s)
			break
		}
		split := e.add(inst{op: opSplit, pos: int32(n.Pos)})
		e.inst[split].x = e.pc()
		e.plain(s)
		ends = append(ends, e.add(inst{op: opJump}))
		e.inst[split].y = e.pc()
	}
	for _, i := range ends {
		e.inst[i].x = e.pc()
	}
	e.point(n)
}

func (e *emitter) plainRepeat(n *syntax.Node) {
	body := n.Subs[0]
	for range n.Min {
		e.plain(body)
	}
	if n.Max < 0 {
		e.loop(n, func() { e.plain(body) })
		return
	}
	var exits []int
	for range n.Max - n.Min {
		exits = append(exits, e.split(n))
		e.plain(body)
	}
	for _, i := range exits {
		e.exitTo(i, n.Lazy)
	}
	if len(exits) > 0 {
		e.point(n)
	}
}

// split emits the choice between another round and leaving; exitTo fills in
// where leaving leads.
func (e *emitter) split(n *syntax.Node) int {
	i := e.add(inst{op: opSplit, pos: int32(n.Pos)})
	if n.Lazy {
		e.inst[i].y = e.pc()
	} else {
		e.inst[i].x = e.pc()
	}
	return i
}

func (e *emitter) exitTo(i int, lazy bool) {
	if lazy {
		e.inst[i].x = e.pc()
	} else {
		e.inst[i].y = e.pc()
	}
}

// loop writes an unlimited repeat. A round that matched nothing ends it.
func (e *emitter) loop(n *syntax.Node, body func()) {
	head := e.pc()
	e.point(n)
	split := e.split(n)
	empty := e.nullable(n.Subs[0])
	reg := int32(e.regs)
	if empty {
		e.regs++
		e.add(inst{op: opMark, n: reg, pos: int32(n.Pos)})
		e.loops = append(e.loops, int(reg))
	}
	body()
	check := -1
	if empty {
		check = e.add(inst{op: opCheck, n: reg, pos: int32(n.Pos)})
		if hasCapture(n) {
			e.inst[check].m = 1
		}
		e.loops = e.loops[:len(e.loops)-1]
	}
	e.add(inst{op: opJump, x: head})
	e.exitTo(split, n.Lazy)
	if check >= 0 {
		e.inst[check].x = e.pc()
		e.point(n)
	}
}

// leaf writes a node that has no nodes below it.
func (e *emitter) leaf(n *syntax.Node) {
	pos := int32(n.Pos)
	switch n.Op {
	case syntax.OpString:
		e.str(n)
	case syntax.OpClass:
		e.add(inst{op: opSet, set: e.set(n.Set), pos: pos})
	case syntax.OpAssert:
		e.add(inst{op: opAssert, a: uint8(n.Assert), pos: pos})
	case syntax.OpBackref:
		i := inst{op: opBackref, groups: n.Groups, pos: pos}
		if n.Fold {
			i.n = 1
		}
		e.add(i)
	case syntax.OpCond:
		cond := e.add(inst{op: opCond, groups: n.Groups, pos: pos})
		e.plain(n.Subs[0])
		end := e.add(inst{op: opJump})
		e.inst[cond].x = e.pc()
		e.plain(n.Subs[1])
		e.inst[end].x = e.pc()
	case syntax.OpKeep:
		e.add(inst{op: opKeep, pos: pos})
	case syntax.OpGrapheme:
		e.add(inst{op: opGrapheme, pos: pos})
	}
}

func (e *emitter) str(n *syntax.Node) {
	pos := int32(n.Pos)
	if n.Fold {
		var f []rune
		for _, r := range n.Runes {
			f = syntax.AppendFold(f, r)
		}
		e.add(inst{op: opFold, lit: string(f), pos: pos})
		return
	}
	lit := string(n.Runes)
	switch len(lit) {
	case 0:
		return
	case 1:
		e.add(inst{op: opByte, b: lit[0], pos: pos})
		return
	}
	e.add(inst{op: opLit, lit: lit, pos: pos})
}

// nullable reports whether n can match the empty string.
func (e *emitter) nullable(n *syntax.Node) bool {
	switch n.Op {
	case syntax.OpString, syntax.OpClass, syntax.OpGrapheme:
		return n.Op == syntax.OpString && len(n.Runes) == 0
	case syntax.OpCat:
		for _, s := range n.Subs {
			if !e.nullable(s) {
				return false
			}
		}
		return true
	case syntax.OpAlt, syntax.OpCond:
		for _, s := range n.Subs {
			if e.nullable(s) {
				return true
			}
		}
		return false
	case syntax.OpRepeat:
		return n.Min == 0 || e.nullable(n.Subs[0])
	case syntax.OpCapture, syntax.OpAtomic:
		return e.nullable(n.Subs[0])
	case syntax.OpCall:
		empty, ok := e.empty[n.Index]
		if !ok {
			e.empty[n.Index] = true // while it is being worked out
			empty = e.nullable(e.tree.Groups[n.Index].Node)
			e.empty[n.Index] = empty
		}
		return empty
	}
	return true
}

func hasCapture(n *syntax.Node) bool {
	if n.Op == syntax.OpCapture {
		return true
	}
	for _, s := range n.Subs {
		if hasCapture(s) {
			return true
		}
	}
	return false
}
