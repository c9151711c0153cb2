// Package translate looks values up in a table.
//
//	filter "translate" {
//	  field      = "http.response.status_code"
//	  target     = "http.response.reason"
//	  dictionary = { "408" = "Request Timeout", "499" = "Client Closed Request" }
//	  fallback   = "other"
//	}
//
//	filter "translate" {
//	  field  = "url.domain"
//	  target = "service.name"
//	  path   = "/etc/naru/services.csv"
//	}
//
// With regex the values of the table are regular expressions; the first that is
// found in the field's value counts.
//
// A file is CSV with two columns, or an object in JSON or YAML, as its name ends
// in .csv, .json, .yaml or .yml. It is looked at every few seconds and read anew
// when it was replaced; one that cannot be read leaves the old table in use.
package translate

import (
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/datafile"
	"github.com/naru-log/naru/internal/tagset"
)

// Config is the block filter "translate".
type Config struct {
	Field          string            `hcl:"field" doc:"field whose value is looked up; of a list each element"`
	Target         string            `hcl:"target,optional" doc:"field for what is found; empty for the field itself"`
	Dictionary     map[string]string `hcl:"dictionary,optional" doc:"the table, written here"`
	Path           string            `hcl:"path,optional" doc:"file with the table: .csv, .json, .yaml or .yml"`
	Regex          bool              `hcl:"regex,optional" doc:"the table's values are regular expressions (RE2), tried in the order of the file, those of dictionary in alphabetical order, until one is found in the field's value"`
	Fallback       string            `hcl:"fallback,optional" doc:"what a value becomes that is not in the table; empty leaves the target alone"`
	Override       bool              `hcl:"override,optional" doc:"replace what the target holds already"`
	TagOnMissing   []string          `hcl:"tag_on_missing,optional" doc:"tags for events whose value is not in the table"`
	ReloadInterval time.Duration     `hcl:"reload_interval,optional" doc:"how often to look whether the file was replaced"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config { return Config{Override: true, ReloadInterval: 10 * time.Second} }

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	var errs []error
	switch {
	case c.Path != "" && len(c.Dictionary) > 0:
		errs = append(errs, attr.Errorf("path", "write the table in dictionary or in a file, not in both"))
	case c.Path == "" && len(c.Dictionary) == 0:
		errs = append(errs, attr.Errorf("dictionary", "is empty: write the table here, or name a file in path"))
	}
	if c.ReloadInterval < time.Second {
		errs = append(errs, attr.Errorf("reload_interval", `is shorter than a second: write "10s" or so`))
	}
	return errors.Join(errs...)
}

// Filter is the block with its table. It is shared by the workers.
type Filter struct {
	log            *slog.Logger
	source, target event.Slot
	fallback       string
	override       bool
	regex          bool
	missing        tagset.Set
	table          atomic.Pointer[table]
	watch          *datafile.Watch // nil without a file
	interval       time.Duration
}

// New reads the table and declares the fields of a valid configuration. Log
// hears of reloads; it may be nil.
func New(c Config, s *event.Schema, log *slog.Logger) (*Filter, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	f := &Filter{log: log, fallback: c.Fallback, override: c.Override, regex: c.Regex, missing: tagset.Declare(s, c.TagOnMissing), interval: c.ReloadInterval}
	var errs []error
	var err error
	if f.source, err = s.Read(c.Field); err != nil {
		errs = append(errs, attr.Errorf("field", "%w", err))
	}
	if c.Target == "" {
		c.Target = c.Field
	}
	if f.target, err = s.Slot(c.Target, event.String); err != nil {
		errs = append(errs, attr.Errorf("target", "%w", err))
	}
	t, err := f.load(c)
	if err != nil {
		errs = append(errs, err)
	}
	f.table.Store(t)
	return f, errors.Join(errs...)
}

// load makes the table, and watches it if it is a file.
func (f *Filter) load(c Config) (*table, error) {
	if c.Path == "" {
		var entries []entry
		for _, key := range slices.Sorted(maps.Keys(c.Dictionary)) {
			entries = append(entries, entry{key, c.Dictionary[key]})
		}
		t, err := newTable(entries, c.Regex)
		if err != nil {
			return nil, attr.Errorf("dictionary", "%w", err)
		}
		return t, nil
	}
	var err error
	if f.watch, err = datafile.New(c.Path); err != nil {
		return nil, attr.Errorf("path", "%w", err)
	}
	t, err := read(c.Path, c.Regex)
	if err != nil {
		return nil, attr.Errorf("path", "%w", err)
	}
	return t, nil
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor { return &processor{f: f} }
