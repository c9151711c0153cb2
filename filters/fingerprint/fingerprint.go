// Package fingerprint sets a field to a hash of others.
//
//	filter "fingerprint" {
//	  fields = ["message"]
//	  target = "event.hash"
//	  method = "sha256"
//	}
//
// The hash of one field is that of its text. Of several it is, as in Logstash,
// that of |name|text|name|text|, in the order in which they are written; a field
// that is not there is left out.
package fingerprint

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
)

// Config is the block filter "fingerprint".
type Config struct {
	Fields   []string `hcl:"fields,optional" doc:"fields to hash"`
	Target   string   `hcl:"target,optional" doc:"field for the hash"`
	Method   string   `hcl:"method,optional" doc:"sha256, sha512, sha1, md5, or xxh64, which is quick and no protection"`
	Key      string   `hcl:"key,optional" secret:"true" doc:"secret for a keyed hash (HMAC); without it anybody who knows the text can make the hash"`
	Encoding string   `hcl:"encoding,optional" doc:"hex or base64"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config {
	return Config{Fields: []string{"message"}, Target: "event.hash", Method: "sha256", Encoding: "hex"}
}

// methods make the hashes that users can name.
var methods = map[string]func() hash.Hash{
	"md5":    md5.New,
	"sha1":   sha1.New,
	"sha256": sha256.New,
	"sha512": sha512.New,
	"xxh64":  func() hash.Hash { return xxhash.New() },
}

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	var errs []error
	if len(c.Fields) == 0 {
		errs = append(errs, attr.Errorf("fields", "name at least one field"))
	}
	if methods[c.Method] == nil {
		names := strings.Join(slices.Sorted(maps.Keys(methods)), ", ")
		errs = append(errs, attr.Errorf("method", "unknown method %q: use one of %s", c.Method, names))
	}
	if c.Method == "xxh64" && c.Key != "" {
		errs = append(errs, attr.Errorf("key", "xxh64 has no key: use sha256"))
	}
	if c.Encoding != "hex" && c.Encoding != "base64" {
		errs = append(errs, attr.Errorf("encoding", `unknown encoding %q: use "hex" or "base64"`, c.Encoding))
	}
	return errors.Join(errs...)
}

// Filter is the block with its fields resolved. It is shared by the workers.
type Filter struct {
	slots  []event.Slot
	names  []string // |name|, when there are several
	target event.Slot
	make   func() hash.Hash
	base64 bool
}

// New declares the fields of a valid configuration.
func New(c Config, s *event.Schema) (*Filter, error) {
	f := &Filter{make: methods[c.Method], base64: c.Encoding == "base64"}
	if f.make == nil {
		return nil, attr.Errorf("method", "unknown method %q", c.Method)
	}
	if c.Key != "" {
		plain, key := f.make, []byte(c.Key)
		f.make = func() hash.Hash { return hmac.New(plain, key) }
	}
	var errs []error
	for i, path := range c.Fields {
		slot, err := s.Read(path)
		if err != nil {
			errs = append(errs, attr.At("fields", i, err))
			continue
		}
		f.slots = append(f.slots, slot)
		f.names = append(f.names, fmt.Sprintf("|%s|", s.Path(slot)))
	}
	var err error
	if f.target, err = s.Slot(c.Target, event.String); err != nil {
		errs = append(errs, attr.Errorf("target", "%w", err))
	}
	return f, errors.Join(errs...)
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor { return &processor{f: f, hash: f.make()} }

type processor struct {
	f    *Filter
	hash hash.Hash
	buf  []byte
	sum  []byte
}

// Process sets the hash, unless none of the fields is there.
func (p *processor) Process(ev *event.Event) event.Verdict {
	f := p.f
	p.hash.Reset()
	found := false
	for i, slot := range f.slots {
		if !ev.Has(slot) {
			continue
		}
		found = true
		p.buf = p.buf[:0]
		if len(f.slots) > 1 {
			p.buf = append(p.buf, f.names[i]...)
		}
		p.buf = appendText(p.buf, ev, slot)
		p.hash.Write(p.buf)
	}
	if !found {
		return event.Keep
	}
	if len(f.slots) > 1 {
		p.hash.Write([]byte{'|'})
	}
	p.sum = p.hash.Sum(p.sum[:0])
	out := ev.Scratch()
	if f.base64 {
		out = base64.StdEncoding.AppendEncode(out, p.sum)
	} else {
		out = hex.AppendEncode(out, p.sum)
	}
	ev.SetBytes(f.target, ev.Keep(out))
	return event.Keep
}

// appendText writes a value as text; the elements of a list have commas between.
func appendText(dst []byte, ev *event.Event, slot event.Slot) []byte {
	if ev.Kind(slot) != event.List {
		return appendValue(dst, ev.Value(slot))
	}
	for i, v := range ev.List(slot) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendValue(dst, v)
	}
	return dst
}

func appendValue(dst []byte, v event.Value) []byte {
	switch v.Kind() {
	case event.Int:
		return strconv.AppendInt(dst, v.Int(), 10)
	case event.Float:
		return event.AppendJSONFloat(dst, v.Float())
	case event.Bool:
		return strconv.AppendBool(dst, v.Bool())
	case event.Time:
		return v.Time().UTC().AppendFormat(dst, "2006-01-02T15:04:05.999999999Z")
	case event.GeoPoint:
		lat, lon := v.Point()
		dst = append(event.AppendJSONFloat(dst, lat), ',')
		return event.AppendJSONFloat(dst, lon)
	}
	return append(dst, v.Bytes()...)
}
