// Package convert changes the type of values.
//
//	filter "convert" {
//	  fields = {
//	    "http.response.status_code" = "integer"
//	    "nginx.upstream.time"       = "float"
//	  }
//	}
package convert

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/tagset"
)

// Config is the block filter "convert".
type Config struct {
	Fields          map[string]string `hcl:"fields" doc:"field to type: integer, float, boolean, string or ip"`
	RemoveOnFailure bool              `hcl:"remove_on_failure,optional" doc:"take out a value that cannot be converted, instead of keeping it as it is"`
	TagOnFailure    []string          `hcl:"tag_on_failure,optional" doc:"tags for events with a value that cannot be converted"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config { return Config{TagOnFailure: []string{"_convertfailure"}} }

// types are the names that users write.
var types = map[string]event.Kind{
	"integer": event.Int,
	"float":   event.Float,
	"boolean": event.Bool,
	"string":  event.String,
	"ip":      event.IP,
}

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	if len(c.Fields) == 0 {
		return attr.Errorf("fields", "name at least one field and its type")
	}
	var errs []error
	for _, path := range slices.Sorted(maps.Keys(c.Fields)) {
		if _, known := types[c.Fields[path]]; !known {
			names := slices.Sorted(maps.Keys(types))
			errs = append(errs, attr.Entry("fields", path, fmt.Errorf("unknown type %q: use one of %s", c.Fields[path], strings.Join(names, ", "))))
		}
	}
	return errors.Join(errs...)
}

// Filter is the block with its fields resolved. It is shared by the workers.
type Filter struct {
	targets []target
	failed  tagset.Set
	remove  bool
}

type target struct {
	slot event.Slot
	kind event.Kind
}

// New declares the fields of a valid configuration.
func New(c Config, s *event.Schema) (*Filter, error) {
	f := &Filter{failed: tagset.Declare(s, c.TagOnFailure), remove: c.RemoveOnFailure}
	var errs []error
	for _, path := range slices.Sorted(maps.Keys(c.Fields)) {
		kind := types[c.Fields[path]]
		slot, err := s.Slot(path, kind)
		if err != nil {
			errs = append(errs, attr.Entry("fields", path, err))
			continue
		}
		f.targets = append(f.targets, target{slot, kind})
	}
	return f, errors.Join(errs...)
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor { return processor{f} }

type processor struct{ f *Filter }

// Process converts each value, and each element of a list.
func (p processor) Process(ev *event.Event) event.Verdict {
	for _, t := range p.f.targets {
		switch ev.Kind(t.slot) {
		case event.Absent, t.kind:
		case event.List:
			p.list(ev, t)
		default:
			if v, ok := convert(ev, ev.Value(t.slot), t.kind); ok {
				ev.Set(t.slot, v)
			} else {
				p.fail(ev, t.slot)
			}
		}
	}
	return event.Keep
}

// list converts all elements or none.
func (p processor) list(ev *event.Event, t target) {
	vs := ev.List(t.slot)
	for _, v := range vs {
		if _, ok := convert(ev, v, t.kind); !ok {
			p.fail(ev, t.slot)
			return
		}
	}
	for i, v := range vs {
		vs[i], _ = convert(ev, v, t.kind)
	}
}

func (p processor) fail(ev *event.Event, slot event.Slot) {
	p.f.failed.Add(ev)
	if p.f.remove {
		ev.Unset(slot)
	}
}
