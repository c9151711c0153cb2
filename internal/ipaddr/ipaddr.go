// Package ipaddr reads addresses from log text without allocating.
package ipaddr

import (
	"net/netip"
	"unsafe"
)

// maxText is the longest text of an address: an IPv6 address that ends in a
// dotted IPv4 one.
const maxText = len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255")

// Parse reads an IPv4 or IPv6 address. Zones, brackets and ports are no part
// of an address here, and an IPv4 number has no leading zeros.
func Parse(b []byte) (netip.Addr, bool) {
	if len(b) == 0 || len(b) > maxText {
		return netip.Addr{}, false
	}
	if addr, ok := parse4(b); ok {
		return addr, true
	}
	colon := false
	for _, c := range b {
		switch {
		case c == ':':
			colon = true
		case '0' <= c && c <= '9' || c == '.' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F':
		default:
			return netip.Addr{}, false
		}
	}
	if !colon {
		return netip.Addr{}, false
	}
	addr, err := netip.ParseAddr(unsafe.String(&b[0], len(b)))
	return addr, err == nil
}

func parse4(b []byte) (netip.Addr, bool) {
	var a [4]byte
	part, n, digits := 0, 0, 0
	for _, c := range b {
		switch {
		case c == '.':
			if digits == 0 || part == 3 {
				return netip.Addr{}, false
			}
			a[part] = byte(n)
			part, n, digits = part+1, 0, 0
		case c < '0' || c > '9' || digits > 0 && n == 0: // no digit, or a leading zero
			return netip.Addr{}, false
		default:
			n = n*10 + int(c-'0')
			digits++
			if n > 255 {
				return netip.Addr{}, false
			}
		}
	}
	if part != 3 || digits == 0 {
		return netip.Addr{}, false
	}
	a[3] = byte(n)
	return netip.AddrFrom4(a), true
}
