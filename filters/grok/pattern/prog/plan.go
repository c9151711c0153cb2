package prog

import (
	"unicode/utf8"

	"github.com/naru-log/naru/filters/grok/pattern/syntax"
)

// anchor says where a match can begin.
type anchor uint8

const (
	anywhere anchor = iota
	atLines         // at the beginning of a line
	atText          // at the beginning of the text
)

// plan says where to look for a match.
type plan struct {
	first  *byteSet // what a match begins with
	anchor anchor
	probe  *automaton // that every match begins with, may be nil
	// literals are strings that every match has, in this order.
	literals [][]byte
	gate     *gate

	consumed byteSet // what the parts so far can take
	guards   byteSet // but for options that begin with one of these
}

// gate is a literal that every match passes, with a byte that nothing before
// it in the pattern can take: the first such byte after the beginning of a
// match is that of the gate. If the pattern does not match from the gate on,
// no match begins before it.
type gate struct {
	pc     int32
	once   int // opOnce point in front of it
	b      byte
	offset int     // of b in the literal
	guards byteSet // the gate holds only if none of these comes before b
	guard  bool    // there are guards
}

// pass notes a part that every match passes, in order.
func (q *quick) pass(n *syntax.Node) {
	if n.Op == syntax.OpString && !n.Fold {
		lit := string(n.Runes)
		q.plan.literals = append(q.plan.literals, []byte(lit))
		q.openGate(lit)
	}
	q.consume(n, &q.plan.consumed, &q.plan.guards)
}

// openGate makes a gate of a literal if it can be one. A later gate tells more
// than an earlier one, and one of punctuation more than a letter or a blank.
func (q *quick) openGate(lit string) {
	if q.pc() == 0 {
		return
	}
	for i := range len(lit) {
		c := lit[i]
		if c >= utf8.RuneSelf || q.plan.consumed[c] || q.plan.guards[c] {
			continue
		}
		if old := q.plan.gate; old != nil && rank(c) < rank(old.b) {
			continue
		}
		g := &gate{pc: q.pc(), once: q.onces, b: c, offset: i, guards: q.plan.guards}
		g.guard = g.guards != byteSet{}
		q.plan.gate = g
		q.add(inst{op: opOnce, n: int32(q.onces)})
		q.onces++
		return
	}
}

// rank says how seldom a byte is in log lines, roughly.
func rank(c byte) int {
	switch {
	case c == ' ' || isASCIIWord(c):
		return 0
	case c == '[' || c == ']' || c == '<' || c == '>' || c == '{' || c == '}' || c == '|':
		return 2
	}
	return 1
}

// consume adds the bytes that n can take to c. With guards, of an option that
// begins with a plain byte only that byte is added, to both.
func (q *quick) consume(n *syntax.Node, c, guards *byteSet) {
	switch n.Op {
	case syntax.OpString:
		for _, r := range n.Runes {
			if r >= utf8.RuneSelf || n.Fold {
				addHigh(c)
			}
			if r < utf8.RuneSelf {
				c[r] = true
				if n.Fold && (r|0x20 >= 'a' && r|0x20 <= 'z') {
					c[r|0x20], c[r&^0x20] = true, true
				}
			} else if n.Fold {
				*c = *allBytes() // a folding may have ASCII letters
			}
		}
		return
	case syntax.OpClass:
		c.add(firstBytes(n.Set))
		if _, none := n.Set.NonASCII(); !none {
			addHigh(c)
		}
		return
	case syntax.OpGrapheme:
		*c = *allBytes()
		return
	case syntax.OpLook, syntax.OpAssert:
		return
	case syntax.OpCall:
		*c = *allBytes()
		return
	case syntax.OpRepeat:
		if guards != nil && n.Min == 0 && n.Max == 1 && introduced(n.Subs[0]) {
			var taken byteSet
			q.consume(n.Subs[0], &taken, nil)
			if r := introduction(n.Subs[0]); r < utf8.RuneSelf && taken.count() > wide {
				c[r], guards[r] = true, true
			} else {
				c.add(&taken)
			}
			return
		}
	}
	for _, s := range n.Subs {
		q.consume(s, c, guards)
	}
}

// wide is the number of bytes from which on a part can take nearly anything.
const wide = 100

// introduction returns the character that an introduced node begins with.
func introduction(n *syntax.Node) rune {
	if n.Op == syntax.OpCapture {
		return introduction(n.Subs[0])
	}
	if s := n.Subs[0]; !s.Fold && len(s.Runes) > 0 {
		return s.Runes[0]
	}
	return utf8.MaxRune
}

func addHigh(s *byteSet) {
	for b := 0x80; b < 0x100; b++ {
		s[b] = true
	}
}

// anchorOf returns where a match of n can begin.
func anchorOf(n *syntax.Node) anchor {
	switch n.Op {
	case syntax.OpAssert:
		switch n.Assert {
		case syntax.TextStart, syntax.SearchStart:
			return atText
		case syntax.LineStart:
			return atLines
		}
	case syntax.OpCapture, syntax.OpAtomic:
		return anchorOf(n.Subs[0])
	case syntax.OpCat:
		for _, s := range n.Subs {
			if a := anchorOf(s); a != anywhere {
				return a
			}
			if s.Op != syntax.OpAssert && s.Op != syntax.OpLook && s.Op != syntax.OpEmpty {
				return anywhere
			}
		}
	case syntax.OpAlt:
		least := atText
		for _, s := range n.Subs {
			least = min(least, anchorOf(s))
		}
		return least
	}
	return anywhere
}
