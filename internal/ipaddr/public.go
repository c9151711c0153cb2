package ipaddr

import "net/netip"

// special6 are IPv6 ranges that are not in use on the public Internet, beyond
// those that net/netip names: IANA's special-purpose registry.
var special6 = [...]netip.Prefix{
	netip.MustParsePrefix("100::/64"),      // discard
	netip.MustParsePrefix("2001:db8::/32"), // documentation
	netip.MustParsePrefix("3fff::/20"),     // documentation
}

// Public reports whether an address can belong to somebody on the Internet: it
// is not private, local, multicast, reserved or for documentation. An IPv4
// address inside an IPv6 one counts as what it is.
func Public(addr netip.Addr) bool {
	addr = addr.Unmap()
	if addr.Is4() {
		return public4(addr.As4())
	}
	if !addr.IsGlobalUnicast() || addr.IsPrivate() {
		return false
	}
	for _, p := range special6 {
		if p.Contains(addr) {
			return false
		}
	}
	return true
}

// public4 knows IANA's special-purpose registry for IPv4.
func public4(a [4]byte) bool {
	switch a[0] {
	case 0, 10, 127: // this network, private, loopback
		return false
	case 100: // carrier-grade NAT, 100.64.0.0/10
		return a[1]&0xc0 != 64
	case 169: // link-local
		return a[1] != 254
	case 172: // private, 172.16.0.0/12
		return a[1]&0xf0 != 16
	case 192: // private; protocol assignments; documentation
		return a[1] != 168 && !(a[1] == 0 && (a[2] == 0 || a[2] == 2))
	case 198: // benchmarks, 198.18.0.0/15; documentation
		return a[1]&0xfe != 18 && !(a[1] == 51 && a[2] == 100)
	case 203: // documentation
		return !(a[1] == 0 && a[2] == 113)
	}
	return a[0] < 224 // multicast, reserved, broadcast
}
