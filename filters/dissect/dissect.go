// Package dissect cuts a text at fixed delimiters, without regular expressions.
//
//	filter "dissect" {
//	  mapping = "%{source.address} %{} %{user.name} [%{timestamp}] \"%{http.request.method} %{url.original} %{}\" %{http.response.status_code:int} %{?size}"
//	}
//
// What stands between the fields is looked for from left to right. The forms of
// a field, as Logstash has them:
//
//	%{name}      the text up to the next delimiter
//	%{name:int}  the same as a number: int, long, float, double or boolean
//	%{}, %{?n}   text that is skipped
//	%{+name}     appended to what name has, with the delimiter that stood between
//	%{+name/2}   the same, in this place of the order
//	%{name->}    the delimiter after it may be repeated, as padding
//	%{*a} %{&a}  a field's name out of the text, and its value: members of the
//	             target object
package dissect

import (
	"errors"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/filters/grok/pattern"
	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/members"
	"github.com/naru-log/naru/internal/tagset"
)

// Config is the block filter "dissect".
type Config struct {
	Mapping      string   `hcl:"mapping" doc:"text with fields and the delimiters between them"`
	Field        string   `hcl:"field,optional" doc:"field to read"`
	Target       string   `hcl:"target,optional" doc:"object for fields with names out of the text; empty for the document itself"`
	NullValues   []string `hcl:"null_values,optional" doc:"texts that stand for nothing: a field of one is left out"`
	KeepSource   bool     `hcl:"keep_source,optional" doc:"keep the field that was read; otherwise it is removed when the mapping fits"`
	TagOnFailure []string `hcl:"tag_on_failure,optional" doc:"tags for events that the mapping does not fit, or with a value that is not of its type"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config {
	return Config{Field: "message", Target: "labels", NullValues: []string{"-"}, TagOnFailure: []string{"_dissectfailure"}}
}

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	if _, err := parse(c.Mapping); err != nil {
		return attr.Errorf("mapping", "%w", err)
	}
	return nil
}

// Filter is the block with its mapping compiled. It is shared by the workers.
type Filter struct {
	schema         *event.Schema
	mapping        *mapping
	target         members.Target // of mapping.pairs
	slots          []event.Slot   // of mapping.names
	source, reason event.Slot
	nulls          []string
	keep           bool
	failed         tagset.Set
	mismatch       string
}

// New compiles the mapping and declares its fields.
func New(c Config, s *event.Schema) (*Filter, error) {
	f := &Filter{schema: s, nulls: c.NullValues, keep: c.KeepSource, failed: tagset.Declare(s, c.TagOnFailure), mismatch: "text does not fit " + c.Mapping}
	var errs []error
	var err error
	if f.source, err = s.Read(c.Field); err != nil {
		errs = append(errs, attr.Errorf("field", "%w", err))
	}
	if f.reason, err = s.Slot("error.message", event.String); err != nil {
		errs = append(errs, err)
	}
	if f.mapping, err = parse(c.Mapping); err != nil {
		return nil, errors.Join(append(errs, attr.Errorf("mapping", "%w", err))...)
	}
	for _, n := range f.mapping.names {
		slot, err := s.Slot(n.path, kind(n.typ))
		if err != nil {
			errs = append(errs, attr.Errorf("mapping", "%w", err))
		}
		f.slots = append(f.slots, slot)
	}
	if len(f.mapping.pairs) > 0 {
		if f.target, err = members.Declare(s, c.Target, "dissect"); err != nil {
			errs = append(errs, attr.Errorf("target", "%w", err))
		}
	}
	return f, errors.Join(errs...)
}

func kind(t pattern.Type) event.Kind {
	switch t {
	case pattern.Int, pattern.Long:
		return event.Int
	case pattern.Float, pattern.Double:
		return event.Float
	case pattern.Boolean:
		return event.Bool
	}
	return event.String
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor {
	p := &processor{f: f, cuts: make([][]byte, len(f.mapping.parts))}
	if len(f.mapping.pairs) > 0 {
		p.names = f.target.Names(f.schema)
	}
	return p
}
