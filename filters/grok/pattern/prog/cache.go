package prog

import (
	"encoding/binary"

	"github.com/naru-log/naru/filters/grok/pattern/syntax"
)

// cachedAutomaton is automatonFor for a part that may have been seen before:
// an address or a date stands in many an expression more than once.
func (q *quick) cachedAutomaton(n *syntax.Node, follow *byteSet, ordered bool) *automaton {
	if size(n) > maxStates {
		return nil
	}
	q.key = appendFollow(q.key[:0], follow)
	q.key = append(q.key, bit(ordered))
	q.key = appendNode(q.key, n)
	key := string(q.key)
	a, ok := q.automata[key]
	if !ok {
		a = q.automatonFor(n, follow, ordered)
		q.automata[key] = a
	}
	return a
}

func appendFollow(key []byte, follow *byteSet) []byte {
	var bits byte
	for i, v := range follow {
		bits = bits<<1 | bit(v)
		if i&7 == 7 {
			key = append(key, bits)
			bits = 0
		}
	}
	return append(key, bits)
}

// appendNode appends all of n that its matches depend on, so that two nodes
// with the same text match the same.
func appendNode(key []byte, n *syntax.Node) []byte {
	key = append(key, byte(n.Op), bit(n.Fold), bit(n.Lazy), byte(n.Look), byte(n.Assert))
	for _, v := range []int{n.Min, n.Max, n.Index, n.Width} {
		key = binary.AppendVarint(key, int64(v))
	}
	key = appendRunes(key, n.Runes)
	if n.Set != nil {
		key = appendRunes(key, n.Set.R)
	}
	key = binary.AppendUvarint(key, uint64(len(n.Groups)))
	for _, g := range n.Groups {
		key = binary.AppendUvarint(key, uint64(g))
	}
	key = binary.AppendUvarint(key, uint64(len(n.Subs)))
	for _, s := range n.Subs {
		key = appendNode(key, s)
	}
	return key
}

func appendRunes(key []byte, runes []rune) []byte {
	key = binary.AppendUvarint(key, uint64(len(runes)))
	for _, r := range runes {
		key = binary.AppendVarint(key, int64(r))
	}
	return key
}
