// Package redact blots out secrets in query strings by the names of their
// parameters.
//
//	filter "redact" {
//	  fields = ["message", "url.original", "url.query", "http.request.referrer"]
//	  params = ["token", "password", "session_id"]
//	}
//
// In /login?user=me&password=x it makes /login?user=me&password=REDACTED. Names
// are compared without regard to case and with their percent escapes resolved;
// password[] and user[password] are password. A pair may stand anywhere in the
// text, also in a URL that is itself the value of a parameter, so that whole
// lines can be redacted too.
package redact

import (
	"errors"
	"strings"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
)

// Config is the block filter "redact".
type Config struct {
	Fields      []string `hcl:"fields,optional" doc:"fields to look through"`
	Params      []string `hcl:"params,optional" doc:"names of parameters whose values are secret"`
	Replacement string   `hcl:"replacement,optional" doc:"what to put in place of the values"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config {
	return Config{
		Fields:      []string{"message", "event.original", "url.original", "url.query", "url.fragment", "http.request.referrer"},
		Params:      []string{"access_token", "api_key", "apikey", "auth", "client_secret", "jwt", "pass", "passwd", "password", "pwd", "refresh_token", "secret", "session", "sessionid", "sig", "signature", "token"},
		Replacement: "REDACTED",
	}
}

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	var errs []error
	if len(c.Fields) == 0 {
		errs = append(errs, attr.Errorf("fields", "name at least one field"))
	}
	if len(c.Params) == 0 {
		errs = append(errs, attr.Errorf("params", "name at least one parameter"))
	}
	for i, name := range c.Params {
		if name == "" || len(name) > maxName {
			errs = append(errs, attr.At("params", i, errors.New("a name has 1 to 64 bytes")))
		}
	}
	return errors.Join(errs...)
}

// maxName is the length of the longest name, in bytes without escapes.
const maxName = 64

// Filter is the block with its fields resolved. It is shared by the workers.
type Filter struct {
	slots       []event.Slot
	secret      map[string]bool // in lower case
	replacement []byte
}

// New declares the fields of a valid configuration.
func New(c Config, s *event.Schema) (*Filter, error) {
	f := &Filter{secret: make(map[string]bool, len(c.Params)), replacement: []byte(c.Replacement)}
	for _, name := range c.Params {
		f.secret[strings.ToLower(name)] = true
	}
	var errs []error
	for i, path := range c.Fields {
		slot, err := s.Read(path)
		if err != nil {
			errs = append(errs, attr.At("fields", i, err))
			continue
		}
		f.slots = append(f.slots, slot)
	}
	return f, errors.Join(errs...)
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor { return processor{f} }

type processor struct{ f *Filter }

// Process redacts texts, and the texts of lists.
func (p processor) Process(ev *event.Event) event.Verdict {
	for _, slot := range p.f.slots {
		switch ev.Kind(slot) {
		case event.String:
			if b, changed := p.f.redact(ev, ev.Bytes(slot)); changed {
				ev.SetBytes(slot, b)
			}
		case event.List:
			vs := ev.List(slot)
			for i, v := range vs {
				if v.Kind() != event.String {
					continue
				}
				if b, changed := p.f.redact(ev, v.Bytes()); changed {
					vs[i] = event.StringValue(b)
				}
			}
		}
	}
	return event.Keep
}
