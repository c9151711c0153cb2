// Package anonymize makes addresses and other traces of people unrecognisable.
//
//	filter "anonymize" {
//	  fields = ["source.ip", "source.address", "client.ip"]
//	}
//
//	filter "anonymize" {
//	  fields = ["user.name"]
//	  method = "hash"
//	  key    = env("NARU_ANONYMIZE_KEY")
//	}
//
// Truncated, 192.0.2.17 becomes 192.0.2.0 and 2001:db8:1:2::3 becomes
// 2001:db8:1::, which still say where a client is but not who. Hashed, the same
// value with the same key is always the same text, so that it can be counted; an
// address stays an address, one of fd00::/8. Put the filter behind those that
// need the full address, such as geoip, and remember that message may hold it
// too.
package anonymize

import (
	"errors"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/tagset"
)

// Config is the block filter "anonymize".
type Config struct {
	Fields       []string `hcl:"fields,optional" doc:"fields to make unrecognisable; of lists each element. Those of the server, such as nginx.access.remote_ip_list, message and event.original may hold addresses too"`
	Method       string   `hcl:"method,optional" doc:"truncate, for addresses, or hash"`
	IPv4Prefix   int      `hcl:"ipv4_prefix,optional" doc:"bits that truncate leaves of an IPv4 address"`
	IPv6Prefix   int      `hcl:"ipv6_prefix,optional" doc:"bits that truncate leaves of an IPv6 address"`
	Key          string   `hcl:"key,optional" secret:"true" doc:"secret of the hash (HMAC-SHA256), at least 16 characters; who has it can find out whose a hash is"`
	TagOnFailure []string `hcl:"tag_on_failure,optional" doc:"tags for events with a value that is no address and so could not be truncated; it is removed"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config {
	return Config{
		Fields: []string{"source.ip", "source.address", "client.ip", "client.address", "network.forwarded_ip", "related.ip"},
		Method: "truncate", IPv4Prefix: 24, IPv6Prefix: 48,
		TagOnFailure: []string{"_anonymizefailure"},
	}
}

// minKey is the length of the shortest key, in bytes: with fewer all of them
// could be tried.
const minKey = 16

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	var errs []error
	if len(c.Fields) == 0 {
		errs = append(errs, attr.Errorf("fields", "name at least one field"))
	}
	switch {
	case c.Method != "truncate" && c.Method != "hash":
		errs = append(errs, attr.Errorf("method", `unknown method %q: use "truncate" or "hash"`, c.Method))
	case c.Method == "hash" && len(c.Key) < minKey:
		errs = append(errs, attr.Errorf("key", "has %d characters, at least %d are needed: addresses are few enough to try them all without a secret", len(c.Key), minKey))
	}
	if c.IPv4Prefix < 0 || c.IPv4Prefix > 31 {
		errs = append(errs, attr.Errorf("ipv4_prefix", "%d is out of range: 0 to 31", c.IPv4Prefix))
	}
	if c.IPv6Prefix < 0 || c.IPv6Prefix > 127 {
		errs = append(errs, attr.Errorf("ipv6_prefix", "%d is out of range: 0 to 127", c.IPv6Prefix))
	}
	return errors.Join(errs...)
}

// Filter is the block with its fields resolved. It is shared by the workers.
type Filter struct {
	slots    []event.Slot
	key      []byte // nil to truncate
	v4, v6   int
	failed   tagset.Set
	truncate bool
}

// New declares the fields of a valid configuration.
func New(c Config, s *event.Schema) (*Filter, error) {
	f := &Filter{truncate: c.Method == "truncate", key: []byte(c.Key), v4: c.IPv4Prefix, v6: c.IPv6Prefix, failed: tagset.Declare(s, c.TagOnFailure)}
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
