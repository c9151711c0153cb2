package prog

import (
	"unicode"
	"unicode/utf8"

	"github.com/naru-log/naru/filters/grok/pattern/syntax"
)

// firstInfo says what a node needs to see: the byte at its position has to be
// in set, unless the node may match nothing and leave that to what follows.
type firstInfo struct {
	set      byteSet
	nullable bool
}

// firstOf works out the firstInfo of a node. The set may be too large, never
// too small.
func (q *quick) firstOf(n *syntax.Node) *firstInfo {
	if f, ok := q.first[n]; ok {
		return f
	}
	f := q.computeFirst(n)
	q.first[n] = f
	return f
}

func (q *quick) computeFirst(n *syntax.Node) *firstInfo {
	f := &firstInfo{}
	switch n.Op {
	case syntax.OpString:
		q.firstString(n, f)
	case syntax.OpClass:
		f.set = *firstBytes(n.Set)
	case syntax.OpGrapheme:
		f.set = *allBytes()
		f.set[endOfText] = false
	case syntax.OpCat:
		f.nullable = true
		for _, s := range n.Subs {
			in := q.firstOf(s)
			f.set.add(&in.set)
			if !in.nullable {
				f.nullable = false
				break
			}
		}
	case syntax.OpAlt:
		for _, s := range n.Subs {
			in := q.firstOf(s)
			f.set.add(&in.set)
			f.nullable = f.nullable || in.nullable
		}
	case syntax.OpRepeat:
		*f = *q.firstOf(n.Subs[0])
		f.nullable = f.nullable || n.Min == 0
	case syntax.OpCapture, syntax.OpAtomic:
		*f = *q.firstOf(n.Subs[0])
	case syntax.OpCall:
		*f = *q.firstOf(q.tree.Groups[n.Index].Node)
	case syntax.OpAssert:
		firstAssert(n.Assert, f)
	default:
		f.nullable = true
	}
	return f
}

func firstAssert(a syntax.Assert, f *firstInfo) {
	switch a {
	case syntax.LineEnd, syntax.TextEndNL:
		f.set['\n'], f.set[endOfText] = true, true
	case syntax.TextEnd:
		f.set[endOfText] = true
	default:
		f.nullable = true
	}
}

func (q *quick) firstString(n *syntax.Node, f *firstInfo) {
	if len(n.Runes) == 0 {
		f.nullable = true
		return
	}
	r := n.Runes[0]
	if !n.Fold {
		f.set[leadByte2(r)] = true
		return
	}
	folded := syntax.AppendFold(nil, r)[0]
	for b := 0x80; b < 0x100; b++ {
		f.set[b] = true
	}
	for v := unicode.SimpleFold(folded); ; v = unicode.SimpleFold(v) {
		f.set[leadByte2(v)] = true
		if v == folded {
			break
		}
	}
}

func leadByte2(r rune) int {
	if r < utf8.RuneSelf {
		return int(r)
	}
	return leadByte(r)
}

// before returns what has to be seen at the beginning of n if follow has to
// be seen after it.
func (q *quick) before(n *syntax.Node, follow *byteSet) *byteSet {
	f := q.firstOf(n)
	out := f.set
	if f.nullable {
		out.add(follow)
	}
	return &out
}
