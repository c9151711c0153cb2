package difftest

import (
	"errors"
	"fmt"

	"github.com/naru-log/naru/filters/grok/pattern"
)

// naruPattern is a pattern compiled by naru, or why it is none.
type naruPattern struct {
	matcher  *pattern.Matcher
	err      error
	panicked any // a panic is an outcome to report with its pattern
}

func compileNaru(expression string, bank, definitions map[string]string) (compiled *naruPattern) {
	defer func() {
		if r := recover(); r != nil {
			compiled = &naruPattern{panicked: r}
		}
	}()
	p, err := pattern.Compile(expression, pattern.Options{
		Definitions: pattern.Layers{pattern.Map(definitions), pattern.Map(bank)},
	})
	if err != nil {
		return &naruPattern{err: err}
	}
	return &naruPattern{matcher: p.NewMatcher()}
}

func (p *naruPattern) ask(line string) (o outcome) {
	defer func() {
		if r := recover(); r != nil {
			o = outcome{kind: panicked, message: fmt.Sprint(r)}
		}
	}()
	if p.panicked != nil {
		return outcome{kind: panicked, message: fmt.Sprint(p.panicked)}
	}
	if p.err != nil {
		return outcome{kind: compile, message: p.err.Error()}
	}
	return matchNaru(p.matcher, []byte(line))
}

// askNaru returns naru's outcome for each line.
func askNaru(expression string, bank, definitions map[string]string, lines ...string) []outcome {
	p := compileNaru(expression, bank, definitions)
	out := make([]outcome, len(lines))
	for i, line := range lines {
		out[i] = p.ask(line)
	}
	return out
}

func matchNaru(m *pattern.Matcher, line []byte) outcome {
	switch m.Match(line) {
	case pattern.NoMatch:
		return outcome{kind: mismatched}
	case pattern.LimitExceeded:
		return outcome{kind: timeout}
	}
	out := outcome{kind: matched}
	for i, named := range m.Pattern().Captures() {
		c := capture{name: named.Name}
		for _, v := range m.Values(i) {
			value, err := convert(v.Type, line[v.Start:v.End])
			if errors.Is(err, pattern.ErrConversion) {
				return outcome{kind: conversion, message: err.Error()}
			}
			if err != nil {
				return outcome{kind: internal, message: err.Error()}
			}
			c.values = append(c.values, value)
		}
		if len(c.values) > 0 {
			out.captures = append(out.captures, c)
		}
	}
	return out
}

func convert(t pattern.Type, text []byte) (any, error) {
	switch t {
	case pattern.String:
		return string(text), nil
	case pattern.Int:
		return pattern.ParseInt(text)
	case pattern.Long:
		return pattern.ParseLong(text)
	case pattern.Float:
		return pattern.ParseFloat(text)
	case pattern.Double:
		return pattern.ParseDouble(text)
	case pattern.Boolean:
		return pattern.ParseBoolean(text), nil
	}
	return nil, fmt.Errorf("unknown type %v", t)
}
