package prog

import (
	"unicode/utf8"

	"github.com/naru-log/naru/filters/grok/pattern/syntax"
)

// tail is what has to be matched after the node that is being written: parts
// in order, then those of outer. Where a sub-program begins there is none,
// for how that ends does not depend on what comes after.
type tail struct {
	parts []*syntax.Node
	outer *tail
}

// demand returns how many times at least the byte b is in what the tail
// matches. It looks at the nearest parts only.
func (t *tail) demand(b byte) int32 {
	const most = 500 // nodes, so that long expressions compile in linear time
	visits := most
	count := 0
	for ; t != nil && visits > 0; t = t.outer {
		for _, n := range t.parts {
			count += occurrences(n, rune(b), &visits)
		}
	}
	const enough = 1 << 20
	return int32(min(count, enough))
}

// occurrences returns how many times at least r is in what n matches.
func occurrences(n *syntax.Node, r rune, visits *int) int {
	if *visits--; *visits < 0 {
		return 0
	}
	count := 0
	switch n.Op {
	case syntax.OpString:
		for _, c := range n.Runes {
			if c == r && !n.Fold {
				count++
			}
		}
	case syntax.OpCat, syntax.OpCapture, syntax.OpAtomic:
		for _, s := range n.Subs {
			count += occurrences(s, r, visits)
		}
	case syntax.OpRepeat:
		if n.Min > 0 {
			count = n.Min * occurrences(n.Subs[0], r, visits)
		}
	}
	return count
}

// demanding makes a run of nearly anything skip the ends after which there
// are too few of the byte that has to follow. In a chain of %{GREEDYDATA}
// with separators between, that leaves one end for each.
func (q *quick) demanding(i *inst) {
	b, ok := onlyByte(i.follow)
	if ok == 0 || b >= utf8.RuneSelf || i.m >= 0 || i.set.hole < 0 {
		return
	}
	i.b, i.x = b, q.tail.demand(b)
}

// last returns the last position from least on from which there are as many
// of the byte that has to follow as the rest of the expression has, or -1.
func (m *machine) last(in *inst, least int) int {
	end := len(m.text)
	for range in.x {
		i := lastIndexByte(m.text[least:end], in.b)
		if i < 0 {
			end = -1
			break
		}
		end = least + i
	}
	m.steps += (len(m.text) - max(end, least)) >> runCost
	return end
}
