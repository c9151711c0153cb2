// Package lowercase turns the letters of fields into lower case.
package lowercase

import (
	"bytes"
	"errors"
	"unicode"
	"unicode/utf8"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
)

// Config is the block filter "lowercase".
type Config struct {
	Fields []string `hcl:"fields" doc:"fields to turn into lower case, with Unicode's rules"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config { return Config{} }

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	if len(c.Fields) == 0 {
		return attr.Errorf("fields", "name at least one field")
	}
	return nil
}

// Filter is the block with its fields resolved. It is shared by the workers.
type Filter struct {
	slots []event.Slot
}

// New declares the fields of a valid configuration.
func New(c Config, s *event.Schema) (*Filter, error) {
	f := &Filter{}
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
func (f *Filter) Processor() event.Processor { return processor{f.slots} }

type processor struct{ slots []event.Slot }

// Process lowers strings, and the strings of lists. Other values stay.
func (p processor) Process(ev *event.Event) event.Verdict {
	for _, slot := range p.slots {
		switch ev.Kind(slot) {
		case event.String:
			if b := ev.Bytes(slot); hasUpper(b) {
				ev.SetBytes(slot, lower(ev, b))
			}
		case event.List:
			vs := ev.List(slot)
			for i, v := range vs {
				if v.Kind() == event.String && hasUpper(v.Bytes()) {
					vs[i] = event.StringValue(lower(ev, v.Bytes()))
				}
			}
		}
	}
	return event.Keep
}

// hasUpper reports whether b may change; any letter outside ASCII may.
func hasUpper(b []byte) bool {
	return bytes.ContainsFunc(b, func(r rune) bool { return r >= utf8.RuneSelf || 'A' <= r && r <= 'Z' })
}

func lower(ev *event.Event, b []byte) []byte {
	out := ev.Scratch()
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && size == 1:
			out = append(out, b[0])
		default:
			out = utf8.AppendRune(out, unicode.ToLower(r))
		}
		b = b[size:]
	}
	return ev.Keep(out)
}
