// Package gsub replaces what a regular expression matches.
//
//	filter "gsub" {
//	  fields      = ["url.path"]
//	  pattern     = "/[0-9]+"
//	  replacement = "/{id}"
//	}
//
// The expression is in RE2's syntax, so that no text takes more than time
// proportional to its length. In the replacement \1 to \9 stand for groups,
// \k<name> for named ones, \0 for the whole match and \\ for a backslash; in HCL
// each backslash is written twice. Patterns with ^ or \b and replacements with
// groups take some memory for each match; all others take none.
package gsub

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
)

// Config is the block filter "gsub".
type Config struct {
	Fields      []string `hcl:"fields" doc:"fields whose text is changed; of lists each element"`
	Pattern     string   `hcl:"pattern" doc:"what to replace, a regular expression in RE2's syntax"`
	Replacement string   `hcl:"replacement,optional" doc:"what to put there; \\1 stands for the first group"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config { return Config{} }

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	var errs []error
	if len(c.Fields) == 0 {
		errs = append(errs, attr.Errorf("fields", "name at least one field"))
	}
	re, err := regexp.Compile(c.Pattern)
	switch {
	case err != nil:
		errs = append(errs, attr.Errorf("pattern", "%w", err))
	case c.Pattern == "":
		errs = append(errs, attr.Errorf("pattern", "is empty"))
	default:
		if _, err := parseReplacement(c.Replacement, re); err != nil {
			errs = append(errs, attr.Errorf("replacement", "%w", err))
		}
	}
	return errors.Join(errs...)
}

// Filter is the block with its expression compiled. It is shared by the workers.
type Filter struct {
	slots       []event.Slot
	re          *regexp.Regexp
	replacement replacement
	local       bool // a match does not depend on what stands before it
}

// New compiles the expression and resolves the fields of a valid configuration.
func New(c Config, s *event.Schema) (*Filter, error) {
	re, err := regexp.Compile(c.Pattern)
	if err != nil {
		return nil, attr.Errorf("pattern", "%w", err)
	}
	f := &Filter{re: re, local: local(re)}
	if f.replacement, err = parseReplacement(c.Replacement, re); err != nil {
		return nil, attr.Errorf("replacement", "%w", err)
	}
	var errs []error
	for i, path := range c.Fields {
		slot, err := s.Read(path)
		if err != nil {
			errs = append(errs, attr.At("fields", i, err))
			continue
		}
		f.slots = append(f.slots, slot)
	}
	return f, errors.Join(errs...)
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor { return processor{f} }

type processor struct{ f *Filter }

// Process changes the texts that have a match.
func (p processor) Process(ev *event.Event) event.Verdict {
	for _, slot := range p.f.slots {
		switch ev.Kind(slot) {
		case event.String:
			if b, changed := p.f.replace(ev, ev.Bytes(slot)); changed {
				ev.SetBytes(slot, b)
			}
		case event.List:
			vs := ev.List(slot)
			for i, v := range vs {
				if v.Kind() != event.String {
					continue
				}
				if b, changed := p.f.replace(ev, v.Bytes()); changed {
					vs[i] = event.StringValue(b)
				}
			}
		}
	}
	return event.Keep
}

// piece is literal text, or a group when text is nil.
type piece struct {
	text  []byte
	group int
}

type replacement struct {
	pieces []piece
	groups bool // it has groups other than the whole match
}

// parseReplacement reads what stands for the groups of re.
func parseReplacement(s string, re *regexp.Regexp) (replacement, error) {
	var r replacement
	var text []byte
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			text = append(text, s[i])
			continue
		}
		group, n, err := groupAt(s[i+1:], re)
		if err != nil {
			return r, err
		}
		if group < 0 { // \\ and other characters stand for themselves
			i++
			text = append(text, s[i])
			continue
		}
		if len(text) > 0 {
			r.pieces = append(r.pieces, piece{text: text})
			text = nil
		}
		r.pieces = append(r.pieces, piece{group: group})
		r.groups = r.groups || group > 0
		i += n
	}
	if len(text) > 0 {
		r.pieces = append(r.pieces, piece{text: text})
	}
	return r, nil
}

var named = regexp.MustCompile(`^k<([^>]+)>`)

// groupAt reads a group after a backslash and says how long it was written; the
// group is -1 when there is none.
func groupAt(s string, re *regexp.Regexp) (group, n int, err error) {
	if c := s[0]; '0' <= c && c <= '9' {
		if group = int(c - '0'); group > re.NumSubexp() {
			return 0, 0, fmt.Errorf(`\%d: the pattern has no such group; it has %d`, group, re.NumSubexp())
		}
		return group, 1, nil
	}
	m := named.FindStringSubmatch(s)
	if m == nil {
		return -1, 0, nil
	}
	if group = re.SubexpIndex(m[1]); group < 0 {
		return 0, 0, fmt.Errorf(`\k<%s>: the pattern has no group of this name: write (?P<%s>…)`, m[1], m[1])
	}
	return group, len(m[0]), nil
}
