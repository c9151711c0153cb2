// Package kv reads pairs such as name=value out of a text.
//
//	filter "kv" {
//	  field       = "url.query"
//	  field_split = "&"
//	  target      = "url.params"
//	}
//
// Names that other blocks of the pipeline use become ordinary fields; the others
// are members of the target object all the same, but conditions and expressions
// cannot see them. A name that comes again makes a list.
// With target = "" the pairs become fields of the document itself; what cannot be
// there, such as tags and host.name, goes to the object kv.
package kv

import (
	"errors"
	"slices"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/members"
	"github.com/naru-log/naru/internal/tagset"
)

// Config is the block filter "kv".
type Config struct {
	Field        string   `hcl:"field,optional" doc:"field to read"`
	Target       string   `hcl:"target,optional" doc:"object for the pairs; empty for the document itself"`
	FieldSplit   string   `hcl:"field_split,optional" doc:"characters that stand between two pairs"`
	ValueSplit   string   `hcl:"value_split,optional" doc:"characters that stand between a name and its value"`
	TrimKey      string   `hcl:"trim_key,optional" doc:"characters to take off both ends of names"`
	TrimValue    string   `hcl:"trim_value,optional" doc:"characters to take off both ends of values"`
	IncludeKeys  []string `hcl:"include_keys,optional" doc:"names to take; empty for all"`
	ExcludeKeys  []string `hcl:"exclude_keys,optional" doc:"names to leave out"`
	Prefix       string   `hcl:"prefix,optional" doc:"what to put before each name"`
	MaxPairs     int      `hcl:"max_pairs,optional" doc:"most pairs to take out of one text"`
	KeepSource   bool     `hcl:"keep_source,optional" doc:"keep the field that was read"`
	TagOnTooMany []string `hcl:"tag_on_too_many,optional" doc:"tags for events with more pairs; the field that was read is then kept"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config {
	return Config{
		Field: "message", Target: "labels", FieldSplit: " ", ValueSplit: "=",
		MaxPairs: 100, KeepSource: true, TagOnTooMany: []string{"_kvtoomany"},
	}
}

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	var errs []error
	if c.FieldSplit == "" {
		errs = append(errs, attr.Errorf("field_split", "is empty: write what stands between two pairs"))
	}
	if c.ValueSplit == "" {
		errs = append(errs, attr.Errorf("value_split", "is empty: write what stands between a name and its value"))
	}
	if c.MaxPairs < 1 || c.MaxPairs > 1000 {
		errs = append(errs, attr.Errorf("max_pairs", "%d is out of range: 1 to 1000", c.MaxPairs))
	}
	return errors.Join(errs...)
}

// Filter is the block with its fields resolved. It is shared by the workers.
type Filter struct {
	schema       *event.Schema
	source       event.Slot
	target       members.Target
	pairs, value [256]bool // characters that end a pair, a name
	trimKey      string
	trim         string
	prefix       string
	include      map[string]bool // nil for all
	exclude      map[string]bool
	most         int
	keep         bool
	tooMany      tagset.Set
}

// New declares the fields of a valid configuration.
func New(c Config, s *event.Schema) (*Filter, error) {
	f := &Filter{
		schema: s, trimKey: c.TrimKey, trim: c.TrimValue, prefix: c.Prefix, most: c.MaxPairs, keep: c.KeepSource, exclude: setOf(c.ExcludeKeys),
		tooMany: tagset.Declare(s, c.TagOnTooMany),
	}
	if len(c.IncludeKeys) > 0 {
		f.include = setOf(c.IncludeKeys)
	}
	var errs []error
	for _, split := range []struct {
		attr, chars string
		set         *[256]bool
	}{{"field_split", c.FieldSplit, &f.pairs}, {"value_split", c.ValueSplit, &f.value}} {
		for _, b := range []byte(split.chars) {
			if b >= 0x80 {
				errs = append(errs, attr.Errorf(split.attr, "has a character outside of ASCII"))
				break
			}
			split.set[b] = true
		}
	}
	var err error
	if f.source, err = s.Read(c.Field); err != nil {
		errs = append(errs, attr.Errorf("field", "%w", err))
	}
	if f.target, err = members.Declare(s, c.Target, "kv"); err != nil {
		errs = append(errs, attr.Errorf("target", "%w", err))
	}
	return f, errors.Join(errs...)
}

func setOf(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor {
	return &processor{f: f, names: f.target.Names(f.schema), found: slices.Grow([]pair(nil), f.most)}
}
