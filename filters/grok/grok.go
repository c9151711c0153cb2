// Package grok takes lines apart with the patterns of Logstash.
//
//	filter "grok" {
//	  match = [
//	    "^%{HTTPD_COMBINEDLOG} %{INT:event.duration:long}$",
//	    "^%{HTTPD_COMBINEDLOG}$",
//	  ]
//	  pattern_definitions = { ORDER = "[A-Z]{2}-\\d+" }
//	}
//
// The first pattern that matches counts. When it covers the whole text, the
// field that it was read from is removed, for everything worth keeping was
// captured; text that was left over keeps it. A line that no pattern matches
// stays as it is, with a tag and error.message.
package grok

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/filters/grok/pattern"
	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/tagset"
)

// Config is the block filter "grok".
type Config struct {
	Match              []string          `hcl:"match" doc:"patterns, tried in order: regular expressions with references such as %{IP:source.ip} or %{INT:http.response.bytes:long}"`
	Field              string            `hcl:"field,optional" doc:"field to read; of a list each element, and numbers as text"`
	PatternDefinitions map[string]string `hcl:"pattern_definitions,optional" doc:"patterns of your own, name to expression; they stand before those of files and the library"`
	PatternFiles       []string          `hcl:"pattern_files,optional" doc:"files of patterns, one a line: NAME expression"`
	PatternDirs        []string          `hcl:"pattern_dirs,optional" doc:"folders of such files"`
	PatternFilesGlob   string            `hcl:"pattern_files_glob,optional" doc:"which files of the folders to read, by their names"`
	ECS                bool              `hcl:"ecs,optional" doc:"library patterns name their fields as ECS does; false for Logstash's older names such as clientip"`
	BreakOnMatch       bool              `hcl:"break_on_match,optional" doc:"stop at the first pattern that matches; false tries all and keeps the captures of each that matches"`
	Overwrite          []string          `hcl:"overwrite,optional" doc:"fields that a capture replaces; in others that have a value already both are kept, as a list"`
	KeepEmptyCaptures  bool              `hcl:"keep_empty_captures,optional" doc:"keep captures of no text"`
	NullValues         []string          `hcl:"null_values,optional" doc:"texts that stand for nothing: a capture of one is left out"`
	NamedCapturesOnly  bool              `hcl:"named_captures_only,optional" doc:"capture only what has a field name; false captures %{IP} as IP"`
	UnicodeWords       bool              `hcl:"unicode_words,optional" doc:"let \\w, \\d and \\s, and so %{WORD}, match letters of all scripts, not of ASCII alone"`
	KeepSource         bool              `hcl:"keep_source,optional" doc:"keep the field that was read, also when a pattern covered all of it"`
	TagOnFailure       []string          `hcl:"tag_on_failure,optional" doc:"tags for events that no pattern matches"`
	TagOnTimeout       []string          `hcl:"tag_on_timeout,optional" doc:"tags for events on which a pattern with back references was given up"`
	TagOnBadConversion []string          `hcl:"tag_on_conversion_failure,optional" doc:"tags for events with a capture that is not of its type; it is left out and the field that was read is kept"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config {
	return Config{
		Field:              "message",
		PatternFilesGlob:   "*",
		ECS:                true,
		BreakOnMatch:       true,
		NamedCapturesOnly:  true,
		NullValues:         []string{"-"},
		TagOnFailure:       []string{"_grokparsefailure"},
		TagOnTimeout:       []string{"_groktimeout"},
		TagOnBadConversion: []string{"_grokconversionfailure"},
	}
}

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	if len(c.Match) == 0 {
		return attr.Errorf("match", "name at least one pattern")
	}
	if _, err := filepath.Match(c.PatternFilesGlob, ""); err != nil {
		return attr.Errorf("pattern_files_glob", "%q is no glob: %w", c.PatternFilesGlob, err)
	}
	return nil
}

// Filter is the block with its patterns compiled. It is shared by the workers.
type Filter struct {
	expressions    []expression
	set            *pattern.Set // of the expressions, in their order
	source, reason event.Slot   // reason is error.message
	nulls          [][]byte
	longestNull    int
	all            bool // of the patterns that match, not the first alone
	keepEmpty      bool
	keepSource     bool
	failed         tagset.Set
	gaveUp         tagset.Set
	unconverted    tagset.Set

	mismatch, limit string // what error.message says
	metrics         *metrics
}

// expression is one pattern and where its captures go.
type expression struct {
	captures []capture
}

// capture is where a captured value goes.
type capture struct {
	slot      event.Slot
	name      string
	overwrite bool
	address   event.Slot // of an IP: for what is none; else -1
	ip        bool
	plain     bool // text whatever it is
	group     int  // behind it, 0 if there are several
	typ       pattern.Type
}

// New reads pattern files, compiles the patterns and declares their fields. reg
// may be nil.
func New(c Config, s *event.Schema, reg prometheus.Registerer) (*Filter, error) {
	f := &Filter{
		all: !c.BreakOnMatch, keepEmpty: c.KeepEmptyCaptures, keepSource: c.KeepSource,
		failed:      tagset.Declare(s, c.TagOnFailure),
		gaveUp:      tagset.Declare(s, c.TagOnTimeout),
		unconverted: tagset.Declare(s, c.TagOnBadConversion),
	}
	for _, text := range c.NullValues {
		f.nulls = append(f.nulls, []byte(text))
		f.longestNull = max(f.longestNull, len(text))
	}
	var errs []error
	var err error
	if f.metrics, err = newMetrics(reg); err != nil {
		errs = append(errs, err)
	}
	if f.source, err = s.Read(c.Field); err != nil {
		errs = append(errs, attr.Errorf("field", "%w", err))
	}
	if f.reason, err = s.Slot("error.message", event.String); err != nil {
		errs = append(errs, err)
	}
	overwrite, err := f.overwritten(c, s)
	errs = append(errs, err)
	definitions, err := define(c)
	if errs = append(errs, err); errors.Join(errs...) != nil {
		return nil, errors.Join(errs...)
	}
	options := pattern.Options{Definitions: definitions, UnicodeWord: c.UnicodeWords, CaptureAll: !c.NamedCapturesOnly, InlineDefinitions: true}
	var patterns []*pattern.Pattern
	for i, text := range c.Match {
		compiled, err := f.add(s, text, options, overwrite)
		if err != nil {
			errs = append(errs, attr.At("match", i, err))
			continue
		}
		patterns = append(patterns, compiled)
	}
	f.set = pattern.NewSet(patterns)
	f.explain(c.Match)
	return f, errors.Join(errs...)
}

// overwritten lists the slots that captures replace. The field that is read is
// one of them unless it is to be kept: it would be removed anyway.
func (f *Filter) overwritten(c Config, s *event.Schema) ([]event.Slot, error) {
	var slots []event.Slot
	var errs []error
	for i, path := range c.Overwrite {
		slot, err := s.Read(path)
		if err != nil {
			errs = append(errs, attr.At("overwrite", i, err))
		}
		slots = append(slots, slot)
	}
	if !c.KeepSource {
		slots = append(slots, f.source)
	}
	return slots, errors.Join(errs...)
}

func (f *Filter) add(s *event.Schema, text string, options pattern.Options, overwrite []event.Slot) (*pattern.Pattern, error) {
	compiled, err := pattern.Compile(text, options)
	if err != nil {
		return nil, err
	}
	var e expression
	for i, named := range compiled.Captures() {
		path, err := event.ParsePath(named.Name)
		if err != nil {
			return nil, err
		}
		c := capture{name: path, address: -1, ip: named.Type == pattern.String && !named.Mixed && isIP(path)}
		c.group, c.typ = compiled.Group(i), named.Type
		c.plain = named.Type == pattern.String && !named.Mixed && !c.ip
		if c.slot, err = s.Slot(path, kind(named, c.ip)); err != nil {
			return nil, err
		}
		if host, ok := endpoint(path); ok {
			if c.address, err = s.Slot(host+".address", event.String); err != nil {
				return nil, err
			}
		}
		c.overwrite = slices.Contains(overwrite, c.slot)
		e.captures = append(e.captures, c)
	}
	f.expressions = append(f.expressions, e)
	return compiled, nil
}

// kind is what a capture writes.
func kind(c pattern.Capture, ip bool) event.Kind {
	switch {
	case c.Mixed:
		return event.Any
	case ip:
		return event.IP
	}
	switch c.Type {
	case pattern.Int, pattern.Long:
		return event.Int
	case pattern.Float, pattern.Double:
		return event.Float
	case pattern.Boolean:
		return event.Bool
	}
	return event.String
}

// isIP reports whether ECS gives the field the type ip.
func isIP(path string) bool {
	switch path {
	case "host.ip", "observer.ip", "related.ip", "network.forwarded_ip", "dns.resolved_ip", "threat.indicator.ip":
		return true
	}
	for _, object := range []string{"source", "destination", "client", "server"} {
		if path == object+".ip" || path == object+".nat.ip" {
			return true
		}
	}
	return false
}

// endpoint names the object of an ip that has an address beside it, for host
// names and the like.
func endpoint(path string) (string, bool) {
	switch path {
	case "source.ip", "destination.ip", "client.ip", "server.ip":
		return strings.TrimSuffix(path, ".ip"), true
	}
	return "", false
}

// longest is how much of a pattern is shown in error.message, in bytes.
const longest = 120

func (f *Filter) explain(match []string) {
	if len(match) == 0 {
		return
	}
	shown := match[0]
	if len(shown) > longest {
		shown = strings.ToValidUTF8(shown[:longest], "") + "…"
	}
	if n := len(match); n > 1 {
		shown = fmt.Sprintf("any of %d patterns, the first is %s", n, shown)
	}
	f.mismatch = "text does not match " + shown
	f.limit = "matching was given up, it took too many steps: " + shown
	if f.source == event.Message {
		f.mismatch = "line does not match " + shown
	}
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor {
	return &processor{f: f, set: f.set.NewMatcher()}
}
