package prog

import (
	"math"
	"slices"

	"github.com/naru-log/naru/filters/grok/pattern/syntax"
)

// trace keeps how far a machine got.
type trace struct {
	source *syntax.Source
	steps  []int    // see sequence
	at     progress // of the attempt at hand
	best   progress // of the attempt that explains most
}

// progress is how far an attempt got: past how many parts of the expression
// that cannot be left out, and how far in the text with that. More parts count
// for more than more text: a %{DATA} takes any amount of that.
type progress struct {
	steps  int
	far    int // -1 if there is none
	length int // of the text from the start of the attempt to far
	place  int
}

// sequence returns the places in the expanded text before which one part
// more is behind: parts that the expression has one after the other and that
// match at least one character.
func sequence(t *syntax.Tree) []int {
	var places []int
	e := newEmitter(t)
	passed := false
	var walk func(n *syntax.Node)
	walk = func(n *syntax.Node) {
		if n.Op == syntax.OpCat || n.Op == syntax.OpCapture {
			for _, s := range n.Subs {
				walk(s)
			}
			return
		}
		if passed {
			places = append(places, n.Pos)
		}
		passed = !e.nullable(n)
	}
	walk(t.Root)
	return places
}

// Explain matches text with the plain program. After a match, far is its end.
// Else it is where the text stops to fit on the way that leads past most parts
// of the expression, and place is what failed there, as a place in the
// expanded text.
func (p *Prog) Explain(text []byte, limit int) (r Result, far, place int) {
	if len(text) >= math.MaxInt32 {
		return LimitExceeded, 0, 0
	}
	m := p.NewMatcher(limit)
	m.plain = newMachine(p.plain(), p.groups)
	t := &trace{source: p.tree.Source, steps: sequence(p.tree), at: progress{far: -1}, best: progress{far: -1}}
	m.plain.trace = t
	if r = m.matchPlain(text, 0); r == Matched {
		return r, int(m.caps[1]), 0
	}
	t.settle(len(text))
	return r, max(t.best.far, 0), t.best.place
}

// record keeps the furthest failure of an attempt. A failure in a lookaround
// says nothing about how far the line fits.
func (m *machine) record(in *inst, pos int) {
	if m.depth > 0 || in.op == opMemo || in.op == opMemoSub {
		return
	}
	if in.op == opLit {
		for i := 0; i < len(in.lit) && pos < len(m.text) && m.text[pos] == in.lit[i]; i++ {
			pos++
		}
	}
	t := m.trace
	steps, exact := slices.BinarySearch(t.steps, int(in.pos))
	if exact {
		steps++
	}
	switch {
	case steps > t.at.steps || steps == t.at.steps && pos > t.at.far:
		t.at = progress{steps: steps, far: pos, place: int(in.pos)}
	case steps == t.at.steps && pos == t.at.far:
		// Alternatives that all stop here: what they belong to is to blame.
		t.at.place = t.source.Common(t.at.place, int(in.pos))
	}
}

// settle ends the attempt that began at start.
func (t *trace) settle(start int) {
	t.at.length = t.at.far - start
	if t.at.far >= 0 && (t.best.far < 0 || t.at.steps > t.best.steps || t.at.steps == t.best.steps && t.at.length > t.best.length) {
		t.best = t.at
	}
	t.at = progress{far: -1}
}
