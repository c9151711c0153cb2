package geoip

import (
	"encoding/binary"
	"net/netip"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/ipaddr"
)

// remembered is how many addresses each worker remembers; a power of two.
const remembered = 1024

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor {
	p := &processor{f: f, seen: make([]answer, remembered)}
	for o := range f.leaves {
		p.exploded[o] = len(f.leaves[o]) > 0 && f.schema.Exploded(f.fragments[o])
	}
	return p
}

type processor struct {
	f        *Filter
	exploded [objects]bool
	open     *snapshot // that seen was filled from
	seen     []answer  // by hash of the address: the last one asked for
}

// answer is what is known of an address.
type answer struct {
	addr   netip.Addr
	passed bool              // private or reserved: not looked up
	found  [objects]*section // nil for what is not known
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
		if !p.exploded[o] {
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

// ask remembers the answers of a few hundred addresses, for clients come in
// bursts.
func (p *processor) ask(addr netip.Addr) *answer {
	open := p.f.open.Load()
	if open != p.open {
		clear(p.seen)
		p.open = open
	}
	a := &p.seen[hash(addr)&(remembered-1)]
	if a.addr != addr {
		*a = answer{addr: addr, passed: !p.f.private && !ipaddr.Public(addr)}
		if !a.passed {
			a.found = p.f.lookup(open, addr)
		}
	}
	return a
}

// hash mixes the bits of an address by Fibonacci hashing (Knuth, The Art of
// Computer Programming, volume 3, 6.4).
func hash(addr netip.Addr) uint64 {
	b := addr.As16()
	const golden = 0x9e3779b97f4a7c15
	h := (binary.LittleEndian.Uint64(b[:8]) ^ binary.BigEndian.Uint64(b[8:])*golden) * golden
	return h >> 40
}

// lookup asks the databases in order, or the tables when there is none.
func (f *Filter) lookup(open *snapshot, addr netip.Addr) (found [objects]*section) {
	if len(open.databases) == 0 {
		found[geo] = f.reader.countries.find(addr)
		return found
	}
	for _, d := range open.databases {
		r := d.find(addr, &f.reader)
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
