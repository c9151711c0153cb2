package pattern

import (
	"fmt"

	"github.com/naru-log/naru/filters/grok/pattern/prog"
)

// Set is several patterns for one line, tried in order. Those that stand
// together and begin alike share the work on what they begin with. It is
// immutable and safe for concurrent use.
type Set struct {
	patterns []*Pattern
	group    []int // of each pattern; those of a group, from 1, share a start
}

// CompileSet compiles the expressions of a set.
func CompileSet(exprs []string, opts Options) (*Set, error) {
	var patterns []*Pattern
	for i, expr := range exprs {
		p, err := Compile(expr, opts)
		if err != nil {
			return nil, fmt.Errorf("compile expression %d of %d: %w", i+1, len(exprs), err)
		}
		patterns = append(patterns, p)
	}
	return NewSet(patterns), nil
}

// NewSet makes a set of patterns. It keeps copies, which Pattern returns.
func NewSet(patterns []*Pattern) *Set {
	progs := make([]*prog.Prog, len(patterns))
	for i, p := range patterns {
		progs[i] = p.prog
	}
	shared, group := prog.Share(progs)
	s := &Set{group: group}
	for i, p := range patterns {
		member := *p
		member.prog = shared[i]
		s.patterns = append(s.patterns, &member)
	}
	return s
}

// Len returns the number of patterns.
func (s *Set) Len() int { return len(s.patterns) }

// Pattern returns pattern i.
func (s *Set) Pattern(i int) *Pattern { return s.patterns[i] }

// SetMatcher matches lines against a Set. It is not safe for concurrent use.
type SetMatcher struct {
	matchers []*Matcher
	starts   []*prog.Start
}

// NewMatcher returns a new SetMatcher for s.
func (s *Set) NewMatcher() *SetMatcher {
	m := &SetMatcher{}
	for i, p := range s.patterns {
		matcher := p.NewMatcher()
		if g := s.group[i]; g > 0 {
			if g > len(m.starts) {
				m.starts = append(m.starts, &prog.Start{})
			}
			matcher.m.ShareStart(m.starts[g-1])
		}
		m.matchers = append(m.matchers, matcher)
	}
	return m
}

// Matcher returns the matcher of pattern i.
func (m *SetMatcher) Matcher(i int) *Matcher { return m.matchers[i] }

// Match tries the patterns in order from index from on and returns the index
// of the first that matches; its values are those of Matcher(index). If none
// matches, index is -1 and the result NoMatch, or LimitExceeded if a pattern
// was given up. To take all that match, go on from index+1.
func (m *SetMatcher) Match(text []byte, from int) (index int, r Result) {
	for _, s := range m.starts {
		s.Begin()
	}
	index, r = m.match(text, from)
	for _, s := range m.starts {
		s.End()
	}
	return index, r
}

func (m *SetMatcher) match(text []byte, from int) (index int, r Result) {
	for i := from; i < len(m.matchers); i++ {
		switch m.matchers[i].Match(text) {
		case Matched:
			return i, Matched
		case LimitExceeded:
			r = LimitExceeded
		}
	}
	return -1, r
}
