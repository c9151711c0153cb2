// Package set gives fields values: constants, other fields, or what an
// expression makes of them.
//
//	filter "set" {
//	  when = http.response.status_code == 408
//	  fields = {
//	    "event.reason"   = "request timeout"
//	    "event.original" = message
//	    "url.full"       = "https://${url.domain}${url.original}"
//	    "related.ip"     = [source.ip, destination.ip]
//	  }
//	}
//
// The fields are set in the order in which they are written, so that one can
// use another. An expression that needs a field that is not there sets nothing.
// A list leaves out the elements that are not there, and is not set without any.
package set

import (
	"errors"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/expr"
	"github.com/naru-log/naru/internal/attr"
)

// Config is the block filter "set".
type Config struct {
	Fields expr.Fields `hcl:"fields" doc:"field to its new value, an expression over the fields of the event"`
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

// Filter is the block with its expressions compiled. It is shared by the
// workers.
type Filter struct {
	assignments []assignment
}

type assignment struct {
	to    event.Slot
	value *expr.Program
	from  event.Slot // of a value that is just a field, which may be a list
	bare  bool
	konst event.Value     // of a value that is the same in all events, else Absent
	list  []*expr.Program // of a list made of fields; value is nil then
}

// New compiles the expressions and declares the fields of a valid
// configuration.
func New(c Config, s *event.Schema) (*Filter, error) {
	f := &Filter{}
	var errs []error
	for _, field := range c.Fields {
		a, err := compile(field, s)
		if err != nil {
			errs = append(errs, attr.Entry("fields", field.Name, err))
			continue
		}
		f.assignments = append(f.assignments, a)
	}
	return f, errors.Join(errs...)
}

func compile(field expr.Field, s *event.Schema) (assignment, error) {
	var a assignment
	var err error
	var isList bool
	if a.list, isList, err = field.Value.CompileList(s); isList || err != nil {
		if err == nil {
			a.to, err = s.Slot(field.Name, event.List)
		}
		return a, err
	}
	if a.value, err = field.Value.Compile(s); err != nil {
		return a, err
	}
	a.from, a.bare = a.value.Slot()
	a.konst, _ = a.value.Constant()
	kind := a.value.Kind()
	if a.bare && kind == event.Any {
		kind = s.Kind(a.from)
	}
	a.to, err = s.Slot(field.Name, kind)
	return a, err
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor { return &processor{assignments: f.assignments} }

type processor struct {
	assignments []assignment
	list        []event.Value // scratch
}

// Process sets the fields.
func (p *processor) Process(ev *event.Event) event.Verdict {
	for i := range p.assignments {
		a := &p.assignments[i]
		if a.konst.Kind() != event.Absent {
			ev.Set(a.to, a.konst)
			continue
		}
		if a.list != nil {
			p.setList(ev, a)
			continue
		}
		if a.bare {
			if ev.Has(a.from) {
				ev.Copy(a.to, a.from)
			}
			continue
		}
		if v := a.value.Eval(ev); v.Kind() != event.Absent {
			ev.Set(a.to, v)
		}
	}
	return event.Keep
}

func (p *processor) setList(ev *event.Event, a *assignment) {
	p.list = p.list[:0]
	for _, element := range a.list {
		if slot, bare := element.Slot(); bare && ev.Kind(slot) == event.List {
			p.list = append(p.list, ev.List(slot)...)
			continue
		}
		if v := element.Eval(ev); v.Kind() != event.Absent {
			p.list = append(p.list, v)
		}
	}
	if len(p.list) > 0 {
		ev.SetList(a.to, p.list)
	}
}
