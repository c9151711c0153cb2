// Package address says what a client's address is: source.ip when it is an
// address, source.domain when it is a host name. It is the step after a pattern
// that captures source.address.
//
//	filter "address" {}
//
// Some servers log a list, the client first and its proxies after it. Then the
// first public address counts, or else the first element, and source.address is
// set to it:
//
//	filter "address" {
//	  field  = "nginx.access.remote_ip_list"
//	  domain = ""
//	  list   = "nginx.access.remote_ip_list"
//	}
package address

import (
	"errors"
	"net/netip"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/ipaddr"
	"github.com/naru-log/naru/internal/part"
)

// Config is the block filter "address".
type Config struct {
	Field   string `hcl:"field,optional" doc:"field that holds an address, a host name, or a list of them with commas or spaces between"`
	Address string `hcl:"address,optional" doc:"field for the element that counts; empty for none"`
	IP      string `hcl:"ip,optional" doc:"field for an address; empty for none"`
	Domain  string `hcl:"domain,optional" doc:"field for a host name; empty for none"`
	Port    string `hcl:"port,optional" doc:"field for the port of what is written 192.0.2.1:80, [2001:db8::1]:80 or example.com:80; empty for none"`
	List    string `hcl:"list,optional" doc:"field for all addresses and host names of the list; empty for none"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config {
	return Config{Field: "source.address", Address: "source.address", IP: "source.ip", Domain: "source.domain", Port: "source.port"}
}

// Validate checks what the types do not say.
func (c *Config) Validate() error { return nil }

// none marks a target that is not wanted.
const none event.Slot = -1

// Filter is the block with its fields resolved. It is shared by the workers.
type Filter struct {
	source, address, ip, domain, port, list event.Slot
}

// New declares the fields of a valid configuration.
func New(c Config, s *event.Schema) (*Filter, error) {
	f := &Filter{address: none, ip: none, domain: none, port: none, list: none}
	var errs []error
	var err error
	if f.source, err = s.Read(c.Field); err != nil {
		errs = append(errs, attr.Errorf("field", "%w", err))
	}
	for _, d := range []struct {
		slot *event.Slot
		attr string
		path string
		kind event.Kind
	}{
		{&f.address, "address", c.Address, event.String}, {&f.ip, "ip", c.IP, event.IP}, {&f.domain, "domain", c.Domain, event.String},
		{&f.port, "port", c.Port, event.Int}, {&f.list, "list", c.List, event.List},
	} {
		if d.path == "" {
			continue
		}
		if *d.slot, err = s.Slot(d.path, d.kind); err != nil {
			errs = append(errs, attr.Errorf(d.attr, "%w", err))
		}
	}
	return f, errors.Join(errs...)
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor { return &processor{f: f} }

type processor struct {
	f     *Filter
	found []host // of this event
}

// host is one element of the field.
type host struct {
	text []byte
	port int // -1 for none
	ip   bool
	addr netip.Addr // when ip
}

// Process sets what the field says.
func (p *processor) Process(ev *event.Event) event.Verdict {
	f := p.f
	p.found = p.found[:0]
	if ev.Kind(f.source) == event.List {
		for _, v := range ev.List(f.source) {
			p.collect(v.Bytes())
		}
	} else {
		b := ev.Bytes(f.source)
		if addr, ok := ipaddr.Parse(b); ok && f.list == none { // nearly all of them
			p.setIP(ev, b, addr)
			return event.Keep
		}
		p.collect(b)
	}
	if len(p.found) == 0 {
		return event.Keep
	}
	if f.list >= 0 {
		ev.Unset(f.list)
		for _, h := range p.found {
			ev.AppendList(f.list, event.StringValue(h.text))
		}
	}
	p.set(ev, p.client())
	return event.Keep
}

// client is the first public address, or else the first element.
func (p *processor) client() host {
	if len(p.found) == 1 {
		return p.found[0]
	}
	for _, h := range p.found {
		if h.ip && ipaddr.Public(h.addr) {
			return h
		}
	}
	return p.found[0]
}

func (p *processor) set(ev *event.Event, h host) {
	f := p.f
	if f.address >= 0 {
		part.Set(ev, f.address, h.text)
	}
	switch {
	case h.ip && f.ip >= 0:
		ev.SetAddr(f.ip, h.text, h.addr)
	case !h.ip && f.domain >= 0:
		part.Set(ev, f.domain, h.text)
	}
	if h.port >= 0 && f.port >= 0 {
		ev.SetInt(f.port, int64(h.port))
	}
}

// setIP sets what a field says that is all one address.
func (p *processor) setIP(ev *event.Event, b []byte, addr netip.Addr) {
	f := p.f
	if f.address >= 0 && (f.address != f.source || ev.Kind(f.source) != event.String) {
		part.Set(ev, f.address, b)
	}
	if f.ip >= 0 {
		ev.SetAddr(f.ip, b, addr)
	}
}

// collect adds the addresses and host names of a text.
func (p *processor) collect(b []byte) {
	for len(b) > 0 {
		end := 0
		for end < len(b) && !separator(b[end]) {
			end++
		}
		if h, ok := read(b[:end]); ok {
			p.found = append(p.found, h)
		}
		b = b[min(end+1, len(b)):]
	}
}

func separator(c byte) bool { return c == ',' || c == ' ' || c == '\t' || c == '"' }

// read says what one element is; ok is false for what is neither an address nor
// a host name, such as unix: or -.
func read(b []byte) (h host, ok bool) {
	if addr, ok := ipaddr.Parse(b); ok {
		return host{text: b, port: -1, ip: true, addr: addr}, true
	}
	if addr, text, port, ok := ipaddr.ParsePort(b); ok {
		return host{text: text, port: port, ip: true, addr: addr}, true
	}
	name, port := ipaddr.CutPort(b)
	return host{text: name, port: port}, hostname(name)
}

// hostname reports whether b is made like a host name.
func hostname(b []byte) bool {
	letter := false
	for _, c := range b {
		switch {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c >= 0x80:
			letter = true
		case c == '-' || c == '.' || c == '_':
		default:
			return false
		}
	}
	return letter
}
