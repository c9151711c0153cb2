package prog

import (
	"slices"

	"github.com/naru-log/naru/filters/grok/pattern/syntax"
)

// builder makes a deterministic automaton out of a nondeterministic one by
// the subset construction. A state is the set of states that the
// nondeterministic one can be in, in order of preference if that matters,
// with the class of the byte before if a condition looks at it.
type builder struct {
	nfa     *nfa
	follow  *byteSet
	ordered bool

	out     *automaton
	stride  int
	classes int          // of ASCII bytes; then one for all others, one for the end
	sample  []int        // a byte of each class
	takes   []membership // of each state, which classes it takes

	states []dfaState
	index  map[string]int
	stack  []int
	seen   []int
	mark   int
	core   []int  // scratch
	list   []int  // scratch
	key    []byte // scratch
	tested bool   // the closure found last met a condition
}

type dfaState struct {
	core []int
	prev int
	next []int32 // by class: a state, or one of the outcomes below
}

const (
	toDead   = -1
	toEnd    = -2
	toUnsure = -3
	// From toMaybe down: an end if state toMaybe-x leads nowhere.
	toMaybe = -4
)

// acceptBit marks a transition of an ordered automaton.
const acceptBit = 1 << 24

// automatonFor makes an automaton for n with follow after it, nil if there is
// none worth having.
func (q *quick) automatonFor(n *syntax.Node, follow *byteSet, ordered bool) *automaton {
	a := q.buildNFA(n)
	if a == nil {
		return nil
	}
	b := &builder{nfa: a, follow: follow, ordered: ordered, index: make(map[string]int), seen: make([]int, len(a.states))}
	b.classify()
	b.tabulate()
	if !b.explore() {
		return nil
	}
	if !ordered {
		b.settle()
	}
	out := b.write()
	if !ordered && out.loop.row < 0 {
		out.takeShortcut(follow)
	}
	return out
}

// classify divides the ASCII bytes into classes that no part of the automaton
// tells apart.
func (b *builder) classify() {
	b.out = &automaton{}
	var sets []*charSet
	for _, s := range b.nfa.states {
		if s.set != nil && !slices.Contains(sets, s.set) {
			sets = append(sets, s.set)
		}
	}
	ids := make(map[string]int)
	for c := range 0x80 {
		key := make([]byte, 0, len(sets)+3)
		for _, s := range sets {
			key = append(key, s.tab[c])
		}
		key = append(key, bit(b.follow[c]), bit(isASCIIWord(byte(c))), bit(c == '\n'))
		id, ok := ids[string(key)]
		if !ok {
			id = len(ids)
			ids[string(key)] = id
			b.sample = append(b.sample, c)
		}
		b.out.class[c] = uint8(id)
	}
	b.classes = len(b.sample)
	for c := 0x80; c < 0x100; c++ {
		b.out.class[c] = uint8(b.classes)
	}
	b.out.end = uint8(b.classes + 1)
	b.stride = (b.classes + 3) &^ 1 // even
}

// membership says whether the characters of a class are in a set.
type membership uint8

const (
	out membership = iota
	in
	some // some are, some are not
)

// tabulate works out which classes the states of the nondeterministic
// automaton take.
func (b *builder) tabulate() {
	width := b.classes + 2
	b.takes = make([]membership, len(b.nfa.states)*width)
	for id, s := range b.nfa.states {
		if s.kind != stateChar {
			continue
		}
		for class := range width {
			switch yes, known := b.has(s.set, class); {
			case !known:
				b.takes[id*width+class] = some
			case yes:
				b.takes[id*width+class] = in
			}
		}
	}
}

func bit(v bool) byte {
	if v {
		return 1
	}
	return 0
}

func (b *builder) other() int { return b.classes }
func (b *builder) final() int { return b.classes + 1 }

// has reports whether the characters of a class are in set; known is false if
// some are and some are not.
func (b *builder) has(set *charSet, class int) (in, known bool) {
	switch class {
	case b.final():
		return false, true
	case b.other():
		all, none := set.set.NonASCII()
		return all, all || none
	}
	return set.tab[b.sample[class]] == yes, true
}

// holds evaluates a condition between bytes of two classes.
func (b *builder) holds(s *state, prev, next int) (ok, known bool) {
	if s.look {
		class := next
		if s.behind {
			class = prev
		}
		in, known := b.has(s.set, class)
		return in != s.not, known
	}
	is := func(class int, f func(byte) bool) bool {
		return class < b.classes && f(byte(b.sample[class]))
	}
	newline := func(c byte) bool { return c == '\n' }
	switch s.assert {
	case syntax.LineStart:
		return prev == b.final() || is(prev, newline) && next != b.final(), true
	case syntax.LineEnd:
		return next == b.final() || is(next, newline), true
	case syntax.TextStart:
		return prev == b.final(), true
	case syntax.TextEnd:
		return next == b.final(), true
	}
	if prev == b.other() || next == b.other() {
		return false, false
	}
	bound := is(prev, isASCIIWord) != is(next, isASCIIWord)
	return bound == (s.assert == syntax.WordBound), true
}

// closure lists the character and final states that core leads to between
// bytes of two classes, in order of preference.
func (b *builder) closure(core []int, prev, next int) (list []int, known bool) {
	b.mark++
	b.stack = b.stack[:0]
	list = b.list[:0]
	defer func() { b.list = list[:0] }()
	for i := len(core) - 1; i >= 0; i-- {
		b.stack = append(b.stack, core[i])
	}
	for len(b.stack) > 0 {
		id := b.stack[len(b.stack)-1]
		b.stack = b.stack[:len(b.stack)-1]
		if b.seen[id] == b.mark {
			continue
		}
		b.seen[id] = b.mark
		s := &b.nfa.states[id]
		switch s.kind {
		case stateSplit:
			for i := len(s.out) - 1; i >= 0; i-- {
				b.stack = append(b.stack, s.out[i])
			}
		case stateTest:
			b.tested = true
			ok, known := b.holds(s, prev, next)
			if !known {
				return nil, false
			}
			if ok {
				b.stack = append(b.stack, s.out[0])
			}
		default:
			list = append(list, id)
		}
	}
	return list, true
}

func (b *builder) state(core []int, prev int) int32 {
	if !b.nfa.prev {
		prev = 0
	}
	if !b.ordered {
		slices.Sort(core)
	}
	b.key = append(b.key[:0], byte(prev))
	for _, s := range core {
		b.key = append(b.key, byte(s), byte(s>>8))
	}
	if i, ok := b.index[string(b.key)]; ok {
		return int32(i)
	}
	if (len(b.states)+1)*b.stride > rowEnd-1 || len(b.states) >= b.most() {
		return toUnsure
	}
	i := len(b.states)
	b.index[string(b.key)] = i
	b.states = append(b.states, dfaState{core: slices.Clone(core), prev: prev})
	return int32(i)
}

// most bounds the states, so that compiling takes no longer than some
// milliseconds and the table stays in the cache.
func (b *builder) most() int { return 1200 }

func (b *builder) explore() bool {
	classes := 1
	if b.nfa.prev {
		classes = b.classes + 2
	}
	starts := make([]int32, classes)
	for prev := range classes {
		starts[prev] = b.state([]int{b.nfa.start()}, prev)
	}
	for i := 0; i < len(b.states); i++ {
		next := make([]int32, b.classes+2)
		b.tested = false
		list, known := b.closure(b.states[i].core, b.states[i].prev, 0)
		for class := range next {
			if b.tested && class > 0 { // it depends on what comes next
				list, known = b.closure(b.states[i].core, b.states[i].prev, class)
			}
			next[class] = toUnsure
			if known {
				next[class] = b.step(list, class)
			}
		}
		b.states[i].next = next
	}
	b.out.start = make([]uint16, b.classes+2)
	for prev := range b.out.start {
		s := starts[0]
		if b.nfa.prev {
			s = starts[prev]
		}
		if s < 0 {
			return false
		}
		b.out.start[prev] = uint16(int(s) * b.stride)
	}
	return true
}

// step works out the transition of the closure of a state with a byte of a
// class ahead.
func (b *builder) step(list []int, class int) int32 {
	accept := false
	core := b.core[:0]
	defer func() { b.core = core[:0] }()
	for _, id := range list {
		st := &b.nfa.states[id]
		if st.kind == stateFinal {
			accept = true
			if b.ordered {
				break // what comes after is never preferred
			}
			continue
		}
		if b.takes[id*(b.classes+2)+class] == out {
			continue
		}
		if class == b.other() {
			return toUnsure
		}
		if !slices.Contains(core, st.out[0]) {
			core = append(core, st.out[0])
		}
	}
	if b.ordered {
		return b.stepOrdered(core, class, accept)
	}
	accept = accept && b.canFollow(class)
	if accept && class == b.other() {
		return toUnsure
	}
	switch {
	case len(core) == 0 && accept:
		return toEnd
	case len(core) == 0:
		return toDead
	}
	to := b.state(core, class)
	if !accept {
		return to
	}
	if to < 0 {
		return toUnsure
	}
	return toMaybe - to
}

func (b *builder) stepOrdered(core []int, class int, accept bool) int32 {
	to := int32(toDead)
	if len(core) > 0 {
		to = b.state(core, class)
	}
	if !accept || to == toUnsure {
		return to
	}
	if to == toDead {
		return toEnd
	}
	return to | acceptBit
}

func (b *builder) canFollow(class int) bool {
	switch class {
	case b.final():
		return b.follow[endOfText]
	case b.other():
		for c := 0x80; c < 0x100; c++ {
			if b.follow[c] {
				return true
			}
		}
		return false
	}
	return b.follow[b.sample[class]]
}

// settle decides the transitions that depend on whether there can be an end
// further on: if not, the end is the only one.
func (b *builder) settle() {
	live := make([]bool, len(b.states))
	for changed := true; changed; {
		changed = false
		for i := len(b.states) - 1; i >= 0; i-- {
			if live[i] {
				continue
			}
			for _, t := range b.states[i].next {
				if t == toEnd || t == toUnsure || t <= toMaybe || t >= 0 && live[t] {
					live[i], changed = true, true
					break
				}
			}
		}
	}
	for i := range b.states {
		for c, t := range b.states[i].next {
			switch {
			case t >= 0 && !live[t]:
				b.states[i].next[c] = toDead
			case t <= toMaybe && live[toMaybe-t]:
				b.states[i].next[c] = toUnsure
			case t <= toMaybe:
				b.states[i].next[c] = toEnd
			}
		}
	}
}

// write writes the table down.
func (b *builder) write() *automaton {
	b.out.trans = make([]uint16, len(b.states)*b.stride)
	for i, s := range b.states {
		for c, t := range s.next {
			b.out.trans[i*b.stride+c] = b.code(t)
		}
	}
	b.out.loop = b.out.findLoop(b.stride)
	return b.out
}

func (b *builder) code(t int32) uint16 {
	switch {
	case t == toDead:
		return rowDead
	case t == toUnsure:
		return rowUnsure
	case t == toEnd && b.ordered:
		return rowDead | 1
	case t == toEnd:
		return rowEnd
	}
	row := uint16(int(t&^acceptBit) * b.stride)
	if t&acceptBit != 0 {
		row |= 1
	}
	return row
}
