//go:build servers

package difftest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/naru-log/naru/internal/grokoracle"
)

func startOracle(t testing.TB) *grokoracle.Oracle {
	t.Helper()
	o, err := grokoracle.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// The context of the test is over here, so the engine was killed.
		_ = o.Close()
	})
	return o
}

// askOracle returns the reference's outcome for each line.
func askOracle(t testing.TB, o *grokoracle.Oracle, expression string, opt grokoracle.Options, lines ...string) []outcome {
	t.Helper()
	p, err := o.Compile(expression, opt)
	var refusal *grokoracle.Error
	if errors.As(err, &refusal) {
		refused := outcome{kind: compile, message: refusal.Message}
		if refusal.Kind == grokoracle.CompileTimeout || crashed(refusal) {
			refused.kind = internal
		}
		return slices.Repeat([]outcome{refused}, len(lines))
	}
	if err != nil {
		t.Fatal(err)
	}
	results, err := p.Captures(lines...)
	if err == nil {
		err = p.Free()
	}
	if err != nil {
		t.Fatal(err)
	}
	out := make([]outcome, len(lines))
	for i, r := range results {
		out[i] = fromOracle(r)
	}
	return out
}

// crashed tells a bug of the reference's compiler from a refusal: it has
// exceptions of its own for what it refuses.
func crashed(refusal *grokoracle.Error) bool {
	return strings.HasPrefix(refusal.Message, "java.lang.") &&
		!strings.HasPrefix(refusal.Message, "java.lang.IllegalArgumentException")
}

func fromOracle(r grokoracle.Result) outcome {
	switch {
	case r.Err != nil && r.Err.Kind == grokoracle.ConversionError:
		return outcome{kind: conversion, message: r.Err.Message}
	case r.Err != nil && r.Err.Kind == grokoracle.TimeoutError:
		return outcome{kind: timeout, message: r.Err.Message}
	case r.Err != nil:
		return outcome{kind: internal, message: r.Err.Message}
	case !r.Match:
		return outcome{kind: mismatched}
	}
	out := outcome{kind: matched}
	for _, c := range r.Captures {
		out.captures = append(out.captures, capture{name: c.Name, values: c.Values})
	}
	return out
}
