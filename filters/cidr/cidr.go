// Package cidr names the network that an address belongs to.
//
//	filter "cidr" {
//	  field    = "source.ip"
//	  networks = {
//	    office = ["192.0.2.0/24", "2001:db8:1::/48"]
//	    vpn    = ["192.0.2.128/25"]
//	  }
//	}
//
// The narrowest network counts. A condition alone needs no filter: write
// cidr(source.ip, "192.0.2.0/24").
package cidr

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/ipaddr"
	"github.com/naru-log/naru/internal/tagset"
)

// Config is the block filter "cidr".
type Config struct {
	Field    string              `hcl:"field,optional" doc:"field that holds the address"`
	Networks map[string][]string `hcl:"networks" doc:"name to addresses and networks"`
	Target   string              `hcl:"target,optional" doc:"field for the name; empty for none"`
	Tags     []string            `hcl:"tags,optional" doc:"tags for events whose address is in one of the networks"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config { return Config{Field: "source.ip", Target: "network.name"} }

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	if len(c.Networks) == 0 {
		return attr.Errorf("networks", "name at least one network")
	}
	_, err := compile(c.Networks)
	return err
}

// Filter is the block with its networks compiled. It is shared by the workers.
type Filter struct {
	source, target event.Slot // target is -1 for none
	networks       []network  // the narrowest first
	tags           tagset.Set
}

type network struct {
	prefix netip.Prefix
	name   string
}

func compile(named map[string][]string) ([]network, error) {
	var all []network
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if len(named[name]) == 0 {
			errs = append(errs, attr.Entry("networks", name, errors.New("has no network")))
		}
		for _, text := range named[name] {
			p, err := netip.ParsePrefix(text)
			if err != nil {
				a, err := netip.ParseAddr(text)
				if err != nil {
					errs = append(errs, attr.Entry("networks", name, fmt.Errorf("%q is neither an address nor a network such as 10.0.0.0/8", text)))
					continue
				}
				p = netip.PrefixFrom(a, a.BitLen())
			}
			all = append(all, network{p.Masked(), name})
		}
	}
	slices.SortStableFunc(all, func(a, b network) int { return cmp.Compare(b.prefix.Bits(), a.prefix.Bits()) })
	return all, errors.Join(errs...)
}

// New compiles the networks and declares the fields of a valid configuration.
func New(c Config, s *event.Schema) (*Filter, error) {
	f := &Filter{target: -1, tags: tagset.Declare(s, c.Tags)}
	var errs []error
	var err error
	if f.source, err = s.Read(c.Field); err != nil {
		errs = append(errs, attr.Errorf("field", "%w", err))
	}
	if c.Target != "" {
		if f.target, err = s.Slot(c.Target, event.String); err != nil {
			errs = append(errs, attr.Errorf("target", "%w", err))
		}
	}
	if f.networks, err = compile(c.Networks); err != nil {
		errs = append(errs, err)
	}
	return f, errors.Join(errs...)
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor { return processor{f} }

type processor struct{ f *Filter }

// Process names the network.
func (p processor) Process(ev *event.Event) event.Verdict {
	addr, ok := ipaddr.Parse(ev.Bytes(p.f.source))
	if !ok {
		return event.Keep
	}
	addr = addr.Unmap()
	for i := range p.f.networks {
		n := &p.f.networks[i]
		if !n.prefix.Contains(addr) {
			continue
		}
		if p.f.target >= 0 {
			ev.SetString(p.f.target, n.name)
		}
		p.f.tags.Add(ev)
		break
	}
	return event.Keep
}
