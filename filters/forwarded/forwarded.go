// Package forwarded finds the client behind proxies from what they wrote into
// X-Forwarded-For or Forwarded.
//
//	filter "forwarded" {
//	  field           = "nginx.access.forwarded_for"
//	  trusted_proxies = ["10.0.0.0/8", "192.0.2.7"]
//	}
//
// The header is believed only as far as trusted proxies wrote it: from the peer
// of the connection (source.ip) backwards through the list, the first address
// that is no trusted proxy is the client. It becomes client.ip and, when it is
// another than the peer, network.forwarded_ip; source.ip stays the peer, as ECS
// means these fields. A peer that is not trusted is the client itself, whatever
// the header says.
package forwarded

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
)

// Config is the block filter "forwarded".
type Config struct {
	Field          string   `hcl:"field" doc:"field that holds the header: X-Forwarded-For, or Forwarded of RFC 7239; a list or text with commas"`
	Peer           string   `hcl:"peer,optional" doc:"field that holds the address of the connection; of one named ip the address beside it counts when it is absent. A Unix socket (unix:) is trusted"`
	TrustedProxies []string `hcl:"trusted_proxies,optional" doc:"addresses and networks whose entries are believed"`
	ReplaceSource  bool     `hcl:"replace_source,optional" doc:"put the client into source.address and source.ip too, as Filebeat's modules do, so that what reads them sees the client"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config {
	return Config{
		Peer:           "source.ip",
		TrustedProxies: []string{"127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1", "fc00::/7"},
	}
}

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	_, err := networks(c.TrustedProxies)
	return err
}

func networks(texts []string) ([]netip.Prefix, error) {
	var prefixes []netip.Prefix
	var errs []error
	for i, text := range texts {
		p, err := network(text)
		if err != nil {
			errs = append(errs, attr.At("trusted_proxies", i, err))
			continue
		}
		prefixes = append(prefixes, p)
	}
	return prefixes, errors.Join(errs...)
}

// network reads 10.0.0.0/8 or an address alone.
func network(text string) (netip.Prefix, error) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked(), nil
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8", text)
	}
	return netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()), nil
}

// Filter is the block with its fields resolved. It is shared by the workers.
type Filter struct {
	header, peer, address event.Slot // address is -1 for none
	client, clientAddress event.Slot
	forwarded             event.Slot
	source, sourceAddress event.Slot // -1 when they stay
	trusted               []netip.Prefix
}

// New declares the fields of a valid configuration.
func New(c Config, s *event.Schema) (*Filter, error) {
	f := &Filter{address: -1, source: -1, sourceAddress: -1}
	var errs []error
	declare := func(slot *event.Slot, name, path string, kind event.Kind) {
		var err error
		if *slot, err = s.Slot(path, kind); err != nil {
			errs = append(errs, attr.Errorf(name, "%w", err))
		}
	}
	declare(&f.header, "field", c.Field, event.Absent)
	declare(&f.peer, "peer", c.Peer, event.Absent)
	if n := len(c.Peer) - len(".ip"); n > 0 && c.Peer[n:] == ".ip" {
		declare(&f.address, "peer", c.Peer[:n]+".address", event.Absent)
	}
	declare(&f.client, "field", "client.ip", event.IP)
	declare(&f.clientAddress, "field", "client.address", event.String)
	declare(&f.forwarded, "field", "network.forwarded_ip", event.IP)
	if c.ReplaceSource {
		declare(&f.source, "replace_source", "source.ip", event.IP)
		declare(&f.sourceAddress, "replace_source", "source.address", event.String)
	}
	var err error
	if f.trusted, err = networks(c.TrustedProxies); err != nil {
		errs = append(errs, err)
	}
	return f, errors.Join(errs...)
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor { return &processor{f: f} }
