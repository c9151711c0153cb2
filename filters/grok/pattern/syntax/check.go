package syntax

import (
	"slices"
	"strings"
)

// backref resolves the groups of a back reference or a condition. A name has
// to be known by then.
func (p *parser) backref(n *Node, t token) {
	if t.numbered {
		n.Groups = []int{t.num}
		p.numbered = append(p.numbered, n)
		return
	}
	groups := p.byName[t.name]
	if len(groups) == 0 {
		p.failf(t.pos, "there is no group named %q yet", t.name)
	}
	n.Groups = slices.Clone(groups)
	slices.Reverse(n.Groups)
}

// finish checks what can only be checked on the whole tree.
func (p *parser) finish(root *Node) *Tree {
	for _, n := range p.numbered {
		if p.named {
			p.p = p.constructEnd(n.Pos)
			p.fail(n.Pos, "a reference by number in a pattern with named groups: use the name")
		}
		if n.Groups[0] > p.groups {
			p.p = p.constructEnd(n.Pos)
			p.fail(n.Pos, "there is no such group")
		}
	}
	p.p = 0
	p.list[0].Node = root
	p.resolveCalls()
	p.checkLooks(root)
	if len(p.calls) > 0 {
		p.checkRecursion()
	}
	t := &Tree{Root: root, Groups: p.list, Source: p.src, Names: p.names}
	if p.named {
		dropPlainGroups(root)
		t.renumber()
	}
	return t
}

// constructEnd returns where the group or escape at pos ends, for messages.
func (p *parser) constructEnd(pos int) int {
	if p.text[pos] == '\\' {
		if pos+2 < len(p.text) && (p.text[pos+2] == '<' || p.text[pos+2] == '\'') {
			if end := strings.IndexAny(p.text[pos+3:], ">'"); end >= 0 {
				return pos + 3 + end + 1
			}
		}
		return min(pos+2, len(p.text))
	}
	for at, depth, class := pos, 0, false; at < len(p.text); at++ {
		switch c := p.text[at]; {
		case c == '\\':
			at++
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return at + 1
			}
		}
	}
	return len(p.text)
}

func (p *parser) resolveCalls() {
	for _, n := range p.calls {
		p.p = p.constructEnd(n.Pos)
		if n.Index < 0 {
			groups := p.byName[string(n.Runes)]
			switch {
			case len(groups) == 0:
				p.failf(n.Pos, "there is no group named %q", string(n.Runes))
			case len(groups) > 1:
				p.failf(n.Pos, "there are several groups named %q", string(n.Runes))
			}
			n.Index, n.Runes = groups[0], nil
			continue
		}
		if n.Index > 0 && p.named {
			p.fail(n.Pos, "a call by number in a pattern with named groups: use the name")
		}
		if n.Index > p.groups {
			p.fail(n.Pos, "there is no such group")
		}
	}
}

// dropPlainGroups makes plain groups non-capturing: beside named groups they
// do not count.
func dropPlainGroups(n *Node) {
	for i, s := range n.Subs {
		dropPlainGroups(s)
		if s.Op == OpCapture && s.Plain {
			n.Subs[i] = s.Subs[0]
			if n.Op == OpRepeat && s.Subs[0].Op == OpRepeat {
				*n = *merge(n)
			}
		}
	}
}

// renumber closes the gaps that the plain groups left.
func (t *Tree) renumber() {
	index := make([]int, len(t.Groups))
	kept := t.Groups[:1]
	for i, g := range t.Groups {
		if i > 0 && g.Name != "" {
			index[i] = len(kept)
			kept = append(kept, g)
		}
	}
	t.Groups = kept
	done := make(map[*Node]bool)
	var walk func(n *Node)
	walk = func(n *Node) {
		if done[n] {
			return
		}
		done[n] = true
		if n.Op == OpCapture || n.Op == OpCall {
			n.Index = index[n.Index]
		}
		for i, g := range n.Groups {
			n.Groups[i] = index[g]
		}
		for _, s := range n.Subs {
			walk(s)
		}
	}
	walk(t.Root)
	for _, g := range kept[1:] {
		walk(g.Node)
	}
}

// checkLooks checks the lookbehinds and splits those whose alternatives
// differ in length.
func (p *parser) checkLooks(n *Node) {
	for _, s := range n.Subs {
		p.checkLooks(s)
	}
	if n.Op != OpLook || n.Look < Behind {
		return
	}
	p.p = p.constructEnd(n.Pos)
	if !p.allowedBehind(n.Subs[0], n.Look == Behind) {
		p.fail(n.Pos, "not allowed in a lookbehind")
	}
	body := n.Subs[0]
	for body.Op == OpCapture && body.Plain && p.named {
		body = body.Subs[0] // beside named groups it is none
	}
	if w, ok := p.charWidth(body); ok {
		if _, found := uneven(body); !found {
			n.Width = w
			return
		}
	}
	alternatives := []*Node{body}
	if body.Op == OpAlt && !body.Optioned {
		alternatives = body.Subs
	}
	*n = *p.splitBehind(n, alternatives)
}

// splitBehind makes a lookbehind for each alternative, whose lengths differ.
// One that is ss under (?i), or the like, needs one more, for ß.
func (p *parser) splitBehind(n *Node, alternatives []*Node) *Node {
	split := &Node{Op: OpAlt, Pos: n.Pos}
	if n.Look == NotBehind {
		split.Op = OpCat
	}
	add := func(alt *Node, width int) {
		split.Subs = append(split.Subs, &Node{Op: OpLook, Look: n.Look, Pos: n.Pos, Width: width, Subs: []*Node{alt}})
	}
	for _, alt := range alternatives {
		w, ok := p.charWidth(alt)
		if !ok {
			p.fail(n.Pos, "the lookbehind has no fixed length")
		}
		if part, found := uneven(alt); found {
			if len(part) != 2 || w != 2 || alt.Op != OpString || alt.Optioned {
				p.failf(n.Pos, "the lookbehind has no fixed length: under (?i) %q may be one letter or several, as ß is ss", string(part))
			}
			add(alt, 1)
		}
		add(alt, w)
	}
	return split
}

// uneven returns a part of the strings in n that texts of different length
// match.
func uneven(n *Node) (part []rune, found bool) {
	part, found = unevenFold(n)
	for i := 0; i < len(n.Subs) && !found; i++ {
		part, found = uneven(n.Subs[i])
	}
	return part, found
}

func (p *parser) allowedBehind(n *Node, captures bool) bool {
	switch n.Op {
	case OpAtomic, OpCond, OpBackref, OpGrapheme:
		return false
	case OpCapture:
		if captured := !n.Plain || !p.named; captured && !captures {
			return false
		}
	case OpAssert:
		if n.Assert == TextEnd || n.Assert == TextEndNL {
			return false
		}
	case OpLook:
		if n.Look < Behind {
			return false
		}
	}
	for _, s := range n.Subs {
		if !p.allowedBehind(s, captures) {
			return false
		}
	}
	return true
}

// charWidth returns the number of characters that n matches if that is fixed.
func (p *parser) charWidth(n *Node) (int, bool) {
	switch n.Op {
	case OpString:
		return len(n.Runes), true
	case OpClass:
		return 1, true
	case OpEmpty, OpAssert, OpLook, OpKeep:
		return 0, true
	case OpCat:
		sum := 0
		for _, s := range n.Subs {
			w, ok := p.charWidth(s)
			if !ok {
				return 0, false
			}
			sum += w
		}
		return sum, true
	case OpAlt:
		first, ok := p.charWidth(n.Subs[0])
		for _, s := range n.Subs[1:] {
			w, ok2 := p.charWidth(s)
			ok = ok && ok2 && w == first
		}
		return first, ok
	case OpRepeat:
		w, ok := p.charWidth(n.Subs[0])
		return w * n.Min, ok && n.Min == n.Max
	case OpCapture:
		return p.charWidth(n.Subs[0])
	case OpCall:
		return p.groupWidth(n.Index)
	}
	return 0, false
}

// groupWidth is charWidth of a group, worked out once.
func (p *parser) groupWidth(group int) (int, bool) {
	if w, ok := p.widths[group]; ok {
		return w, w >= 0
	}
	p.widths[group] = -1 // while it is being worked out: it calls itself
	w, ok := p.charWidth(p.list[group].Node)
	if ok {
		p.widths[group] = w
	}
	return w, ok
}

// checkRecursion refuses a call that can only call itself again: one that is
// reached before a character, or on every branch.
func (p *parser) checkRecursion() {
	for _, call := range p.calls {
		seen := make(map[int]bool)
		if p.recurses(p.list[call.Index].Node, call.Index, seen) || p.always(p.list[call.Index].Node, call.Index, make(map[int]bool)) {
			p.p = p.constructEnd(call.Pos)
			p.fail(call.Pos, "the recursion never ends")
		}
	}
}

// recurses reports whether group can be reached from n without a character
// in between.
func (p *parser) recurses(n *Node, group int, seen map[int]bool) bool {
	switch n.Op {
	case OpCall:
		if n.Index == group {
			return true
		}
		if seen[n.Index] {
			return false
		}
		seen[n.Index] = true
		return p.recurses(p.list[n.Index].Node, group, seen)
	case OpCat:
		for _, s := range n.Subs {
			if p.recurses(s, group, seen) {
				return true
			}
			if p.minLen(s) > 0 {
				return false
			}
		}
		return false
	}
	for _, s := range n.Subs {
		if p.recurses(s, group, seen) {
			return true
		}
	}
	return false
}

// always reports whether n cannot match without calling group.
func (p *parser) always(n *Node, group int, seen map[int]bool) bool {
	switch n.Op {
	case OpCall:
		if n.Index == group {
			return true
		}
		if seen[n.Index] {
			return false
		}
		seen[n.Index] = true
		return p.always(p.list[n.Index].Node, group, seen)
	case OpAlt, OpCond:
		for _, s := range n.Subs {
			if !p.always(s, group, seen) {
				return false
			}
		}
		return true
	case OpRepeat:
		return n.Min > 0 && p.always(n.Subs[0], group, seen)
	case OpCat, OpCapture, OpAtomic, OpLook:
		for _, s := range n.Subs {
			if p.always(s, group, seen) {
				return true
			}
		}
	}
	return false
}

// minLen returns the least number of characters that n matches, 0 if unsure.
func (p *parser) minLen(n *Node) int {
	switch n.Op {
	case OpString:
		return len(n.Runes)
	case OpClass, OpGrapheme:
		return 1
	case OpCat:
		sum := 0
		for _, s := range n.Subs {
			sum += p.minLen(s)
		}
		return sum
	case OpAlt, OpCond:
		least := p.minLen(n.Subs[0])
		for _, s := range n.Subs[1:] {
			least = min(least, p.minLen(s))
		}
		return least
	case OpRepeat:
		return min(n.Min, 1) * p.minLen(n.Subs[0])
	case OpCapture, OpAtomic:
		return p.minLen(n.Subs[0])
	case OpCall:
		return p.groupMinLen(n.Index)
	case OpBackref:
		least := maxRepeat
		for _, g := range n.Groups {
			if holds(p.list[g].Node, n) {
				return 0
			}
			least = min(least, p.groupMinLen(g))
		}
		return least
	}
	return 0
}

// holds reports whether inner is a part of n.
func holds(n, inner *Node) bool {
	return n == inner || slices.ContainsFunc(n.Subs, func(s *Node) bool { return holds(s, inner) })
}

// groupMinLen is minLen of a group, worked out once.
func (p *parser) groupMinLen(group int) int {
	least, ok := p.lengths[group]
	if !ok {
		p.lengths[group] = 0 // while it is being worked out
		least = p.minLen(p.list[group].Node)
		p.lengths[group] = least
	}
	return least
}
