//go:build unix

package grokoracle

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// Kind says what the engine refused.
type Kind string

// The kinds of refusal.
const (
	CompileError    Kind = "compile"         // the expression
	CompileTimeout  Kind = "compile timeout" // to go on compiling for more than five seconds
	ConversionError Kind = "conversion"      // a matched text as the type it was to have
	TimeoutError    Kind = "timeout"         // to go on after the time limit
	MatchError      Kind = "match"           // the line, by an exception within the engine
)

// Error is a refusal of the engine.
type Error struct {
	Kind    Kind
	Message string
}

func (e *Error) Error() string { return string(e.Kind) + " error: " + e.Message }

// A Pattern is a compiled expression inside the engine. Free it when many
// patterns are compiled.
type Pattern struct {
	oracle *Oracle
	id     int64
}

// Result is what the engine made of one line. If Err is set the rest is not.
type Result struct {
	Match    bool
	Captures []Capture // in the engine's order
	Err      *Error
}

// Capture is one name and its value, or its values when several groups of
// that name took part. A value is a string, int32 (type int), int64 (long),
// float32 (float), float64 (double) or bool (boolean).
type Capture struct {
	Name   string
	Values []any
}

// Captures puts each line through the pattern. Lines are to be valid UTF-8.
func (p *Pattern) Captures(lines ...string) ([]Result, error) {
	answer, err := p.oracle.ask(request{Op: "captures", Pattern: p.id, Lines: lines})
	if err != nil {
		return nil, err
	}
	if len(answer.Results) != len(lines) {
		return nil, fmt.Errorf("the reference grok engine answered %d lines of %d", len(answer.Results), len(lines))
	}
	results := make([]Result, len(lines))
	for i, r := range answer.Results {
		if results[i], err = r.decode(); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// Time measures the pattern over the lines, round and round, for about d
// after a warm-up of the same length, and returns the time a line takes.
func (p *Pattern) Time(d time.Duration, lines ...string) (time.Duration, error) {
	answer, err := p.oracle.ask(request{Op: "time", Pattern: p.id, Lines: lines, Millis: d.Milliseconds()})
	return time.Duration(answer.Nanosecs), err
}

// Free lets the engine forget the pattern.
func (p *Pattern) Free() error {
	_, err := p.oracle.ask(request{Op: "free", Pattern: p.id})
	return err
}

type result struct {
	Match    bool      `json:"match"`
	Captures []capture `json:"captures"`
	Error    string    `json:"error"`
	Message  string    `json:"message"`
}

func (r result) decode() (Result, error) {
	if r.Error != "" {
		return Result{Err: &Error{Kind: Kind(r.Error), Message: r.Message}}, nil
	}
	out := Result{Match: r.Match}
	for _, c := range r.Captures {
		values := make([]any, len(c.values))
		for i, v := range c.values {
			value, err := decodeValue(v)
			if err != nil {
				return out, fmt.Errorf("decode capture %s: %w", c.name, err)
			}
			values[i] = value
		}
		out.Captures = append(out.Captures, Capture{Name: c.name, Values: values})
	}
	return out, nil
}

// capture is ["name", ["typed value", ...]].
type capture struct {
	name   string
	values []string
}

func (c *capture) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&c.name, &c.values})
}

// decodeValue reads the letter of a Java class and the text of a value.
func decodeValue(s string) (any, error) {
	if s == "" {
		return nil, fmt.Errorf("value without a type")
	}
	text := s[1:]
	switch s[0] {
	case 's':
		return text, nil
	case 'i':
		n, err := strconv.ParseInt(text, 10, 32)
		return int32(n), err
	case 'l':
		return strconv.ParseInt(text, 10, 64)
	case 'f':
		n, err := strconv.ParseFloat(text, 32)
		return float32(n), err
	case 'd':
		return strconv.ParseFloat(text, 64)
	case 'b':
		return text == "true", nil
	}
	return nil, fmt.Errorf("value %q of an unknown type", s)
}
