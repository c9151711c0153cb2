package url

import (
	"bytes"
	"unicode/utf8"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/hexpair"
	"github.com/naru-log/naru/internal/part"
)

// set stores text that has no escapes.
func (p *processor) set(ev *event.Event, slot event.Slot, b []byte) {
	if len(b) > 0 {
		part.Set(ev, slot, b)
	}
}

// decoded stores text with its escapes resolved.
func (p *processor) decoded(ev *event.Event, slot event.Slot, b []byte) {
	if len(b) == 0 {
		return
	}
	if !p.escapes || bytes.IndexByte(b, '%') < 0 {
		part.Set(ev, slot, b)
		return
	}
	ev.SetBytes(slot, p.decode(ev, b, false))
}

// path sets the path and the extension of its last segment.
func (p *processor) path(ev *event.Event, b []byte) {
	if len(b) == 0 {
		return
	}
	p.decoded(ev, p.f.path, b)
	b = ev.Bytes(p.f.path)
	b = b[bytes.LastIndexByte(b, '/')+1:]
	if i := bytes.LastIndexByte(b, '.'); i >= 0 {
		p.set(ev, p.f.extension, b[i+1:])
	}
}

// authority sets user, host and port.
func (p *processor) authority(ev *event.Event, b []byte) {
	if len(b) == 0 {
		return
	}
	if i := bytes.LastIndexByte(b, '@'); i >= 0 {
		user := b[:i]
		b = b[i+1:]
		if k := bytes.IndexByte(user, ':'); k >= 0 {
			p.decoded(ev, p.f.password, user[k+1:])
			user = user[:k]
		}
		p.decoded(ev, p.f.username, user)
	}
	if i := bytes.LastIndexByte(b, ':'); i >= 0 && bytes.IndexByte(b[i:], ']') < 0 {
		if n := port(b[i+1:]); n >= 0 {
			ev.SetInt(p.f.port, int64(n))
		}
		b = b[:i]
	}
	p.set(ev, p.f.domain, b)
}

// param sets one parameter of the query; one that comes again makes a list.
func (p *processor) param(ev *event.Event, want *param, query []byte) {
	for len(query) > 0 {
		pair := query
		if i := bytes.IndexByte(query, '&'); i >= 0 {
			pair, query = query[:i], query[i+1:]
		} else {
			query = nil
		}
		name, value := pair, []byte(nil)
		if i := bytes.IndexByte(pair, '='); i >= 0 {
			name, value = pair[:i], pair[i+1:]
		}
		if !p.named(ev, name, want.name) {
			continue
		}
		v := event.StringValue(value)
		if escaped(value) {
			v = event.StringValue(p.decode(ev, value, true))
		}
		if !ev.Has(want.slot) {
			ev.Set(want.slot, v)
		} else {
			ev.AppendList(want.slot, v)
		}
	}
}

// escaped reports whether a name or a value of a form is not what it stands for.
func escaped(b []byte) bool {
	for _, c := range b {
		if c == '%' || c == '+' {
			return true
		}
	}
	return false
}

func (p *processor) named(ev *event.Event, name []byte, want string) bool {
	if escaped(name) {
		name = p.decode(ev, name, true)
	}
	return string(name) == want
}

// decode resolves escapes, with form also + for a space, and gives valid UTF-8
// in the event's scratch: bytes that are not UTF-8 go through the fallback
// encoding, or become U+FFFD. What is no escape stays.
func (p *processor) decode(ev *event.Event, b []byte, form bool) []byte {
	out := ev.Scratch()
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case c == '%':
			if v, ok := unhex(b[i:]); ok {
				c = v
				i += 2
			}
		case form && c == '+':
			c = ' '
		}
		out = append(out, c)
	}
	if utf8.Valid(out) {
		return ev.Keep(out)
	}
	raw := append(p.raw[:0], out...)
	p.raw = raw
	if out, ok := p.legacy(ev, raw); ok {
		return out
	}
	return ev.Keep(replace(ev.Scratch(), raw))
}

// legacy decodes through the fallback encoding; false when there is none or the
// bytes are not of it either.
func (p *processor) legacy(ev *event.Event, raw []byte) ([]byte, bool) {
	if p.decoder == nil {
		return nil, false
	}
	out := ev.Scratch()
	if need := 3 * len(raw); cap(out) < need { // two bytes of EUC-KR are three of UTF-8 at most
		out = make([]byte, 0, need)
	}
	p.decoder.Reset()
	n, _, err := p.decoder.Transform(out[:cap(out)], raw, true)
	if err != nil || bytes.Contains(out[:n], []byte("\ufffd")) {
		return nil, false
	}
	return ev.Keep(out[:n]), true
}

// replace writes U+FFFD for each sequence that UTF-8 breaks off, as the Unicode
// standard recommends in section 3.9 and Java does.
func replace(dst, raw []byte) []byte {
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		if r == utf8.RuneError && size == 1 {
			size = brokenLen(raw)
		}
		dst = utf8.AppendRune(dst, r)
		raw = raw[size:]
	}
	return dst
}

// brokenLen is the length of the longest beginning of b that could have become a
// character.
func brokenLen(b []byte) int {
	want, low, high := 0, byte(0x80), byte(0xbf)
	switch c := b[0]; {
	case 0xc2 <= c && c <= 0xdf:
		want = 1
	case 0xe0 <= c && c <= 0xef:
		want = 2
		if c == 0xe0 {
			low = 0xa0
		}
		if c == 0xed {
			high = 0x9f
		}
	case 0xf0 <= c && c <= 0xf4:
		want = 3
		if c == 0xf0 {
			low = 0x90
		}
		if c == 0xf4 {
			high = 0x8f
		}
	}
	n := 1
	for n <= want && n < len(b) && low <= b[n] && b[n] <= high {
		low, high = 0x80, 0xbf
		n++
	}
	return n
}

// unhex reads %XX.
func unhex(b []byte) (byte, bool) {
	if len(b) < 3 {
		return 0, false
	}
	return hexpair.Decode(b[1], b[2])
}
