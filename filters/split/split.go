// Package split makes a list of a text that holds several values.
//
//	filter "split" {
//	  field     = "nginx.access.remote_ip_list"
//	  separator = ","
//	}
package split

import (
	"bytes"
	"errors"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/part"
)

// Config is the block filter "split".
type Config struct {
	Field     string `hcl:"field" doc:"field that holds the text"`
	Separator string `hcl:"separator,optional" doc:"what stands between two values"`
	Target    string `hcl:"target,optional" doc:"field for the list; empty for the field itself"`
	Trim      bool   `hcl:"trim,optional" doc:"take spaces and tabs off both ends of each value"`
	KeepEmpty bool   `hcl:"keep_empty,optional" doc:"keep values of no text"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config { return Config{Separator: ",", Trim: true} }

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	if c.Separator == "" {
		return attr.Errorf("separator", "is empty: write what stands between two values")
	}
	return nil
}

// Filter is the block with its fields resolved. It is shared by the workers.
type Filter struct {
	source, target event.Slot
	separator      []byte
	trim, empty    bool
}

// New declares the fields of a valid configuration.
func New(c Config, s *event.Schema) (*Filter, error) {
	f := &Filter{separator: []byte(c.Separator), trim: c.Trim, empty: c.KeepEmpty}
	var errs []error
	var err error
	if f.source, err = s.Read(c.Field); err != nil {
		errs = append(errs, attr.Errorf("field", "%w", err))
	}
	if c.Target == "" {
		c.Target = c.Field
	}
	if f.target, err = s.Slot(c.Target, event.List); err != nil {
		errs = append(errs, attr.Errorf("target", "%w", err))
	}
	return f, errors.Join(errs...)
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor { return &processor{f: f} }

type processor struct {
	f      *Filter
	values []event.Value
}

// Process cuts a text; other values stay as they are.
func (p *processor) Process(ev *event.Event) event.Verdict {
	f := p.f
	if ev.Kind(f.source) != event.String {
		return event.Keep
	}
	b := ev.Bytes(f.source)
	line := part.Of(ev.Line, b)
	p.values = p.values[:0]
	for more := true; more; {
		var value []byte
		if value, b, more = bytes.Cut(b, f.separator); f.trim {
			value = bytes.Trim(value, " \t")
		}
		switch {
		case len(value) == 0 && !f.empty:
		case line:
			p.values = append(p.values, event.SubValue(value))
		default:
			p.values = append(p.values, event.StringValue(value))
		}
	}
	ev.SetList(f.target, p.values)
	return event.Keep
}
