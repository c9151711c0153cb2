package geoip

import (
	"net/netip"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/ipaddr"
)

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor {
	p := &processor{f: f, memo: newMemo()}
	for o := range f.leaves {
		for i, l := range f.leaves[o] {
			if f.schema.Exploded(f.fragments[o], l.name) {
				p.forms[o] |= 1 << i
				p.exploded = true
			}
		}
	}
	if len(f.databases) == 0 {
		f.reader.countries.prepare(&f.reader, p.forms[geo])
	}
	return p
}

type processor struct {
	f        *Filter
	forms    [objects]form
	exploded bool      // some form has a bit
	open     *snapshot // that the memo was filled from
	memo     *memo
}

// Process sets what is known of the address.
func (p *processor) Process(ev *event.Event) event.Verdict {
	addr, ok := p.addr(ev)
	if !ok {
		return event.Keep
	}
	switch n := p.ask(addr); n {
	case passedOver:
	case unknown:
		p.f.failed.Add(ev)
	default:
		fragments, r := p.memo.get(n)
		ev.SetFields(fragments)
		if p.exploded {
			p.explode(ev, r)
		}
	}
	return event.Keep
}

// explode sets the fields that others name.
func (p *processor) explode(ev *event.Event, r *record) {
	for o, s := range r {
		if s == nil {
			continue
		}
		for _, v := range s.values {
			ev.Set(p.f.leaves[o][v.leaf].slot, v.value)
		}
	}
}

// addr reads the address of the event, an IPv4 one as such.
func (p *processor) addr(ev *event.Event) (netip.Addr, bool) {
	if addr, ok := ev.Addr(p.f.source); ok {
		return addr, true
	}
	b := ev.Bytes(p.f.source)
	if b == nil && p.f.address >= 0 {
		b = ev.Bytes(p.f.address)
	}
	addr, ok := ipaddr.Parse(b)
	return addr.Unmap(), ok
}

// ask gives the number of what is known of an address, from the memo when it is
// there.
func (p *processor) ask(addr netip.Addr) uint32 {
	if open := p.f.open.Load(); open != p.open {
		p.memo.forget()
		p.open = open
	}
	n := *p.memo.slot(addr)
	if n == notAsked {
		n = p.find(addr)
		*p.memo.slot(addr) = n
	}
	return n
}

// find asks the databases. Private and reserved addresses are in none.
func (p *processor) find(addr netip.Addr) uint32 {
	if !p.f.private && !ipaddr.Public(addr) {
		return passedOver
	}
	found := p.f.lookup(p.open, addr, &p.forms)
	if found == (record{}) {
		return unknown
	}
	return p.memo.add(found, &p.f.fragments)
}

// lookup asks the databases in order, or the tables when there is none.
func (f *Filter) lookup(open *snapshot, addr netip.Addr, forms *[objects]form) (found record) {
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
