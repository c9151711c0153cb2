package syntax

// The quantifiers ? * + ?? *? +? are numbered 0 to 5.
func popular(n *Node) int {
	k := 0
	switch {
	case n.Min == 0 && n.Max == 1:
	case n.Min == 0 && n.Max < 0:
		k = 1
	case n.Min == 1 && n.Max < 0:
		k = 2
	default:
		return -1
	}
	if n.Lazy {
		k += 3
	}
	return k
}

type reduction uint8

const (
	asIs     reduction = iota
	drop               // the outer quantifier goes
	star               // *
	lazyStar           // *?
	lazyOpt            // ??
	plusOpt            // (?:x+)??
	lazyPlus           // (?:x+?)?
)

// reductions says what a quantifier of a quantifier becomes, by the inner
// and the outer one. This is not always what the two mean together
// ((?:a+?)* becomes (?:a+?)?), but it is what Oniguruma does.
var reductions = [6][6]reduction{
	{drop, star, star, lazyOpt, lazyStar, asIs},
	{drop, drop, drop, plusOpt, plusOpt, drop},
	{star, star, drop, asIs, plusOpt, drop},
	{drop, lazyStar, lazyStar, drop, lazyStar, lazyStar},
	{drop, drop, drop, drop, drop, drop},
	{asIs, lazyPlus, drop, lazyStar, lazyStar, drop},
}

// reduce merges a quantifier with the one that it repeats.
func reduce(q *Node) *Node {
	in := q.Subs[0]
	if in.Op != OpRepeat {
		return q
	}
	outer, inner := popular(q), popular(in)
	if inner < 0 {
		return q
	}
	if outer < 0 {
		if (inner == 1 || inner == 2) && q.Max > 1 && !q.Lazy {
			q.Max = max(q.Min, 1)
		}
	}
	return merge(q)
}

// merge is reduce for two quantifiers of the six.
func merge(q *Node) *Node {
	in := q.Subs[0]
	outer, inner := popular(q), popular(in)
	if outer < 0 || inner < 0 {
		return q
	}
	set := func(n *Node, least, most int, lazy bool) { n.Min, n.Max, n.Lazy = least, most, lazy }
	switch reductions[inner][outer] {
	case drop:
		return in
	case star:
		set(in, 0, -1, false)
		return in
	case lazyStar:
		set(in, 0, -1, true)
		return in
	case lazyOpt:
		set(in, 0, 1, true)
		return in
	case plusOpt:
		set(in, 1, -1, false)
		set(q, 0, 1, true)
	case lazyPlus:
		set(in, 1, -1, true)
		set(q, 0, 1, false)
	}
	return q
}
