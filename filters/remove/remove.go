// Package remove takes fields out of events: single fields, or an object with
// all that it holds.
//
//	filter "remove" {
//	  fields = ["user.name", "source.geo"]
//	}
package remove

import (
	"errors"
	"strings"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
)

// Config is the block filter "remove".
type Config struct {
	Fields []string `hcl:"fields" doc:"fields to take out; the name of an object takes out all its fields"`
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

// Filter is the block with its paths checked. It is shared by the workers.
type Filter struct {
	schema *event.Schema
	paths  []string
}

// New checks the paths of a valid configuration. What they stand for is known
// only when the schema is frozen.
func New(c Config, s *event.Schema) (*Filter, error) {
	f := &Filter{schema: s}
	var errs []error
	for i, name := range c.Fields {
		path, err := event.ParsePath(name)
		if err == nil {
			err = claim(s, path)
		}
		if err != nil {
			errs = append(errs, attr.At("fields", i, err))
			continue
		}
		f.paths = append(f.paths, path)
	}
	return f, errors.Join(errs...)
}

// claim names the leaves of a fragment (see event.Schema.Members) that the path
// takes out, so that the filter that writes the fragment sets them one by one. A
// whole fragment needs no claim, nor does a path that nobody has declared: it
// may be an object that others fill later.
func claim(s *event.Schema, path string) error {
	if path == "tags" {
		return errors.New(`tags are taken away by filter "tag"`)
	}
	if err := claimConstants(s, path); err != nil || !inFragment(s, path) {
		return err
	}
	under := s.Under(path)
	if len(under) == 0 {
		_, err := s.Read(path)
		return err
	}
	for _, slot := range under {
		if s.Kind(slot) == event.Members {
			continue
		}
		if _, err := s.Read(s.Path(slot)); err != nil {
			return err
		}
	}
	return nil
}

// claimConstants names the constants at and below path, which are only taken out
// of documents when somebody names them.
func claimConstants(s *event.Schema, path string) error {
	for _, slot := range s.Under(path) {
		if !s.Constant(slot) {
			continue
		}
		if _, err := s.Read(s.Path(slot)); err != nil {
			return err
		}
	}
	return nil
}

// inFragment reports whether an object around path is written as a fragment.
func inFragment(s *event.Schema, path string) bool {
	for _, slot := range s.Under("") {
		if s.Kind(slot) == event.Members && (s.Path(slot) == "" || strings.HasPrefix(path, s.Path(slot)+".")) {
			return true
		}
	}
	return false
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor {
	var p processor
	for _, path := range f.paths {
		p.slots = append(p.slots, f.schema.Under(path)...)
	}
	return p
}

type processor struct{ slots []event.Slot }

// Process takes the fields out.
func (p processor) Process(ev *event.Event) event.Verdict {
	for _, slot := range p.slots {
		ev.Unset(slot)
	}
	return event.Keep
}
