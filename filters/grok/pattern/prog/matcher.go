package prog

import (
	"math"
	"sync"

	"github.com/naru-log/naru/filters/grok/pattern/syntax"
)

// Prog is a compiled expression. It is safe for concurrent use.
type Prog struct {
	// plain writes the plain program when it is first needed: it is several
	// times as long as the quick one, and most expressions never run it.
	plain  func() *code
	quick  *code // nil if there is none
	groups int
	tree   *syntax.Tree
}

// Compile compiles a tree.
func Compile(t *syntax.Tree) (*Prog, error) {
	if newBound(t).of(t.Root) < maxInst-1 { // opMatch comes on top
		if quick := compileQuick(t); quick != nil {
			return &Prog{plain: sync.OnceValue(func() *code { return mustCompilePlain(t) }), quick: quick, groups: len(t.Groups), tree: t}, nil
		}
	}
	plain, err := compilePlain(t)
	if err != nil {
		return nil, err
	}
	return &Prog{plain: func() *code { return plain }, quick: compileQuick(t), groups: len(t.Groups), tree: t}, nil
}

// mustCompilePlain writes the plain program of a tree that has a bound.
func mustCompilePlain(t *syntax.Tree) *code {
	plain, err := compilePlain(t)
	if err != nil {
		panic(err)
	}
	return plain
}

// Result is the outcome of a match.
type Result uint8

// The outcomes.
const (
	NoMatch Result = iota
	Matched
	LimitExceeded
)

// Matcher matches lines against a Prog. It is not safe for concurrent use.
type Matcher struct {
	prog  *Prog
	plain *machine
	quick *machine
	limit int
	caps  []int32
}

// DefaultLimit is the budget in steps for constructs that cannot be matched
// in time proportional to the line.
const DefaultLimit = 5_000_000

// NewMatcher returns a matcher with a budget in steps, 0 for DefaultLimit.
func (p *Prog) NewMatcher(limit int) *Matcher {
	if limit <= 0 {
		limit = DefaultLimit
	}
	m := &Matcher{prog: p, limit: limit, caps: make([]int32, 2*p.groups)}
	if p.quick != nil {
		m.quick = newMachine(p.quick, p.groups)
	}
	return m
}

// Match searches text for the first match. Positions are 32 bits wide: a text
// of 2 GiB is too long.
func (m *Matcher) Match(text []byte) Result {
	if len(text) > math.MaxInt32-1 {
		return LimitExceeded
	}
	from := 0
	if m.quick != nil {
		end, start := m.search(text)
		m.quick.finish()
		if end >= 0 {
			m.accept(m.quick, start, end)
			return Matched
		}
		if !m.quick.over {
			return NoMatch
		}
		from = start
	}
	return m.matchPlain(text, from)
}

// The budget of the quick program for a line: a part that does not depend on
// the line, and a part for each of its bytes.
const (
	quickLimit   = 4096
	quickPerByte = 4
	// A byte of a run costs a sixteenth of a step.
	runCost = 4
)

// Caps returns the start and end of each group of the last match, -1 for a
// group that took no part; the whole match comes first.
func (m *Matcher) Caps() []int32 { return m.caps }

// matchPlain searches with the plain program.
func (m *Matcher) matchPlain(text []byte, from int) Result {
	if m.plain == nil {
		m.plain = newMachine(m.prog.plain(), m.prog.groups)
	}
	v := m.plain
	v.begin(text, m.limit)
	if v.code.memo {
		v.memo.reset(v.code.points, len(text))
		defer v.memo.release()
		if !v.code.captureSub {
			v.limit = math.MaxInt
		}
	}
	defer v.finish()
	for pos := from; ; {
		if end := v.attempt(pos); end >= 0 {
			m.accept(v, pos, end)
			return Matched
		}
		if v.trace != nil {
			v.trace.settle(pos)
		}
		if v.over {
			return LimitExceeded
		}
		if pos >= len(text) {
			return NoMatch
		}
		pos = nextRune(text, pos)
	}
}

func (m *Matcher) accept(v *machine, start, end int) {
	m.caps = v.caps
	if v.keep >= 0 {
		start = min(v.keep, end) // it may have been set further on, by a lookahead
	}
	m.caps[0], m.caps[1] = int32(start), int32(end)
}
