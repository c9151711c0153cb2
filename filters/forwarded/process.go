package forwarded

import (
	"bytes"
	"net/netip"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/ipaddr"
	"github.com/naru-log/naru/internal/part"
)

type processor struct {
	f    *Filter
	hops []hop // of the event at hand, the nearest last
}

// hop is an address that a proxy wrote.
type hop struct {
	text []byte
	addr netip.Addr // not valid for unknown and the like
}

// Process finds the client.
func (p *processor) Process(ev *event.Event) event.Verdict {
	f := p.f
	text := ev.Bytes(f.peer)
	if text == nil && f.address >= 0 {
		text = ev.Bytes(f.address)
	}
	addr, ok := ipaddr.Parse(text)
	socket := bytes.HasPrefix(text, []byte("unix:"))
	if !ok && !socket {
		return event.Keep // nobody to trust
	}
	peer := hop{text, addr.Unmap()}
	p.collect(ev)
	client := p.client(peer, socket)
	if !client.addr.IsValid() {
		return event.Keep // the socket itself
	}
	ev.SetIP(f.client, client.text)
	part.Set(ev, f.clientAddress, client.text)
	if client.addr == peer.addr {
		return event.Keep
	}
	ev.SetIP(f.forwarded, client.text)
	if f.source >= 0 {
		ev.SetIP(f.source, client.text)
		part.Set(ev, f.sourceAddress, client.text)
	}
	return event.Keep
}

// client walks from the peer towards the client as long as the one who wrote an
// entry is trusted. Who comes through a Unix socket is of this machine.
func (p *processor) client(peer hop, socket bool) hop {
	at := peer
	for i := len(p.hops) - 1; i >= 0 && (socket && i == len(p.hops)-1 || p.f.trusts(at.addr)); i-- {
		if !p.hops[i].addr.IsValid() {
			break // the proxy did not say who it spoke to
		}
		at = p.hops[i]
	}
	return at
}

func (f *Filter) trusts(addr netip.Addr) bool {
	for _, p := range f.trusted {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

func (p *processor) collect(ev *event.Event) {
	p.hops = p.hops[:0]
	if ev.Kind(p.f.header) == event.List {
		for _, v := range ev.List(p.f.header) {
			p.entries(v.Bytes())
		}
		return
	}
	p.entries(ev.Bytes(p.f.header))
}

// entries reads what stands between commas.
func (p *processor) entries(b []byte) {
	for more := len(b) > 0; more; {
		var entry []byte
		entry, b, more = bytes.Cut(b, []byte{','})
		entry = bytes.Trim(entry, " \t")
		if len(entry) == 0 {
			continue
		}
		if bytes.IndexByte(entry, '=') >= 0 {
			entry = forParameter(entry)
		}
		p.hops = append(p.hops, read(entry))
	}
}

// forParameter gives the value of for= of an element of RFC 7239, nil when it
// has none.
func forParameter(element []byte) []byte {
	for more := true; more; {
		var pair []byte
		pair, element, more = bytes.Cut(element, []byte{';'})
		name, value, _ := bytes.Cut(bytes.Trim(pair, " \t"), []byte{'='})
		if len(name) == len("for") && bytes.EqualFold(name, []byte("for")) {
			return value
		}
	}
	return nil
}

// read takes addresses with or without quotes, brackets and port.
func read(b []byte) hop {
	b = bytes.Trim(b, `" `)
	if addr, ok := ipaddr.Parse(b); ok {
		return hop{b, addr.Unmap()}
	}
	if addr, text, _, ok := ipaddr.ParsePort(b); ok {
		return hop{text, addr.Unmap()}
	}
	return hop{}
}
