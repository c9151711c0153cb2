package prog

import "github.com/naru-log/naru/filters/grok/pattern/syntax"

// bound works out, without writing it, how long the plain program of a tree
// can become. What it says is never too small; maxInst stands for all that is
// too large, recursion included.
type bound struct {
	tree   *syntax.Tree
	groups map[int]int // of those that are called
}

func newBound(t *syntax.Tree) *bound { return &bound{tree: t, groups: make(map[int]int)} }

// of returns the bound for a node. The constants are the instructions that
// the emitter writes around the parts of one.
func (b *bound) of(n *syntax.Node) int {
	sum := 0
	for _, s := range n.Subs {
		sum = min(sum+b.of(s), maxInst)
	}
	switch n.Op {
	case syntax.OpCat:
	case syntax.OpAlt:
		sum += 2*len(n.Subs) + 1
	case syntax.OpRepeat:
		rounds := max(n.Min+1, n.Max)
		const around = 6
		sum = min(rounds, maxInst)*(sum+1) + around
	case syntax.OpCall:
		sum = b.call(n.Index)
	default:
		const around = 3
		sum += around
	}
	return min(sum, maxInst)
}

func (b *bound) call(group int) int {
	size, ok := b.groups[group]
	if !ok {
		b.groups[group] = maxInst // a call of itself has none
		size = b.of(b.tree.Groups[group].Node)
		b.groups[group] = size
	}
	return size
}
