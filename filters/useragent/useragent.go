// Package useragent says which program and device a request came from: the
// name and version of the browser, the operating system, the device, by the
// rules of uap-core as Elasticsearch applies them, and what kind of program and
// device these are.
//
//	filter "user_agent" {}
//
// What it found for a user agent is kept, encoded, in a cache that the workers
// share. The rules are compiled into naru; a newer file is used, and loaded
// again whenever it is replaced, with
//
//	filter "user_agent" {
//	  regexes = "/etc/naru/regexes.yaml"
//	}
package useragent

import (
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/filters/useragent/uap"
	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/bytesize"
	"github.com/naru-log/naru/internal/s3fifo"
)

// Config is the block filter "user_agent".
type Config struct {
	Field   string        `hcl:"field,optional" doc:"field that holds the user agent as it was sent"`
	Target  string        `hcl:"target,optional" doc:"object for what is known of it"`
	Regexes string        `hcl:"regexes,optional" doc:"file of rules in the format of uap-core's regexes.yaml, loaded again when it is replaced; empty for the rules that naru comes with"`
	Cache   bytesize.Size `hcl:"cache,optional" doc:"memory for user agents seen before, shared by the workers"`
}

// minCache is the least memory for the cache: some hundred user agents.
const minCache = 64 << 10

// Defaults gives the values of attributes that are not written.
func Defaults() Config {
	return Config{Field: "user_agent.original", Target: "user_agent", Cache: 8 << 20}
}

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	if c.Cache < minCache {
		return attr.Errorf("cache", "%v is too little to be of use: give %v or more", c.Cache, bytesize.Size(minCache))
	}
	return nil
}

// Filter is the block with its fields resolved. It is shared by the workers.
type Filter struct {
	schema  *event.Schema
	source  event.Slot
	members event.Slot // the leaves that nobody else names, as one fragment
	leaves  [leafCount]event.Slot
	size    bytesize.Size
	rules   atomic.Pointer[rules]
	file    *file // nil with the built-in rules
	log     *slog.Logger
	parsed  prometheus.Counter
}

// rules are a parser and what it found. They are replaced together.
type rules struct {
	parser *uap.Parser // nil for the built-in one, which is loaded at its first use
	cache  *s3fifo.BytesCache[[]event.Field]
}

// New declares the fields of a valid configuration and loads its rules. log
// hears of reloads; reg may be nil.
func New(c Config, s *event.Schema, log *slog.Logger, reg prometheus.Registerer) (*Filter, error) {
	f := &Filter{schema: s, size: c.Cache, log: log}
	var errs []error
	var err error
	if f.source, err = s.Read(c.Field); err != nil {
		errs = append(errs, attr.Errorf("field", "%w", err))
	}
	if err := f.declare(c.Target, s); err != nil {
		errs = append(errs, attr.Errorf("target", "%w", err))
	}
	var parser *uap.Parser
	if c.Regexes != "" {
		f.file = &file{path: c.Regexes}
		if parser, err = f.file.load(); err != nil {
			errs = append(errs, attr.Errorf("regexes", "%w", err))
		}
	}
	f.use(parser)
	if err := f.register(reg); err != nil {
		errs = append(errs, err)
	}
	return f, errors.Join(errs...)
}

func (f *Filter) declare(target string, s *event.Schema) error {
	var err error
	if f.members, err = s.Members(target, leafNames[:]...); err != nil {
		return err
	}
	for i, name := range leafNames {
		if f.leaves[i], err = s.Hidden(target+"."+name, event.String); err != nil {
			return err
		}
	}
	return nil
}

func (f *Filter) register(reg prometheus.Registerer) error {
	f.parsed = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "naru_user_agents_parsed_total", Help: "User agents that were not in the cache.",
	})
	reloads := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "naru_user_agent_rules_reloads_total", Help: "Times that the file of user-agent rules was loaded again, by outcome.",
	}, []string{"outcome"})
	if f.file != nil {
		f.file.loaded, f.file.failed = reloads.WithLabelValues("loaded"), reloads.WithLabelValues("failed")
	}
	if reg == nil {
		return nil
	}
	if err := errors.Join(reg.Register(f.parsed), reg.Register(reloads)); err != nil {
		return fmt.Errorf("register the metrics of user agents: %w", err)
	}
	return nil
}

// use makes parser the one that counts from here on, with an empty cache.
func (f *Filter) use(parser *uap.Parser) {
	f.rules.Store(&rules{parser: parser, cache: s3fifo.NewBytes[[]event.Field](s3fifo.Limits{
		Entries: int(f.size / typicalCost), Bytes: int64(f.size),
	})})
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor {
	p := &processor{f: f}
	for i, leaf := range leafNames {
		p.exploded[i] = f.schema.Exploded(f.members, leaf)
	}
	return p
}

type processor struct {
	f        *Filter
	exploded [leafCount]bool // leaves that go to slots of their own
	result   uap.Result
}

// Process sets what the user agent says. An event without one stays as it is.
func (p *processor) Process(ev *event.Event) event.Verdict {
	if ev.Kind(p.f.source) != event.String {
		return event.Keep
	}
	ua := ev.Bytes(p.f.source)
	if len(ua) == 0 || len(ua) == 1 && ua[0] == '-' {
		return event.Keep
	}
	r := p.f.rules.Load()
	fields, ok := r.cache.Get(ua)
	if !ok {
		fields = p.parse(r, ua)
	}
	ev.SetFields(fields)
	return event.Keep
}

// parse asks the rules, and keeps the answer in the cache.
func (p *processor) parse(r *rules, ua []byte) []event.Field {
	p.f.parsed.Inc()
	parser := r.parser
	if parser == nil {
		parser = uap.Default()
	}
	parser.Parse(ua, &p.result)
	known := leavesOf(&p.result)
	fields := known.fields(p.f, &p.exploded)
	return r.cache.Put(ua, fields, cost(len(ua), fields))
}
