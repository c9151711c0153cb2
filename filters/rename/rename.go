// Package rename moves values from one field to another.
//
//	filter "rename" {
//	  fields = {
//	    clientip = "source.address"
//	    "[tomcat][user]" = "user.name"
//	  }
//	}
package rename

import (
	"errors"
	"maps"
	"slices"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
)

// Config is the block filter "rename".
type Config struct {
	Fields map[string]string `hcl:"fields" doc:"old name to new name; the name of an object moves the fields it holds. What the new field held is replaced; when the old one is absent nothing happens"`
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
	moves []move
}

type move struct{ from, to event.Slot }

// New declares the fields of a valid configuration. Fields are moved in the
// order of their old names.
func New(c Config, s *event.Schema) (*Filter, error) {
	f := &Filter{}
	var errs []error
	for _, from := range slices.Sorted(maps.Keys(c.Fields)) {
		if err := f.add(s, from, c.Fields[from]); err != nil {
			errs = append(errs, attr.Entry("fields", from, err))
		}
	}
	return f, errors.Join(errs...)
}

func (f *Filter) add(s *event.Schema, from, to string) error {
	from, err := event.ParsePath(from)
	if err != nil {
		return err
	}
	to, err = event.ParsePath(to)
	if err != nil {
		return err
	}
	if from == to {
		return errors.New("the old and the new name are the same")
	}
	paths := []string{from}
	if _, plain := s.Lookup(from); !plain {
		if below := fieldsUnder(s, from); len(below) > 0 {
			paths = below
		}
	}
	for _, path := range paths {
		old, err := s.Read(path)
		if err != nil {
			return err
		}
		slot, err := s.Slot(to+path[len(from):], s.Kind(old))
		if err != nil {
			return err
		}
		f.moves = append(f.moves, move{old, slot})
	}
	return nil
}

// fieldsUnder lists the fields of an object. The leaves of a fragment are among
// them, as slots that the filter that writes it has hidden.
func fieldsUnder(s *event.Schema, path string) []string {
	var paths []string
	for _, slot := range s.Under(path) {
		if s.Kind(slot) != event.Members {
			paths = append(paths, s.Path(slot))
		}
	}
	return paths
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor { return processor{f.moves} }

type processor struct{ moves []move }

// Process moves the values.
func (p processor) Process(ev *event.Event) event.Verdict {
	for _, m := range p.moves {
		if ev.Has(m.from) {
			ev.Copy(m.to, m.from)
			ev.Unset(m.from)
		}
	}
	return event.Keep
}
