package pattern

import "fmt"

// Set is several patterns for one line, tried in order. It is immutable and
// safe for concurrent use.
type Set struct{ patterns []*Pattern }

// CompileSet compiles the expressions of a set.
func CompileSet(exprs []string, opts Options) (*Set, error) {
	s := &Set{}
	for i, expr := range exprs {
		p, err := Compile(expr, opts)
		if err != nil {
			return nil, fmt.Errorf("compile expression %d of %d: %w", i+1, len(exprs), err)
		}
		s.patterns = append(s.patterns, p)
	}
	return s, nil
}

// Len returns the number of patterns.
func (s *Set) Len() int { return len(s.patterns) }

// Pattern returns pattern i.
func (s *Set) Pattern(i int) *Pattern { return s.patterns[i] }

// SetMatcher matches lines against a Set. It is not safe for concurrent use.
type SetMatcher struct {
	matchers []*Matcher
}

// NewMatcher returns a new SetMatcher for s.
func (s *Set) NewMatcher() *SetMatcher {
	m := &SetMatcher{}
	for _, p := range s.patterns {
		m.matchers = append(m.matchers, p.NewMatcher())
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
