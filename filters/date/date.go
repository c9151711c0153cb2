// Package date reads times that other filters took out of a line.
//
//	filter "date" {
//	  field    = "timestamp"
//	  formats  = ["dd/MMM/yyyy:HH:mm:ss Z", "ISO8601"]
//	  timezone = "Asia/Seoul"
//	}
//
// Formats are those of Logstash: ISO8601, UNIX, UNIX_MS, TAI64N, or letters as
// Joda-Time defines them. The first one that reads the whole text wins.
package date

import (
	"errors"
	"fmt"
	"time"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/tagset"
)

// Config is the block filter "date".
type Config struct {
	Field        string   `hcl:"field" doc:"field that holds the time as text or as a number"`
	Formats      []string `hcl:"formats" doc:"how the time may be written, tried in order: ISO8601, UNIX, UNIX_MS, TAI64N or Joda-Time letters such as \"dd/MMM/yyyy:HH:mm:ss Z\""`
	Timezone     string   `hcl:"timezone,optional" doc:"zone of times that do not name theirs: a name such as \"Asia/Seoul\", an offset such as \"+09:00\", or \"Local\" for the machine's own"`
	Locale       string   `hcl:"locale,optional" doc:"language of month and day names: \"en\", or \"ko\" which knows the Korean and the English ones"`
	Target       string   `hcl:"target,optional" doc:"field for the result"`
	KeepSource   bool     `hcl:"keep_source,optional" doc:"keep the field after it was read; otherwise it is removed"`
	TagOnFailure []string `hcl:"tag_on_failure,optional" doc:"tags for events whose time no format reads; the field is then kept"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config {
	return Config{Timezone: "Local", Locale: "en", Target: "@timestamp", TagOnFailure: []string{"_dateparsefailure"}}
}

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	var errs []error
	if len(c.Formats) == 0 {
		errs = append(errs, attr.Errorf("formats", `name at least one format, such as "ISO8601"`))
	}
	locale, known := locales[c.Locale]
	if !known {
		errs = append(errs, attr.Errorf("locale", `unknown locale %q: use "en" or "ko"`, c.Locale))
	}
	for i, text := range c.Formats {
		if _, err := compile(text, locale); err != nil {
			errs = append(errs, attr.At("formats", i, err))
		}
	}
	if _, err := loadZone(c.Timezone); err != nil {
		errs = append(errs, attr.Errorf("timezone", "%w", err))
	}
	return errors.Join(errs...)
}

// loadZone finds a zone by its name or offset.
func loadZone(name string) (*time.Location, error) {
	if name == "" {
		return nil, errors.New(`is empty: use a name such as "Asia/Seoul", an offset such as "+09:00", or "Local"`)
	}
	if sec, n := readOffset([]byte(name), 0); n == len(name) {
		return time.FixedZone(name, sec), nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf(`unknown time zone %q: use a name such as "Asia/Seoul", an offset such as "+09:00", or "Local"`, name)
	}
	return zone, nil
}

// Filter is the block with its formats compiled. It is shared by the workers.
type Filter struct {
	formats        []format
	zone           *time.Location
	source, target event.Slot
	keep           bool
	failed         tagset.Set
}

// New compiles the formats and declares the fields of a valid configuration.
func New(c Config, s *event.Schema) (*Filter, error) {
	f := &Filter{keep: c.KeepSource, failed: tagset.Declare(s, c.TagOnFailure)}
	var errs []error
	var err error
	if f.source, err = s.Read(c.Field); err != nil {
		errs = append(errs, attr.Errorf("field", "%w", err))
	}
	if f.target, err = s.Slot(c.Target, event.Time); err != nil {
		errs = append(errs, attr.Errorf("target", "%w", err))
	}
	if f.zone, err = loadZone(c.Timezone); err != nil {
		errs = append(errs, attr.Errorf("timezone", "%w", err))
	}
	for i, text := range c.Formats {
		compiled, err := compile(text, locales[c.Locale])
		if err != nil {
			errs = append(errs, attr.At("formats", i, err))
			continue
		}
		f.formats = append(f.formats, compiled)
	}
	return f, errors.Join(errs...)
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor { return &processor{f: f} }

type processor struct {
	f    *Filter
	last memory
	at   moment // being read; here so that it does not go to the heap
	text []byte // of a number, when the field holds one
}

// Process reads the field and sets the target.
func (p *processor) Process(ev *event.Event) event.Verdict {
	f := p.f
	var ns int64
	var ok bool
	switch ev.Kind(f.source) {
	case event.Absent:
		return event.Keep
	case event.Time:
		ns, ok = ev.UnixNano(f.source), true
	case event.Int, event.Float:
		p.text = appendNumber(p.text[:0], ev.Value(f.source))
		ns, ok = p.read(p.text, ev)
	default:
		ns, ok = p.read(ev.Bytes(f.source), ev)
	}
	if !ok {
		f.failed.Add(ev)
		return event.Keep
	}
	if !f.keep && f.source != f.target {
		ev.Unset(f.source)
	}
	ev.SetUnixNano(f.target, ns)
	return event.Keep
}

// read tries what it remembers, then each format.
func (p *processor) read(text []byte, ev *event.Event) (ns int64, ok bool) {
	if ns, ok = p.last.recall(text); ok {
		return ns, true
	}
	for i := range p.f.formats {
		t := &p.at
		*t = moment{fracStart: -1}
		if !p.f.formats[i].parse(text, t) {
			continue
		}
		yearless := !t.has(hasInstant | hasYear | hasWeekyear)
		if yearless {
			ns, ok = t.latest(p.f.zone, readAt(ev))
		} else {
			ns, ok = t.resolve(p.f.zone)
		}
		if !ok {
			continue
		}
		if !yearless {
			p.last.learn(text, ns, t, i == 0)
		}
		return ns, true
	}
	return 0, false
}

// readAt is when the line was read, from which a missing year is guessed.
func readAt(ev *event.Event) time.Time {
	if ev.Batch != nil && !ev.Batch.ReadAt.IsZero() {
		return ev.Batch.ReadAt
	}
	return time.Now()
}
