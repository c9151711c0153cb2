package prog

import (
	"unicode/utf8"

	"github.com/naru-log/naru/filters/grok/pattern/syntax"
)

// reference matches by walking the tree, as simply as it can be written. It
// takes exponential time and gives up after a number of steps.
type reference struct {
	tree  *syntax.Tree
	text  []byte
	caps  []int32
	keep  int
	steps int
}

const referenceSteps = 200_000

// search returns the captures of the first match; ok is false if there were
// too many steps.
func (r *reference) search() (caps []int32, matched, ok bool) {
	for pos := 0; pos <= len(r.text); {
		r.caps = make([]int32, 2*len(r.tree.Groups))
		for i := range r.caps {
			r.caps[i] = -1
		}
		r.keep = -1
		end := -1
		if r.match(r.tree.Root, pos, func(p int) bool { end = p; return true }) {
			start := pos
			if r.keep >= 0 {
				start = min(r.keep, end)
			}
			r.caps[0], r.caps[1] = int32(start), int32(end)
			return r.caps, true, r.steps < referenceSteps
		}
		if r.steps >= referenceSteps {
			return nil, false, false
		}
		if pos == len(r.text) {
			break
		}
		pos = nextRune(r.text, pos)
	}
	return nil, false, true
}

func (r *reference) match(n *syntax.Node, pos int, k func(int) bool) bool {
	if r.steps++; r.steps >= referenceSteps {
		return false
	}
	switch n.Op {
	case syntax.OpCat:
		return r.cat(n.Subs, pos, k)
	case syntax.OpAlt:
		for _, s := range n.Subs {
			if r.match(s, pos, k) {
				return true
			}
		}
		return false
	case syntax.OpRepeat:
		return r.repeat(n, 0, pos, k)
	case syntax.OpCapture:
		return r.capture(n, pos, k)
	case syntax.OpAtomic:
		end := -1
		saved := append([]int32(nil), r.caps...)
		if !r.match(n.Subs[0], pos, func(p int) bool { end = p; return true }) {
			return false
		}
		if k(end) {
			return true
		}
		copy(r.caps, saved)
		return false
	case syntax.OpLook:
		return r.look(n, pos, k)
	case syntax.OpCall:
		return r.match(r.tree.Groups[n.Index].Node, pos, k)
	case syntax.OpKeep:
		old := r.keep
		r.keep = pos
		if k(pos) {
			return true
		}
		r.keep = old
		return false
	}
	end := r.leaf(n, pos)
	return end >= 0 && k(end)
}

func (r *reference) cat(subs []*syntax.Node, pos int, k func(int) bool) bool {
	if len(subs) == 0 {
		return k(pos)
	}
	return r.match(subs[0], pos, func(p int) bool { return r.cat(subs[1:], p, k) })
}

func (r *reference) repeat(n *syntax.Node, done, pos int, k func(int) bool) bool {
	round := func() bool {
		if n.Max >= 0 && done >= n.Max {
			return false
		}
		return r.match(n.Subs[0], pos, func(p int) bool {
			if p == pos && n.Max < 0 && done >= n.Min {
				return k(p) // a round that matched nothing ends the loop
			}
			return r.repeat(n, done+1, p, k)
		})
	}
	if done < n.Min {
		return round()
	}
	if n.Lazy {
		return k(pos) || round()
	}
	return round() || k(pos)
}

func (r *reference) capture(n *syntax.Node, pos int, k func(int) bool) bool {
	return r.match(n.Subs[0], pos, func(p int) bool {
		start, end := r.caps[2*n.Index], r.caps[2*n.Index+1]
		r.caps[2*n.Index], r.caps[2*n.Index+1] = int32(pos), int32(p)
		if k(p) {
			return true
		}
		r.caps[2*n.Index], r.caps[2*n.Index+1] = start, end
		return false
	})
}

func (r *reference) look(n *syntax.Node, pos int, k func(int) bool) bool {
	at, inside := pos, true
	if n.Look >= syntax.Behind {
		for range n.Width {
			if at == 0 {
				inside = false
				break
			}
			at = back(r.text, at)
		}
	}
	saved, keep := append([]int32(nil), r.caps...), r.keep
	found := inside && r.match(n.Subs[0], at, func(int) bool { return true })
	if n.Look == syntax.NotAhead || n.Look == syntax.NotBehind {
		copy(r.caps, saved)
		r.keep = keep
		return !found && k(pos)
	}
	if found && k(pos) {
		return true
	}
	copy(r.caps, saved)
	r.keep = keep
	return false
}

func (r *reference) leaf(n *syntax.Node, pos int) int {
	switch n.Op {
	case syntax.OpEmpty:
		return pos
	case syntax.OpString:
		var want, got []rune
		for _, c := range n.Runes {
			if n.Fold {
				want = syntax.AppendFold(want, c)
			} else {
				want = append(want, c)
			}
		}
		for len(got) < len(want) && pos < len(r.text) {
			c, size := utf8.DecodeRune(r.text[pos:])
			if n.Fold {
				got = syntax.AppendFold(got, c)
			} else {
				got = append(got, c)
			}
			pos += size
		}
		if string(got) != string(want) {
			return -1
		}
		return pos
	case syntax.OpClass:
		if pos < len(r.text) {
			if c, size := utf8.DecodeRune(r.text[pos:]); n.Set.Has(c) {
				return pos + size
			}
		}
	case syntax.OpAssert:
		if (&machine{text: r.text}).holds(n.Assert, pos) {
			return pos
		}
	case syntax.OpGrapheme:
		return grapheme(r.text, pos)
	}
	return -1
}
