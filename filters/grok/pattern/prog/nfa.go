package prog

import (
	"unicode/utf8"

	"github.com/naru-log/naru/filters/grok/pattern/syntax"
)

type stateKind uint8

const (
	stateChar  stateKind = iota // a character of set
	stateSplit                  // out in order of preference
	stateTest                   // a condition on the bytes before and after
	stateFinal
)

// state is a state of the nondeterministic automaton.
type state struct {
	kind   stateKind
	set    *charSet
	out    []int
	assert syntax.Assert
	look   bool // set before or after, instead of assert
	behind bool
	not    bool
}

// maxStates bounds both the nondeterministic automaton and, in rows, the
// deterministic one.
const maxStates = 2500

// size estimates the number of states for n.
func size(n *syntax.Node) int {
	sum := 1
	for _, s := range n.Subs {
		sum = min(sum+size(s), maxStates+1)
	}
	if n.Op == syntax.OpString {
		sum = len(n.Runes)
	}
	if n.Op == syntax.OpRepeat {
		sum = min(sum*max(n.Min, n.Max, 1), maxStates+1)
	}
	return sum
}

// nfa is the nondeterministic automaton of a part of an expression.
type nfa struct {
	q      *quick
	states []state
	prev   bool // there is a condition on the byte before
	failed bool
}

// buildNFA returns nil if the node has something that automata cannot do.
func (q *quick) buildNFA(n *syntax.Node) *nfa {
	if size(n) > maxStates {
		return nil
	}
	a := &nfa{q: q}
	a.states = append(a.states, state{kind: stateFinal})
	start := a.node(n, 0)
	if a.failed {
		return nil
	}
	a.states = append(a.states, state{kind: stateSplit, out: []int{start}})
	return a
}

func (a *nfa) start() int { return len(a.states) - 1 }

func (a *nfa) add(s state) int {
	if len(a.states) >= maxStates {
		a.failed = true
		return 0
	}
	a.states = append(a.states, s)
	return len(a.states) - 1
}

// node adds the states of n in front of next and returns the first.
func (a *nfa) node(n *syntax.Node, next int) int {
	if a.failed {
		return 0
	}
	switch n.Op {
	case syntax.OpEmpty:
		return next
	case syntax.OpString:
		return a.str(n, next)
	case syntax.OpClass:
		return a.add(state{kind: stateChar, set: a.q.set(n.Set), out: []int{next}})
	case syntax.OpCat:
		for i := len(n.Subs) - 1; i >= 0; i-- {
			next = a.node(n.Subs[i], next)
		}
		return next
	case syntax.OpAlt:
		var out []int
		for _, s := range n.Subs {
			out = append(out, a.node(s, next))
		}
		return a.add(state{kind: stateSplit, out: out})
	case syntax.OpRepeat:
		return a.repeat(n, next)
	case syntax.OpAssert:
		return a.test(n, next)
	case syntax.OpLook:
		set := a.q.single(n.Subs[0])
		if set == nil {
			break
		}
		behind := n.Look >= syntax.Behind
		a.prev = a.prev || behind
		return a.add(state{kind: stateTest, look: true, set: set, behind: behind,
			not: n.Look == syntax.NotAhead || n.Look == syntax.NotBehind, out: []int{next}})
	case syntax.OpAtomic:
		if straight(n.Subs[0]) { // nothing to give back
			return a.node(n.Subs[0], next)
		}
	}
	a.failed = true
	return 0
}

// straight reports whether a node can match in one way only.
func straight(n *syntax.Node) bool {
	switch n.Op {
	case syntax.OpEmpty, syntax.OpString, syntax.OpClass:
		return true
	case syntax.OpCat:
		for _, s := range n.Subs {
			if !straight(s) {
				return false
			}
		}
		return true
	}
	return false
}

func (a *nfa) str(n *syntax.Node, next int) int {
	for i := len(n.Runes) - 1; i >= 0; i-- {
		r := n.Runes[i]
		if r >= utf8.RuneSelf || n.Fold {
			a.failed = true
			return 0
		}
		set := a.q.single(&syntax.Node{Op: syntax.OpString, Runes: []rune{r}})
		next = a.add(state{kind: stateChar, set: set, out: []int{next}})
	}
	return next
}

func (a *nfa) repeat(n *syntax.Node, next int) int {
	body := n.Subs[0]
	if n.Max < 0 {
		if a.q.nullable(body) {
			a.failed = true // a round that matches nothing has rules of its own
			return 0
		}
		loop := a.add(state{kind: stateSplit})
		into := a.node(body, loop)
		a.states[loop].out = a.order(n, into, next)
		next = loop
	} else {
		leave := next
		for range n.Max - n.Min {
			into := a.node(body, next)
			next = a.add(state{kind: stateSplit, out: a.order(n, into, leave)})
			if a.failed {
				return 0
			}
		}
	}
	for range n.Min {
		next = a.node(body, next)
	}
	return next
}

func (a *nfa) order(n *syntax.Node, round, leave int) []int {
	if n.Lazy {
		return []int{leave, round}
	}
	return []int{round, leave}
}

func (a *nfa) test(n *syntax.Node, next int) int {
	switch n.Assert {
	case syntax.LineStart, syntax.WordBound, syntax.NotWordBound, syntax.TextStart:
		a.prev = true
	case syntax.LineEnd, syntax.TextEnd:
	default:
		a.failed = true
		return 0
	}
	return a.add(state{kind: stateTest, assert: n.Assert, out: []int{next}})
}
