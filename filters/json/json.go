// Package json reads a JSON object out of a field.
//
//	filter "json" {
//	  target = "app"
//	}
//
//	filter "rename" {
//	  fields = { "app.level" = "log.level" }
//	}
//
// Names that other blocks of the pipeline use, such as app.level above, become
// ordinary fields with the kinds that JSON gives them; the others are members of
// the target object all the same, but conditions and expressions cannot see
// them. Of a name that comes twice the last counts.
//
// With target = "" the members become fields of the document itself, as a
// program that logs in ECS means them, and @timestamp its time. What cannot be
// there goes to the object json: tags, an @timestamp that is no time, names that
// begin with an underscore, and what naru says of itself, such as host.name.
package json

import (
	"errors"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/members"
	"github.com/naru-log/naru/internal/tagset"
)

// Config is the block filter "json".
type Config struct {
	Field        string   `hcl:"field,optional" doc:"field that holds the text"`
	Target       string   `hcl:"target,optional" doc:"object for the members; empty for the document itself"`
	KeepSource   bool     `hcl:"keep_source,optional" doc:"keep the field after it was read; otherwise it is removed"`
	TagOnFailure []string `hcl:"tag_on_failure,optional" doc:"tags for events whose text is no JSON object; the field is then kept"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config {
	return Config{Field: "message", Target: "json", TagOnFailure: []string{"_jsonparsefailure"}}
}

// Validate checks what the types do not say.
func (c *Config) Validate() error { return nil }

// Filter is the block with its fields resolved. It is shared by the workers.
type Filter struct {
	schema         *event.Schema
	source, reason event.Slot
	target         members.Target
	keep           bool
	failed         tagset.Set
}

// New declares the fields of a valid configuration.
func New(c Config, s *event.Schema) (*Filter, error) {
	f := &Filter{schema: s, keep: c.KeepSource, failed: tagset.Declare(s, c.TagOnFailure)}
	var errs []error
	var err error
	if f.source, err = s.Read(c.Field); err != nil {
		errs = append(errs, attr.Errorf("field", "%w", err))
	}
	if f.reason, err = s.Slot("error.message", event.String); err != nil {
		errs = append(errs, err)
	}
	if f.target, err = members.Declare(s, c.Target, "json"); err != nil {
		errs = append(errs, attr.Errorf("target", "%w", err))
	}
	return f, errors.Join(errs...)
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor {
	return &processor{f: f, names: f.target.Names(f.schema)}
}
