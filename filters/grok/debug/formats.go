package debug

import (
	"cmp"
	"context"
	"maps"
	"regexp"
	"slices"
)

// probeLines is how many lines of the sample decide which formats are worth
// matching against all of it.
const probeLines = 40

// formats proposes the library's formats that match whole lines. It also
// finds those that match the heads of lines, best first.
func (s *suggester) formats(ctx context.Context) error {
	lines := spread(s.lines, probeLines)
	for _, name := range s.formatNames(lines) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p, ok, err := s.try("^%{"+name+"}", lines)
		if err != nil {
			return err
		}
		if ok && p.values >= minValues*p.matched {
			s.heads = append(s.heads, p)
		}
	}
	slices.SortStableFunc(s.heads, func(a, b proposal) int {
		return cmp.Or(cmp.Compare(b.matched, a.matched), cmp.Compare(b.values, a.values))
	})
	return s.wholeFormats()
}

// wholeFormats proposes the formats that go on to the end of the line.
func (s *suggester) wholeFormats() error {
	for _, head := range s.heads {
		if len(s.proposals) == maxProposals {
			break
		}
		p, ok, err := s.try(head.expression+"$", s.lines)
		if err != nil {
			return err
		}
		if ok {
			p.whole = true
			s.proposals = append(s.proposals, p)
		}
	}
	return nil
}

// spread returns up to n lines from all over the list.
func spread(lines [][]byte, n int) [][]byte {
	if len(lines) <= n {
		return lines
	}
	some := make([][]byte, n)
	for i := range some {
		some[i] = lines[i*len(lines)/n]
	}
	return some
}

var (
	capturing = regexp.MustCompile(`%\{\w+:[^}]+\}|\(\?<[^=!]`)
	mention   = regexp.MustCompile(`%\{(\w+)`)
	alias     = regexp.MustCompile(`^%\{\w+\}$`)
)

// minFields is how many fields make a pattern a format. What captures less is
// a token.
const minFields = 3

// minValues is how many values a format has to capture of a line, on average,
// to be of use.
const minValues = 2

// formatNames lists the patterns of the library that describe whole lines,
// each under one name, as far as they are possible for any of the lines.
func (s *suggester) formatNames(lines [][]byte) []string {
	counts := map[string]int{}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(s.library)) {
		definition := s.library[name]
		if alias.MatchString(definition) || s.fields(name, counts) < minFields {
			continue
		}
		if possible(lines, required(definition, s.library)) {
			names = append(names, name)
		}
	}
	return names
}

// fields counts the captures of a pattern and of those it refers to. The
// library has no circular references.
func (s *suggester) fields(name string, counts map[string]int) int {
	if n, ok := counts[name]; ok {
		return n
	}
	text := s.library[name]
	n := len(capturing.FindAllString(text, -1))
	for _, m := range mention.FindAllStringSubmatch(text, -1) {
		n += s.fields(m[1], counts)
	}
	counts[name] = n
	return n
}
