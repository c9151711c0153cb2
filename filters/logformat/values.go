package logformat

import (
	"bytes"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/filters/logformat/format"
	"github.com/naru-log/naru/internal/ipaddr"
)

// request takes a request line apart. What is none is kept as it was logged.
func (p *processor) request(ev *event.Event, to *targets, b []byte) {
	method, rest, found := bytes.Cut(b, []byte{' '})
	if !found || !token(method) || len(rest) == 0 {
		p.raw(ev, to[3], b)
		return
	}
	url, proto := rest, []byte(nil)
	if i := bytes.LastIndexByte(rest, ' '); i >= 0 {
		if url, proto = rest[:i], version(rest[i+1:]); len(proto) == len(rest)-i-1 || bytes.IndexByte(url, ' ') >= 0 {
			p.raw(ev, to[3], b)
			return
		}
	}
	p.raw(ev, to[0], method)
	p.raw(ev, to[1], url)
	if proto != nil {
		p.raw(ev, to[2], proto)
	}
}

// token reports whether b is made as methods are: letters, digits, _ and -.
func token(b []byte) bool {
	for _, c := range b {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			if c-'0' > 9 && c != '_' && c != '-' {
				return false
			}
		}
	}
	return len(b) > 0
}

// version is what follows HTTP/; b itself when it is no version of HTTP.
func version(b []byte) []byte {
	rest, ok := bytes.CutPrefix(b, []byte("HTTP/"))
	if !ok || len(rest) == 0 || rest[0]-'0' > 9 {
		return b
	}
	for _, c := range rest {
		if c-'0' > 9 && c != '.' {
			return b
		}
	}
	return rest
}

// arguments stores a query without its question mark.
func (p *processor) arguments(ev *event.Event, slot event.Slot, b []byte) {
	if b = bytes.TrimPrefix(b, []byte{'?'}); len(b) > 0 {
		p.raw(ev, slot, b)
	}
}

// connection spells out what became of a connection.
func connection(c byte) string {
	switch c {
	case 'X':
		return "aborted"
	case '+':
		return "keep-alive"
	}
	return "close"
}

// protocol splits TLSv1.2.
func (p *processor) protocol(ev *event.Event, to *targets, b []byte) {
	name, number, found := bytes.Cut(b, []byte{'v'})
	if !found {
		p.text(ev, to[0], b)
		return
	}
	p.raw(ev, to[0], number)
	if string(name) == "TLS" {
		ev.SetString(to[1], "tls")
	} else {
		ev.SetString(to[1], "ssl")
	}
}

// hostPort splits www.example.com:8080 and [2001:db8::1]:8080.
func (p *processor) hostPort(ev *event.Event, to *targets, b []byte) {
	i := bytes.LastIndexByte(b, ':')
	if i <= 0 || bytes.IndexByte(b[i:], ']') >= 0 {
		p.text(ev, to[0], b)
		return
	}
	n, ok := format.Integer(b[i+1:])
	if !ok || n < 1 || n > 65535 {
		p.text(ev, to[0], b)
		return
	}
	p.text(ev, to[0], b[:i])
	if !ev.Has(to[1]) {
		ev.SetInt(to[1], n)
	}
}

// address stores an address, or the path of a socket beside it.
func (p *processor) address(ev *event.Event, to *targets, b []byte) {
	if _, ok := ipaddr.Parse(b); ok {
		ev.SetIP(to[0], b)
		return
	}
	p.text(ev, to[1], b)
}

// list stores what several upstreams did, one element each.
func (p *processor) list(ev *event.Event, x *format.Field, slot event.Slot, b []byte) {
	for len(b) > 0 {
		n := separator(b)
		item := b[:n]
		if b = b[n:]; len(b) > 0 {
			b = b[1+bytes.IndexByte(b[1:], ' ')+1:] // ", " or " : "
		}
		if len(item) == 0 || len(item) == 1 && item[0] == '-' {
			continue
		}
		switch x.Meaning {
		case format.Ints:
			if n, ok := format.Integer(item); ok {
				ev.AppendList(slot, event.IntValue(n))
			}
		case format.Floats:
			ev.AppendList(slot, event.FloatValue(format.Number64(item)))
		default:
			if p.line {
				ev.AppendList(slot, event.SubValue(item))
			} else {
				ev.AppendList(slot, event.StringValue(item))
			}
		}
	}
}

// separator is where an item of a list ends.
func separator(b []byte) int {
	for i := range b {
		if b[i] == ' ' || b[i] == ',' && i+1 < len(b) && b[i+1] == ' ' {
			return i
		}
	}
	return len(b)
}
