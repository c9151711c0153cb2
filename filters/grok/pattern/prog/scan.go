package prog

import "github.com/naru-log/naru/filters/grok/pattern/syntax"

// scan writes an automaton in front of the instructions for n, if n is worth
// one and the automaton can do it. Where the automaton cannot tell, the
// instructions do.
func (q *quick) scan(n *syntax.Node, follow *byteSet) bool {
	if q.noScan {
		return false
	}
	if n.Op == syntax.OpCapture {
		return false
	}
	if n.Op == syntax.OpAtomic {
		return q.scanAtomic(n)
	}
	if !worthScan(n) {
		return false
	}
	const most = 200
	if q.builds++; q.builds > most {
		return false
	}
	a := q.cachedAutomaton(n, follow, false)
	if a == nil || a.hopeless() {
		return false
	}
	q.withScan(n, opScan, a, func() { q.node(n, follow, false) })
	return true
}

func (q *quick) scanAtomic(n *syntax.Node) bool {
	if !worthScan(n.Subs[0]) {
		return false
	}
	a := q.cachedAutomaton(n.Subs[0], allBytes(), true)
	if a == nil || a.hopeless() {
		return false
	}
	q.withScan(n, opPrefer, a, func() { q.atomic(n, allBytes()) })
	return true
}

func (q *quick) withScan(n *syntax.Node, op opcode, a *automaton, generic func()) {
	group := q.group
	q.group = 0
	i := inst{op: op, scan: a, pos: int32(n.Pos)}
	if group > 0 {
		i.opens, i.closes = startOf(group), endOf(group)
	}
	at := q.add(i)
	q.inst[at].x = q.pc()
	q.noScan = true
	if group > 0 {
		q.add(inst{op: opEmpty, opens: i.opens, pos: i.pos})
	}
	generic()
	if group > 0 {
		q.add(inst{op: opEmpty, closes: i.closes, pos: i.pos})
	}
	q.noScan = false
	q.inst[at].y = q.pc()
}

// hopeless reports whether the automaton cannot tell for most of what it may
// begin with.
func (a *automaton) hopeless() bool {
	row := int(a.start[0])
	unsure, sure := 0, 0
	for c := range int(a.end) {
		switch t := a.trans[row+c]; {
		case t == rowUnsure:
			unsure++
		case t < rowEnd:
			sure++
		}
	}
	return unsure > sure+1 || sure == 0
}

// worthScan reports whether the node has choices that an automaton takes
// away, and no long runs of arbitrary text, which are better skipped.
func worthScan(n *syntax.Node) bool {
	return choices(n) && !longRuns(n)
}

func choices(n *syntax.Node) bool {
	switch n.Op {
	case syntax.OpAlt:
		return true
	case syntax.OpRepeat:
		return n.Subs[0].Op != syntax.OpClass && n.Subs[0].Op != syntax.OpString || choices(n.Subs[0])
	case syntax.OpCat:
		for _, s := range n.Subs {
			if choices(s) || s.Op == syntax.OpAssert && s.Assert == syntax.WordBound {
				return true
			}
		}
	}
	return false
}

// introduced reports whether a node begins with a plain character, so that an
// option that begins so (the zone of an IPv6 address) is seldom entered.
func introduced(n *syntax.Node) bool {
	return n.Op == syntax.OpCat && n.Subs[0].Op == syntax.OpString || n.Op == syntax.OpCapture && introduced(n.Subs[0])
}

// longRuns reports whether there is an unlimited repeat of a set that takes
// most characters.
func longRuns(n *syntax.Node) bool {
	const many = 80
	if n.Op == syntax.OpRepeat && n.Max < 0 && n.Subs[0].Op == syntax.OpClass {
		count := 0
		for c := range rune(0x80) {
			if n.Subs[0].Set.Has(c) {
				count++
			}
		}
		return count > many
	}
	if n.Op == syntax.OpRepeat && n.Max == 1 && introduced(n.Subs[0]) {
		return false
	}
	for _, s := range n.Subs {
		if longRuns(s) {
			return true
		}
	}
	return false
}
