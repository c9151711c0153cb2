package pattern

import "github.com/naru-log/naru/filters/grok/pattern/prog"

// Result is the outcome of a match.
type Result uint8

// The outcomes.
const (
	NoMatch Result = iota
	Matched
	// LimitExceeded says that the work allowed for one line was used up
	// before it was known whether the line matches.
	LimitExceeded
)

func (r Result) String() string {
	return [...]string{"no match", "matched", "limit exceeded"}[r]
}

// Matcher matches one text at a time. It is not safe for concurrent use.
type Matcher struct {
	pattern *Pattern
	m       *prog.Matcher
	values  []Value
}

// NewMatcher returns a new Matcher for p.
func (p *Pattern) NewMatcher() *Matcher {
	most := 0
	for _, m := range p.members {
		most = max(most, len(m))
	}
	return &Matcher{pattern: p, m: p.prog.NewMatcher(p.opts.StepLimit), values: make([]Value, 0, most)}
}

// Match searches text, which should be UTF-8, for the first match. It does
// not keep text.
func (m *Matcher) Match(text []byte) Result { return Result(m.m.Match(text)) }

// Pattern returns the pattern that m matches.
func (m *Matcher) Pattern() *Pattern { return m.pattern }

// Span returns where the last match begins and ends. It is meaningful only
// after Matched, like Values and Get.
func (m *Matcher) Span() (start, end int) {
	caps := m.m.Caps()
	return int(caps[0]), int(caps[1])
}

// Values returns the values of capture i, an index into Captures, in the
// order of the reference: those of its groups that took part in the match,
// each with its last value. The slice is valid until the next call.
func (m *Matcher) Values(i int) []Value {
	caps := m.m.Caps()
	m.values = m.values[:0]
	for _, g := range m.pattern.members[i] {
		if start, end := caps[2*g.group], caps[2*g.group+1]; end >= 0 {
			m.values = append(m.values, Value{Start: int(start), End: int(end), Type: g.typ})
		}
	}
	return m.values
}

// Groups returns where the groups of the last match begin and end, two
// positions for each, that of the whole match first; the end of a group that
// took no part is negative. Pattern.Group says which one a capture is. The
// slice is valid until the next call of Match and must not be changed.
func (m *Matcher) Groups() []int32 { return m.m.Caps() }

// Get returns the first value of capture i, and whether there is one.
func (m *Matcher) Get(i int) (Value, bool) {
	caps := m.m.Caps()
	for _, g := range m.pattern.members[i] {
		if start, end := caps[2*g.group], caps[2*g.group+1]; end >= 0 {
			return Value{Start: int(start), End: int(end), Type: g.typ}, true
		}
	}
	return Value{}, false
}
