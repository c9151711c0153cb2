// Package url takes addresses of requests apart, as Elasticsearch's uri_parts
// does.
//
//	filter "url" {
//	  query_params      = ["utm_source", "q"]
//	  fallback_encoding = "euc-kr"
//	}
//
// From /%ED%95%9C/a.html?q=1 it makes url.path /한/a.html, url.query q=1,
// url.extension html and url.params.q 1. The field itself stays as it was
// sent, also when it is not a legal URI; of an illegal one that has the shape of
// a path or a URL the parts are given all the same.
package url

import (
	"bytes"
	"errors"
	"fmt"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/korean"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
)

// Config is the block filter "url".
type Config struct {
	Field            string   `hcl:"field,optional" doc:"field that holds the address as it was sent"`
	Target           string   `hcl:"target,optional" doc:"object for the parts"`
	QueryParams      []string `hcl:"query_params,optional" doc:"parameters of the query to give as fields of their own, under params of the target; others stay in the query alone"`
	FallbackEncoding string   `hcl:"fallback_encoding,optional" doc:"what percent-encoded bytes are when they are not UTF-8: \"euc-kr\" (with the letters of CP949), or empty: they become U+FFFD"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config { return Config{Field: "url.original", Target: "url"} }

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	var errs []error
	if c.FallbackEncoding != "" && c.FallbackEncoding != "euc-kr" {
		errs = append(errs, attr.Errorf("fallback_encoding", `unknown encoding %q: use "euc-kr" or leave it out`, c.FallbackEncoding))
	}
	for i, name := range c.QueryParams {
		if name == "" {
			errs = append(errs, attr.At("query_params", i, errors.New("a parameter has a name")))
		}
	}
	return errors.Join(errs...)
}

// Filter is the block with its fields resolved. It is shared by the workers.
type Filter struct {
	source event.Slot
	scheme, domain, port, path, query,
	fragment, extension, username, password event.Slot
	params   []param
	fallback encoding.Encoding // nil for none
}

type param struct {
	name string
	slot event.Slot
}

// New declares the fields of a valid configuration.
func New(c Config, s *event.Schema) (*Filter, error) {
	f := &Filter{}
	var errs []error
	var err error
	if f.source, err = s.Read(c.Field); err != nil {
		errs = append(errs, attr.Errorf("field", "%w", err))
	}
	for _, d := range []struct {
		slot *event.Slot
		name string
		kind event.Kind
	}{
		{&f.scheme, "scheme", event.String}, {&f.domain, "domain", event.String}, {&f.port, "port", event.Int},
		{&f.path, "path", event.String}, {&f.query, "query", event.String}, {&f.fragment, "fragment", event.String},
		{&f.extension, "extension", event.String}, {&f.username, "username", event.String}, {&f.password, "password", event.String},
	} {
		if *d.slot, err = s.Slot(c.Target+"."+d.name, d.kind); err != nil {
			return nil, errors.Join(append(errs, attr.Errorf("target", "%w", err))...)
		}
	}
	for i, name := range c.QueryParams {
		slot, err := s.Slot(c.Target+".params."+name, event.String)
		if err != nil {
			errs = append(errs, attr.At("query_params", i, fmt.Errorf("parameter %q cannot be a field: %w", name, err)))
			continue
		}
		f.params = append(f.params, param{name, slot})
	}
	if c.FallbackEncoding != "" {
		f.fallback = korean.EUCKR
	}
	return f, errors.Join(errs...)
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor {
	p := &processor{f: f}
	if f.fallback != nil {
		p.decoder = f.fallback.NewDecoder()
	}
	return p
}

type processor struct {
	f       *Filter
	decoder *encoding.Decoder
	escapes bool   // there is a % in the address
	raw     []byte // bytes of a part before the decoder has seen them
}

// Process sets the parts.
func (p *processor) Process(ev *event.Event) event.Verdict {
	whole := ev.Bytes(p.f.source)
	u, ok := split(whole)
	if !ok {
		return event.Keep
	}
	f := p.f
	p.escapes = bytes.IndexByte(whole, '%') >= 0
	p.set(ev, f.scheme, u.scheme)
	p.authority(ev, u.authority)
	p.path(ev, u.path)
	p.decoded(ev, f.query, u.query)
	p.decoded(ev, f.fragment, u.fragment)
	for i := range f.params {
		p.param(ev, &f.params[i], u.query)
	}
	return event.Keep
}
