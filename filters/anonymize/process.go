package anonymize

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"net/netip"
	"strconv"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/ipaddr"
)

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor {
	return &processor{f: f, mac: hmac.New(sha256.New, f.key)}
}

type processor struct {
	f   *Filter
	mac hash.Hash
	in  []byte
	sum []byte
}

// Process replaces the values. One that cannot be is removed: better no trace
// than a plain one.
func (p *processor) Process(ev *event.Event) event.Verdict {
	for _, slot := range p.f.slots {
		switch ev.Kind(slot) {
		case event.Absent:
		case event.List:
			p.list(ev, slot)
		default:
			v, ok := p.replace(ev, ev.Value(slot))
			if !ok {
				p.f.failed.Add(ev)
			}
			ev.Set(slot, v)
		}
	}
	return event.Keep
}

// list replaces all elements, or removes the list when one cannot be.
func (p *processor) list(ev *event.Event, slot event.Slot) {
	vs := ev.List(slot)
	for i := range vs {
		v, ok := p.replace(ev, vs[i])
		if !ok {
			p.f.failed.Add(ev)
			ev.Unset(slot)
			return
		}
		vs[i] = v
	}
}

func (p *processor) replace(ev *event.Event, v event.Value) (event.Value, bool) {
	addr, isAddr := ipaddr.Parse(v.Bytes())
	switch {
	case !p.f.truncate:
		return p.hash(ev, v, addr, isAddr)
	case !isAddr:
		return event.Value{}, false
	}
	addr = addr.Unmap()
	keep := p.f.v4
	if addr.Is6() {
		keep = p.f.v6
	}
	prefix, err := addr.Prefix(keep)
	if err != nil {
		return event.Value{}, false
	}
	return again(v, ev.Keep(prefix.Addr().AppendTo(ev.Scratch()))), true
}

// again makes a value of the kind that v had.
func again(v event.Value, b []byte) event.Value {
	if v.Kind() == event.IP {
		return event.IPValue(b)
	}
	return event.StringValue(b)
}

// hash gives 32 hexadecimal digits, or of an address one of fd00::/8 (RFC 4193),
// so that it can be indexed as one. An IPv4 address inside an IPv6 one is hashed
// as itself.
func (p *processor) hash(ev *event.Event, v event.Value, addr netip.Addr, isAddr bool) (event.Value, bool) {
	switch v.Kind() {
	case event.String, event.IP, event.JSON:
		p.in = append(p.in[:0], v.Bytes()...)
	case event.Int:
		p.in = strconv.AppendInt(p.in[:0], v.Int(), 10)
	default:
		return event.Value{}, false
	}
	if isAddr {
		p.in = addr.Unmap().AppendTo(p.in[:0])
	}
	p.mac.Reset()
	p.mac.Write(p.in)
	p.sum = p.mac.Sum(p.sum[:0])
	if !isAddr {
		return event.StringValue(ev.Keep(hex.AppendEncode(ev.Scratch(), p.sum[:16]))), true
	}
	unique := [16]byte{0: 0xfd}
	copy(unique[1:], p.sum)
	return again(v, ev.Keep(netip.AddrFrom16(unique).AppendTo(ev.Scratch()))), true
}
