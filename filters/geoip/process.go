package geoip

import (
	"encoding/binary"
	"math/bits"
	"net/netip"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/ipaddr"
)

// remembered is how many addresses each worker remembers; a power of two. Their
// answers take 768 KB, which a core's second cache holds.
const remembered = 16384

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor {
	p := &processor{f: f, seen: make([]answer, remembered)}
	for o := range f.leaves {
		p.forms[o] = asJSON
		if len(f.leaves[o]) > 0 && f.schema.Exploded(f.fragments[o]) {
			p.forms[o] = asValues
		}
	}
	return p
}

type processor struct {
	f     *Filter
	forms [objects]form
	open  *snapshot // that seen was filled from
	seen  []answer  // by hash of the address: the last one asked for
}

// answer is what is known of an address, the bits of which are zero when there
// is none.
type answer struct {
	high, low uint64
	passed    bool              // private or reserved: not looked up
	found     [objects]*section // nil for what is not known
}

// Process sets what is known of the address.
func (p *processor) Process(ev *event.Event) event.Verdict {
	addr, ok := p.addr(ev)
	if !ok {
		return event.Keep
	}
	a := p.ask(addr)
	if a.passed {
		return event.Keep
	}
	known := false
	for o, s := range a.found {
		if s == nil {
			continue
		}
		known = true
		if p.forms[o] == asJSON {
			ev.SetMembers(p.f.fragments[o], s.json)
			continue
		}
		for _, v := range s.values {
			ev.Set(p.f.leaves[o][v.leaf].slot, v.value)
		}
	}
	if !known {
		p.f.failed.Add(ev)
	}
	return event.Keep
}

// addr reads the address of the event, an IPv4 one as such.
func (p *processor) addr(ev *event.Event) (netip.Addr, bool) {
	b := ev.Bytes(p.f.source)
	if b == nil && p.f.address >= 0 {
		b = ev.Bytes(p.f.address)
	}
	addr, ok := ipaddr.Parse(b)
	return addr.Unmap(), ok
}

// ask remembers the answers of some thousand addresses, for clients come in
// bursts.
func (p *processor) ask(addr netip.Addr) *answer {
	open := p.f.open.Load()
	if open != p.open {
		clear(p.seen)
		p.open = open
	}
	b := addr.As16() // an IPv4 address is mapped into IPv6 and so never zero
	high, low := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	a := &p.seen[hash(high, low)&(remembered-1)]
	if a.low != low || a.high != high || high|low == 0 {
		*a = answer{high: high, low: low, passed: !p.f.private && !ipaddr.Public(addr)}
		if !a.passed {
			a.found = p.f.lookup(open, addr, &p.forms)
		}
	}
	return a
}

// hash mixes the bits of an address by Fibonacci hashing (Knuth, The Art of
// Computer Programming, volume 3, 6.4).
func hash(high, low uint64) uint64 {
	const golden = 0x9e3779b97f4a7c15
	return (bits.ReverseBytes64(high) ^ low*golden) * golden >> 40
}

// lookup asks the databases in order, or the tables when there is none.
func (f *Filter) lookup(open *snapshot, addr netip.Addr, forms *[objects]form) (found [objects]*section) {
	if len(open.databases) == 0 {
		found[geo] = f.reader.countries.find(addr)
		return found
	}
	for _, d := range open.databases {
		r := d.find(addr, &f.reader, forms)
		if r == nil {
			continue
		}
		for o := range found {
			if found[o] == nil {
				found[o] = r[o]
			}
		}
	}
	return found
}
