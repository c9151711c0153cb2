// Package stacktrace takes exceptions with their stack traces out of messages.
//
//	filter "stack_trace" {}
//
// It knows the traces of Python and Java by their looks. What stands before one
// stays as the message; the trace goes to error.stack_trace as it was logged, the
// class and the text of the exception to error.type and error.message. Of chained
// exceptions it is the one that was logged: the last of a Python trace, the first
// of a Java trace, the last of one that Jenkins prints. log.origin says where that one was raised.
package stacktrace

import (
	"errors"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/part"
)

// Config is the block filter "stack_trace".
type Config struct {
	Field string `hcl:"field,optional" doc:"field that holds the message with the trace; what stands before the trace is left in it"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config { return Config{Field: "message"} }

// Validate checks what the types do not say.
func (c *Config) Validate() error { return nil }

// Filter is the block with its fields resolved. It is shared by the workers.
type Filter struct {
	source               event.Slot
	class, text, stack   event.Slot
	file, line, function event.Slot
}

// New declares the fields.
func New(c Config, s *event.Schema) (*Filter, error) {
	f := &Filter{}
	var err error
	if f.source, err = s.Read(c.Field); err != nil {
		return nil, attr.Errorf("field", "%w", err)
	}
	var errs []error
	for _, d := range []struct {
		slot *event.Slot
		path string
		kind event.Kind
	}{
		{&f.class, "error.type", event.String},
		{&f.text, "error.message", event.String},
		{&f.stack, "error.stack_trace", event.String},
		{&f.file, "log.origin.file.name", event.String},
		{&f.line, "log.origin.file.line", event.Int},
		{&f.function, "log.origin.function", event.String},
	} {
		*d.slot, err = s.Slot(d.path, d.kind)
		errs = append(errs, err)
	}
	return f, errors.Join(errs...)
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor { return processor{f} }

type processor struct{ f *Filter }

// Process looks for a trace. An event without one stays as it is.
func (p processor) Process(ev *event.Event) event.Verdict {
	f := p.f
	if ev.Kind(f.source) != event.String {
		return event.Keep
	}
	text := ev.Bytes(f.source)
	t, ok := python(text)
	if !ok {
		if t, ok = java(text); !ok {
			return event.Keep
		}
	}
	part.Set(ev, f.stack, t.stack)
	if len(t.class) > 0 {
		part.Set(ev, f.class, t.class)
		if ev.Unset(f.text); len(t.message) > 0 {
			part.Set(ev, f.text, t.message)
		}
	}
	p.origin(ev, t.frame)
	if before := trimEnd(text[:t.at]); len(before) > 0 {
		part.Set(ev, f.source, before)
	} else {
		ev.Unset(f.source)
	}
	return event.Keep
}

// origin says where the exception was raised, if its trace does.
func (p processor) origin(ev *event.Event, at frame) {
	for _, to := range []struct {
		slot event.Slot
		text []byte
	}{{p.f.file, at.file}, {p.f.function, at.function}} {
		if len(to.text) > 0 {
			part.Set(ev, to.slot, to.text)
		}
	}
	if at.line > 0 {
		ev.SetInt(p.f.line, at.line)
	}
}
