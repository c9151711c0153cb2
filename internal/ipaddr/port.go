package ipaddr

import (
	"bytes"
	"net/netip"
)

// ParsePort reads an address with a port, 192.0.2.1:80 or [2001:db8::1]:80, or an
// IPv6 address in brackets without one (port is -1 then). Text is the address
// alone.
func ParsePort(b []byte) (addr netip.Addr, text []byte, port int, ok bool) {
	text, port = b, -1
	rest := []byte(nil)
	if len(b) > 0 && b[0] == '[' {
		end := bytes.IndexByte(b, ']')
		if end < 0 {
			return addr, nil, -1, false
		}
		text, rest = b[1:end], b[end+1:]
	} else if i := bytes.IndexByte(b, ':'); i >= 0 {
		text, rest = b[:i], b[i:]
	}
	if len(rest) > 0 {
		if port = number(rest[1:]); rest[0] != ':' || port < 0 {
			return addr, nil, -1, false
		}
	}
	addr, ok = Parse(text)
	return addr, text, port, ok
}

// CutPort parts a host name from its port, example.com:80. Port is -1, and host
// all of b, where there is none.
func CutPort(b []byte) (host []byte, port int) {
	if i := bytes.IndexByte(b, ':'); i >= 0 {
		if port := number(b[i+1:]); port >= 0 {
			return b[:i], port
		}
	}
	return b, -1
}

// number reads a port, -1 when b is none.
func number(b []byte) int {
	if len(b) == 0 || len(b) > 5 {
		return -1
	}
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	if n > 65535 {
		return -1
	}
	return n
}
