package debug

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/naru-log/naru/filters/grok/pattern"
)

const (
	// sampleLines and sampleBytes bound what is read to make suggestions.
	sampleLines = 1000
	sampleBytes = 4 << 20
	// composeLines is how many lines patterns are composed from.
	composeLines = 200
	// maxProposals is how many patterns are proposed at most.
	maxProposals = 5
)

// A proposal is a pattern and how well it fits the sample.
type proposal struct {
	expression string
	whole      bool // a known format, not one composed of tokens
	matched    int  // lines
	values     int  // captured, over all lines
}

// suggest reads a sample and writes the patterns that fit it, best first:
// formats of the library that match whole lines, formats that match the head
// of a line, and patterns composed of the library's tokens.
func suggest(ctx context.Context, opt Options, in *lineReader, w *bufio.Writer) error {
	lines, err := readSample(in)
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		return errors.New("suggest a pattern: the sample has no lines")
	}
	s := suggester{opt: opt, library: opt.library(), lines: lines}
	if err := s.formats(ctx); err != nil {
		return err
	}
	if !s.settled() {
		if err := s.composed(ctx); err != nil {
			return err
		}
	}
	s.rank()
	return s.write(w)
}

// readSample keeps lines that are not blank.
func readSample(in *lineReader) ([][]byte, error) {
	var lines [][]byte
	size := 0
	for len(lines) < sampleLines && size < sampleBytes {
		line, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(line)) > 0 {
			lines = append(lines, bytes.Clone(line))
			size += len(line)
		}
	}
	return lines, nil
}

type suggester struct {
	opt       Options
	library   map[string]string
	lines     [][]byte
	heads     []proposal // formats that match the heads of lines
	proposals []proposal
}

// try matches an expression against lines; ok is false if none matches.
func (s *suggester) try(expression string, lines [][]byte) (p proposal, ok bool, err error) {
	compiled, err := s.opt.compile(expression, s.library)
	if err != nil {
		return p, false, err
	}
	p.expression = expression
	m := compiled.NewMatcher()
	program := -1
	if strings.HasPrefix(expression, "^%{SYSLOGLINE}") {
		program, _ = compiled.Lookup(s.programField())
	}
	for _, line := range lines {
		if m.Match(line) == pattern.Matched && has(m, program) {
			p.matched++
			p.values += captured(m)
		}
	}
	return p, p.matched > 0, nil
}

// programField is what SYSLOGLINE calls the program. It takes any line that
// begins with a time: only one that has a program behind that is of syslog.
func (s *suggester) programField() string {
	if s.opt.Legacy {
		return "program"
	}
	return "process.name"
}

// has reports whether capture i took part in the match; -1 always does.
func has(m *pattern.Matcher, i int) bool {
	if i < 0 {
		return true
	}
	_, ok := m.Get(i)
	return ok
}

func captured(m *pattern.Matcher) int {
	n := 0
	for i := range m.Pattern().Captures() {
		if v, ok := m.Get(i); ok && v.End > v.Start {
			n++
		}
	}
	return n
}

// richFormat is how many values a line a format captures that leaves nothing
// to wish for.
const richFormat = 6

// settled says that a format of the library explains the whole sample.
func (s *suggester) settled() bool {
	for _, p := range s.proposals {
		if p.matched == len(s.lines) && p.values >= richFormat*p.matched {
			return true
		}
	}
	return false
}

// composed adds patterns for the lines that no format matches, or for all if
// the formats that match say little about them.
func (s *suggester) composed(ctx context.Context) error {
	lines := s.unmatched()
	if len(lines) == 0 {
		lines = s.lines
	}
	c, err := newComposer(s)
	if err != nil {
		return err
	}
	lines = spread(lines, composeLines)
	if err := c.afterFormats(ctx, lines); err != nil {
		return err
	}
	return c.fromTokens(ctx, lines)
}

// unmatched returns the lines that no proposal so far matches.
func (s *suggester) unmatched() [][]byte {
	rest := s.lines
	for _, p := range s.proposals {
		compiled, err := s.opt.compile(p.expression, s.library)
		if err != nil {
			continue // it compiled before
		}
		m := compiled.NewMatcher()
		rest = slices.DeleteFunc(slices.Clone(rest), func(line []byte) bool {
			return m.Match(line) == pattern.Matched
		})
	}
	return rest
}

// score prefers patterns that match more lines and say more about each; a
// format of the library counts half as much again, since somebody thought
// about its names.
func (p proposal) score() int {
	if p.whole {
		return 3 * p.values
	}
	return 2 * p.values
}

func (s *suggester) rank() {
	slices.SortStableFunc(s.proposals, func(a, b proposal) int {
		return cmp.Or(cmp.Compare(b.score(), a.score()), cmp.Compare(len(a.expression), len(b.expression)))
	})
	s.proposals = s.proposals[:min(len(s.proposals), maxProposals)]
}

func (s *suggester) write(w *bufio.Writer) error {
	if len(s.proposals) == 0 {
		_, err := fmt.Fprintf(w, "no pattern fits the %d lines\n", len(s.lines))
		return err
	}
	for i, p := range s.proposals {
		kind := "composed of the library's tokens"
		if p.whole {
			kind = "a known format"
		}
		_, err := fmt.Fprintf(w, "%d. %d of %d lines, %d fields a line, %s\n%s%s\n",
			i+1, p.matched, len(s.lines), (p.values+p.matched/2)/p.matched, kind, indent, p.expression)
		if err != nil {
			return err
		}
	}
	return nil
}
