package redact

import (
	"bytes"

	"github.com/naru-log/naru/event"
)

// first gives where the first secret value begins, -1 when there is none.
func (f *Filter) first(b []byte) int { return f.next(b, 0) }

// next gives where the first secret value at or after from begins.
func (f *Filter) next(b []byte, from int) int {
	for {
		i := bytes.IndexByte(b[from:], '=')
		if i < 0 {
			return -1
		}
		i += from
		if f.names(b[from:i]) {
			return i + 1
		}
		from = i + 1
	}
}

// names reports whether b ends in the name of a secret parameter. The name
// begins after the last byte that cannot be part of one.
func (f *Filter) names(b []byte) bool {
	start := len(b)
	for start > 0 && !boundary(b[start-1]) {
		start--
	}
	b = b[start:]
	if len(b) > 3*maxName {
		return false
	}
	var name [3 * maxName]byte
	n := 0
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c == '%' && i+2 < len(b) {
			if v, ok := unhex(b[i+1], b[i+2]); ok {
				c = v
				i += 2
			}
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		name[n] = c
		n++
	}
	return f.secret[string(name[:n])]
}

// boundary reports whether c stands between parameters, or around a query.
func boundary(c byte) bool {
	switch c {
	case '?', '&', ';', '#', '/', ' ', '"', '\'', ',', '=', '<', '(', '[', '{', '\t', '\n':
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

// redact copies b into the event's scratch without the secrets.
func (f *Filter) redact(ev *event.Event, b []byte) []byte {
	out := ev.Scratch()
	at := 0
	for {
		start := f.next(b, at)
		if start < 0 {
			break
		}
		end := start
		for end < len(b) && !after(b[end]) {
			end++
		}
		out = append(out, b[at:start]...)
		if end > start {
			out = append(out, f.replacement...)
		}
		at = end
	}
	return ev.Keep(append(out, b[at:]...))
}

func unhex(high, low byte) (byte, bool) {
	h, l := digit(high), digit(low)
	return h<<4 | l, h|l <= 15
}

// digit is the value of a hexadecimal digit, 255 for another byte.
func digit(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}
