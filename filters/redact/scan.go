package redact

import (
	"bytes"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/hexpair"
)

// secrets finds the values of secret parameters in a text, in their order.
type secrets struct {
	f            *Filter
	text         []byte
	at           int // what lies before is done
	sign, escape int // the next = and %3D at or after at, the length of text for none
}

func (f *Filter) secretsIn(b []byte) secrets {
	return secrets{f: f, text: b, sign: indexFrom(b, 0, '='), escape: escapedSign(b, 0)}
}

// next gives where the next secret value begins and ends; ok is false when there
// is none. In a URL that is the value of a parameter itself, = is written %3D.
func (s *secrets) next() (begin, end int, ok bool) {
	for s.sign < len(s.text) || s.escape < len(s.text) {
		name, width := s.sign, len("=")
		if s.escape < s.sign {
			name, width = s.escape, len("%3D")
		}
		secret := s.f.names(s.text[s.at:name])
		begin, end = name+width, name+width
		if secret {
			end = valueEnd(s.text, begin, width > 1)
		}
		s.at = end
		if s.sign < end {
			s.sign = indexFrom(s.text, end, '=')
		}
		if s.escape < end {
			s.escape = escapedSign(s.text, end)
		}
		if secret {
			return begin, end, true
		}
	}
	return 0, 0, false
}

func indexFrom(b []byte, from int, c byte) int {
	if i := bytes.IndexByte(b[from:], c); i >= 0 {
		return from + i
	}
	return len(b)
}

// escapedSign finds %3D.
func escapedSign(b []byte, from int) int {
	for {
		i := indexFrom(b, from, '%')
		if i+2 >= len(b) {
			return len(b)
		}
		if c, ok := hexpair.Decode(b[i+1], b[i+2]); ok && c == '=' {
			return i
		}
		from = i + 1
	}
}

// valueEnd finds the end of a value. One whose = was escaped also ends where an
// escape stands for what ends values.
func valueEnd(b []byte, at int, escaped bool) int {
	for ; at < len(b) && !after(b[at]); at++ {
		if escaped && b[at] == '%' && at+2 < len(b) {
			if c, ok := hexpair.Decode(b[at+1], b[at+2]); ok && after(c) {
				return at
			}
		}
	}
	return at
}

// names reports whether b ends in the name of a secret parameter, as token,
// token[0] and user[token] are. The name begins after the last byte that cannot
// be part of one, written plainly or escaped.
func (f *Filter) names(b []byte) bool {
	b = b[nameStart(b):]
	if len(b) > 3*maxName {
		return false
	}
	var name [3 * maxName]byte
	n, brackets := 0, false
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c == '%' && i+2 < len(b) {
			if v, ok := hexpair.Decode(b[i+1], b[i+2]); ok {
				c = v
				i += 2
			}
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		brackets = brackets || c == '['
		name[n] = c
		n++
	}
	if !brackets {
		return f.secret[string(name[:n])]
	}
	for rest, more := name[:n], true; more; {
		var part []byte
		part, rest, more = bytes.Cut(rest, []byte{'['})
		if f.secret[string(bytes.TrimSuffix(part, []byte{']'}))] {
			return true
		}
	}
	return false
}

func nameStart(b []byte) int {
	start := len(b)
	for ; start > 0 && !boundary(b[start-1]); start-- {
		if b[start-1] == '%' && start+2 <= len(b) {
			if c, ok := hexpair.Decode(b[start], b[start+1]); ok && boundary(c) {
				return start + 2
			}
		}
	}
	return start
}

// boundary reports whether c stands between parameters, or around a query.
func boundary(c byte) bool {
	switch c {
	case '?', '&', ';', '#', '/', ' ', '"', '\'', ',', '=', '<', '(', '{', '\t', '\n':
		return true
	}
	return false
}

// after reports whether c ends a value.
func after(c byte) bool {
	switch c {
	case '&', ';', '#', ' ', '"', '\'', '<', '>', '\t', '\n', '\r':
		return true
	}
	return false
}

// redact copies b into the event's scratch without the secrets; changed is false,
// and nothing copied, when there are none.
func (f *Filter) redact(ev *event.Event, b []byte) (out []byte, changed bool) {
	s := f.secretsIn(b)
	begin, end, ok := s.next()
	if !ok {
		return b, false
	}
	out = ev.Scratch()
	at := 0
	for ; ok; begin, end, ok = s.next() {
		out = append(out, b[at:begin]...)
		if end > begin {
			out = append(out, f.replacement...)
		}
		at = end
	}
	return ev.Keep(append(out, b[at:]...)), true
}
