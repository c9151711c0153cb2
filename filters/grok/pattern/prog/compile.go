package prog

import (
	"unicode/utf8"

	"github.com/naru-log/naru/filters/grok/pattern/syntax"
)

// quick writes the quick program. Every node is compiled knowing follow, what
// the text has to go on with after it: where a repeat and what follows cannot
// begin with the same byte there is nothing to give back.
type quick struct {
	*emitter
	first  map[*syntax.Node]*firstInfo
	chars  map[rune]*charSet
	noScan bool         // write no automata
	nest   int          // 0 where every match passes once
	loop   int          // depth of repeats
	builds int          // automata tried
	group  int32        // the group that the next automaton matches
	shared map[int]bool // groups that are written more than once
	plan   plan
	tail   *tail

	automata map[string]*automaton // by what they match, nil if there is none
	key      []byte                // scratch
}

// compileQuick writes the quick program of a tree, or nil if there is none
// that is better than the plain one.
func compileQuick(t *syntax.Tree) (c *code) {
	q := &quick{emitter: newEmitter(t), first: make(map[*syntax.Node]*firstInfo), chars: make(map[rune]*charSet), shared: make(map[int]bool),
		automata: make(map[string]*automaton)}
	q.most = maxQuick
	q.survey(t.Root)
	if q.recursive || q.stateful(t.Root) {
		return nil
	}
	q.findShared(t.Root)
	defer func() {
		if r := recover(); r != nil {
			if r != any(ErrTooLarge) {
				panic(r)
			}
			c = nil
		}
	}()
	q.plan.first = q.before(t.Root, allBytes())
	q.plan.anchor = anchorOf(t.Root)
	q.node(t.Root, allBytes(), true)
	q.add(inst{op: opMatch})
	q.plan.probe = q.leadingScan()
	q.link()
	q.fuse()
	q.bind()
	q.code.plan = &q.plan
	return &q.code
}

// leadingScan returns the automaton that every match begins with, if any.
func (q *quick) leadingScan() *automaton {
	for _, in := range q.inst {
		switch in.op {
		case opSaveStart, opEmpty:
			continue
		case opScan, opPrefer:
			return in.scan
		}
		return nil
	}
	return nil
}

// node writes n. last says that nothing after n can fail.
func (q *quick) node(n *syntax.Node, follow *byteSet, last bool) {
	if q.nest == 0 && n.Op != syntax.OpCat && n.Op != syntax.OpCapture {
		q.pass(n)
		q.nest++
		defer func() { q.nest-- }()
	}
	if q.scan(n, follow) {
		return
	}
	switch n.Op {
	case syntax.OpCat:
		q.cat(n, follow, last)
	case syntax.OpAlt:
		q.alt(n, follow, last)
	case syntax.OpRepeat:
		q.repeat(n, follow, last)
	case syntax.OpCapture:
		q.captured(n, follow, last)
	case syntax.OpAtomic:
		q.atomic(n, follow)
	case syntax.OpLook:
		q.look(n, follow)
	case syntax.OpCall:
		q.node(q.tree.Groups[n.Index].Node, follow, last)
	default:
		q.leaf(n)
	}
}

func (q *quick) cat(n *syntax.Node, follow *byteSet, last bool) {
	k := len(n.Subs)
	follows := make([]*byteSet, k)
	for i := k - 1; i >= 0; i-- {
		follows[i] = follow
		follow = q.before(n.Subs[i], follow)
	}
	outer := q.tail
	defer func() { q.tail = outer }()
	for i, s := range n.Subs {
		q.tail = &tail{n.Subs[i+1:], outer}
		q.node(s, follows[i], last && i == k-1)
	}
}

// alone writes something that what comes after has no influence on.
func (q *quick) alone(write func()) {
	outer := q.tail
	q.tail = nil
	write()
	q.tail = outer
}

// branch is one way to go on at a dispatch.
type branch struct {
	first *byteSet
	pc    int32
}

// dispatch fills in the table of the instruction at, with the branches in
// order of preference.
func (q *quick) dispatch(at int, branches []branch) {
	t := &dispatch{}
	ids := make(map[string]int32)
	var key []byte
	var list []int32
	for b := range t.target {
		key, list = key[:0], list[:0]
		for i, br := range branches {
			if br.first[b] {
				key = append(key, byte(i), byte(i>>8))
				list = append(list, br.pc)
			}
		}
		switch len(list) {
		case 0:
			t.target[b] = noBranch
			continue
		case 1:
			t.target[b] = list[0]
			continue
		}
		id, ok := ids[string(key)]
		if !ok {
			id = listCode(len(t.lists))
			ids[string(key)] = id
			t.lists = append(append(t.lists, list...), endOfList)
		}
		t.target[b] = id
	}
	q.inst[at].table = t
}

func (q *quick) alt(n *syntax.Node, follow *byteSet, last bool) {
	subs := n.Subs
	pair := -1
	if c, ok := q.lead(n, follow); ok {
		pair = q.add(inst{op: opPair, b: c, follow: follow, pos: int32(n.Pos)})
		subs = subs[1:]
	}
	at := q.add(inst{op: opDispatch, pos: int32(n.Pos)})
	var branches []branch
	var ends []int
	groups := len(q.stableGroups(n, nil)) > 0
	for i, s := range subs {
		branches = append(branches, branch{q.before(s, follow), q.pc()})
		if groups {
			q.clear(n, s)
		}
		q.node(s, follow, last)
		if i < len(subs)-1 || pair >= 0 {
			ends = append(ends, q.add(inst{op: opJump}))
		}
	}
	if pair >= 0 {
		q.inst[pair].x = q.pc()
		q.clear(n, n.Subs[0])
	}
	for _, i := range ends {
		q.inst[i].x = q.pc()
	}
	q.dispatch(at, branches)
	q.once(at)
}

// lead returns the byte of a first branch that is nothing else, if the other
// branches, where they can begin with it too, cannot take what follows: with
// such a byte ahead there is only one way.
func (q *quick) lead(n *syntax.Node, follow *byteSet) (c byte, ok bool) {
	first := n.Subs[0]
	if first.Op != syntax.OpString || first.Fold || len(first.Runes) != 1 || first.Runes[0] >= 0x80 {
		return 0, false
	}
	c = byte(first.Runes[0])
	for _, s := range n.Subs[1:] {
		f := q.firstOf(s)
		if f.nullable {
			return 0, false
		}
		if !f.set[c] {
			continue
		}
		var taken byteSet
		taken[endOfText] = follow[endOfText]
		q.consume(s, &taken, nil)
		if !taken.disjoint(follow) {
			return 0, false
		}
	}
	return c, true
}

// clear makes the groups of the other branches of an alternative take no
// part: a path that failed may have set them.
func (q *quick) clear(alt, branch *syntax.Node) {
	var groups []int
	for _, s := range alt.Subs {
		if s != branch {
			groups = q.stableGroups(s, groups)
		}
	}
	if len(groups) > 0 {
		q.add(inst{op: opClear, groups: groups})
	}
}

func (q *quick) stableGroups(n *syntax.Node, list []int) []int {
	if n.Op == syntax.OpRepeat && n.Max != 1 || n.Op == syntax.OpLook || q.loop > 0 || q.sub > 0 {
		return list
	}
	if n.Op == syntax.OpCapture && !q.shared[n.Index] {
		list = append(list, n.Index)
	}
	for _, s := range n.Subs {
		list = q.stableGroups(s, list)
	}
	return list
}

// findShared notes the groups that are written more than once because they
// are called.
func (q *quick) findShared(n *syntax.Node) {
	if n.Op == syntax.OpCall {
		q.shareAll(q.tree.Groups[n.Index].Node)
	}
	for _, s := range n.Subs {
		q.findShared(s)
	}
}

func (q *quick) shareAll(n *syntax.Node) {
	if n.Op == syntax.OpCapture {
		q.shared[n.Index] = true
	}
	for _, s := range n.Subs {
		q.shareAll(s)
	}
}

// captured writes a group. One that can be entered once only on a path has
// nothing to undo: the branches that go without it clear it.
func (q *quick) captured(n *syntax.Node, follow *byteSet, last bool) {
	body := n.Subs[0]
	if q.loop > 0 || q.sub > 0 || q.shared[n.Index] {
		q.capture(n, func() { q.node(body, follow, last) })
		return
	}
	group := int32(n.Index)
	q.group = group
	if body.Op != syntax.OpCapture && q.scan(body, follow) {
		if q.nest == 0 {
			q.pass(body)
		}
		return
	}
	q.group = 0
	q.add(inst{op: opEmpty, opens: startOf(group), pos: int32(n.Pos)})
	q.node(body, follow, last)
	q.add(inst{op: opEmpty, closes: endOf(group), pos: int32(n.Pos)})
}

// once makes sure that what comes next is tried once only at a position, if
// the dispatch at leaves alternatives open that could lead there again.
func (q *quick) once(at int) {
	if len(q.inst[at].table.lists) == 0 || q.sub > 0 || len(q.loops) > 0 || q.noScan {
		return
	}
	q.add(inst{op: opOnce, n: int32(q.onces)})
	q.onces++
}

func (q *quick) repeat(n *syntax.Node, follow *byteSet, last bool) {
	body := n.Subs[0]
	if set := q.single(body); set != nil {
		q.run(n, set, follow, last)
		return
	}
	if n.Min == 0 && n.Max == 1 {
		q.option(n, follow, last)
		return
	}
	q.loop++
	defer func() { q.loop-- }()
	inner := *q.before(body, follow)
	inner.add(follow)
	for i := range n.Min {
		f := &inner
		if i == n.Min-1 && n.Max == n.Min {
			f = follow
		}
		q.node(body, f, false)
	}
	if n.Max < 0 {
		q.quickLoop(n, &inner, follow)
		return
	}
	var exits []int
	for i := range n.Max - n.Min {
		exits = append(exits, q.add(inst{op: opDispatch, pos: int32(n.Pos)}))
		f := &inner
		if i == n.Max-n.Min-1 {
			f = follow
		}
		q.node(body, f, false)
	}
	for _, at := range exits {
		q.choice(at, n, branch{nil, int32(at + 1)}, branch{follow, q.pc()})
	}
	if len(exits) > 0 {
		q.once(exits[0])
	}
}

// option writes a part that may be left out.
func (q *quick) option(n *syntax.Node, follow *byteSet, last bool) {
	at := q.add(inst{op: opDispatch, pos: int32(n.Pos)})
	q.node(n.Subs[0], follow, last)
	leave := q.pc()
	if groups := q.stableGroups(n.Subs[0], nil); len(groups) > 0 {
		jump := q.add(inst{op: opJump})
		leave = q.pc()
		q.add(inst{op: opClear, groups: groups})
		q.inst[jump].x = q.pc()
	}
	q.choice(at, n, branch{nil, int32(at + 1)}, branch{follow, leave})
	q.once(at)
}

// choice fills in a dispatch between another round and leaving.
func (q *quick) choice(at int, n *syntax.Node, round, leave branch) {
	first := *q.before(n.Subs[0], leave.first)
	round.first = &first
	if n.Lazy {
		q.dispatch(at, []branch{leave, round})
	} else {
		q.dispatch(at, []branch{round, leave})
	}
}

func (q *quick) quickLoop(n *syntax.Node, inner, follow *byteSet) {
	head := q.pc()
	at := q.add(inst{op: opDispatch, pos: int32(n.Pos)})
	empty := q.nullable(n.Subs[0])
	reg := int32(q.regs)
	if empty {
		q.regs++
		q.add(inst{op: opMark, n: reg})
		q.loops = append(q.loops, int(reg))
	}
	q.node(n.Subs[0], inner, false)
	check := -1
	if empty {
		q.loops = q.loops[:len(q.loops)-1]
		check = q.add(inst{op: opCheck, n: reg})
		if hasCapture(n) {
			q.inst[check].m = 1
		}
	}
	q.add(inst{op: opJump, x: head})
	if check >= 0 {
		q.inst[check].x = q.pc()
	}
	q.choice(at, n, branch{nil, int32(at + 1)}, branch{follow, q.pc()})
}

// single returns the set of a node that matches one character of a set.
func (q *quick) single(n *syntax.Node) *charSet {
	switch {
	case n.Op == syntax.OpClass:
		return q.set(n.Set)
	case n.Op == syntax.OpString && len(n.Runes) == 1 && !n.Fold:
		s, ok := q.chars[n.Runes[0]]
		if !ok {
			s = newCharSet(syntax.NewSet(n.Runes[0], n.Runes[0]))
			q.chars[n.Runes[0]] = s
		}
		return s
	}
	return nil
}

// run writes a repeat of a single character.
func (q *quick) run(n *syntax.Node, set *charSet, follow *byteSet, last bool) {
	i := inst{op: opRunBack, set: set, n: int32(n.Min), m: int32(n.Max), follow: follow, pos: int32(n.Pos)}
	first := firstBytes(set.set)
	switch {
	case n.Min == n.Max || first.disjoint(follow):
		i.op = opRun
	case n.Lazy && last:
		i.op, i.m = opRun, i.n
	case n.Lazy:
		i.op = opRunLazy
		i.b, i.a = onlyByte(follow)
	case last:
		i.op = opRun
	default:
		if b, ok := onlyByte(first.and(follow)); b < utf8.RuneSelf {
			i.b, i.a = b, ok
		}
		q.demanding(&i)
	}
	q.add(i)
}

// onlyByte returns the byte of a set of one, with 1, or 0 with 0.
func onlyByte(s *byteSet) (b, ok uint8) {
	count := 0
	for i, v := range s {
		if v {
			b = uint8(i)
			count++
		}
	}
	if count == 1 && !s[endOfText] {
		return b, 1
	}
	return 0, 0
}

// atomic writes a group that gives nothing back: without ado if its body
// never has an alternative left.
func (q *quick) atomic(n *syntax.Node, follow *byteSet) {
	at := q.add(inst{op: opAtomic, pos: int32(n.Pos)})
	body := func() { q.alone(func() { q.node(n.Subs[0], allBytes(), true) }) }
	q.subProgram(at, body)
	if !q.choiceless(at+1, len(q.inst)-1) {
		return
	}
	// Written again without the sub-program.
	q.inst = q.inst[:at]
	body()
}

// choiceless reports whether the instructions from a to b never leave an
// alternative open.
func (q *quick) choiceless(a, b int) bool {
	for _, in := range q.inst[a:b] {
		switch in.op {
		case opSplit, opRunBack, opRunLazy:
			return false
		case opDispatch:
			if len(in.table.lists) > 0 {
				return false
			}
		}
	}
	return true
}

// look writes a lookaround: one of a single character without a
// sub-program, and none at all where what follows decides it.
func (q *quick) look(n *syntax.Node, follow *byteSet) {
	body := n.Subs[0]
	negative := int32(0)
	if n.Look == syntax.NotAhead || n.Look == syntax.NotBehind {
		negative = 1
	}
	if set := q.single(body); set != nil {
		op := opAhead
		if n.Look >= syntax.Behind {
			op = opBehind
		}
		q.add(inst{op: op, set: set, m: negative, pos: int32(n.Pos)})
		return
	}
	if n.Look == syntax.NotAhead {
		if f := q.firstOf(body); !f.nullable && f.set.disjoint(follow) {
			return
		}
	}
	at := q.add(inst{op: opLook, n: int32(n.Look), m: int32(n.Width), pos: int32(n.Pos)})
	q.subProgram(at, func() { q.alone(func() { q.node(body, allBytes(), true) }) })
}
