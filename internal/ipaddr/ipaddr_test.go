package ipaddr

import (
	"net/netip"
	"strings"
	"testing"
)

var texts = []string{
	"", "1.2.3.4", "255.255.255.255", "256.1.1.1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "01.2.3.4", "0.0.0.0", "1..2.3",
	"::", "::1", "2001:db8::1", "::ffff:1.2.3.4", "fe80::1%eth0", "1:2", "[::1]", "localhost", "unix:", "cafe", "a.b.c.d", "1.2.3.4 ",
	"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "-",
}

func same(t *testing.T, text string) {
	t.Helper()
	want, err := netip.ParseAddr(text)
	got, ok := Parse([]byte(text))
	if ok != (err == nil && !strings.Contains(text, "%")) || ok && got != want {
		t.Errorf("Parse(%q) = %v, %v; net/netip says %v, %v", text, got, ok, want, err)
	}
}

func TestParseAgreesWithNetip(t *testing.T) {
	for _, text := range texts {
		same(t, text)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range texts {
		f.Add(text)
	}
	f.Fuzz(same)
}

func TestDoesNotAllocate(t *testing.T) {
	for _, text := range []string{"1.2.3.4", "2001:db8::1", "localhost"} {
		b := []byte(text)
		if n := testing.AllocsPerRun(100, func() { Parse(b) }); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}

func TestPublic(t *testing.T) {
	for text, want := range map[string]bool{
		"1.2.3.4": true, "223.130.195.200": true, "2a02:cf40::1": true, "::ffff:8.8.8.8": true, "172.32.0.1": true, "100.128.0.1": true,
		"10.0.0.1": false, "172.16.0.1": false, "192.168.1.1": false, "127.0.0.1": false, "169.254.1.1": false, "100.64.1.1": false,
		"192.0.2.1": false, "0.1.2.3": false, "255.255.255.255": false, "224.0.0.1": false, "::1": false, "fe80::1": false, "fd00::1": false,
		"2001:db8::1": false, "::ffff:10.0.0.1": false, "::": false, "198.19.0.1": false,
	} {
		if got := Public(netip.MustParseAddr(text)); got != want {
			t.Errorf("Public(%s) = %v", text, got)
		}
	}
}

func TestParsePort(t *testing.T) {
	for _, tt := range []struct {
		in, text string
		port     int
	}{
		{"192.0.2.1:80", "192.0.2.1", 80},
		{"[2001:db8::1]:65535", "2001:db8::1", 65535},
		{"[2001:db8::1]", "2001:db8::1", -1},
		{"192.0.2.1", "192.0.2.1", -1},
		{"192.0.2.1:", "", -1},
		{"192.0.2.1:65536", "", -1},
		{"192.0.2.1:8x", "", -1},
		{"2001:db8::1", "", -1},
		{"[2001:db8::1", "", -1},
		{"[2001:db8::1]80", "", -1},
		{"localhost:80", "", -1},
		{"", "", -1},
	} {
		addr, text, port, ok := ParsePort([]byte(tt.in))
		if ok != (tt.text != "") || ok && (string(text) != tt.text || port != tt.port || addr != netip.MustParseAddr(tt.text)) {
			t.Errorf("ParsePort(%q) = %v, %q, %d, %v", tt.in, addr, text, port, ok)
		}
	}
}

func TestCutPort(t *testing.T) {
	for _, tt := range []struct {
		in, host string
		port     int
	}{
		{"example.com:80", "example.com", 80},
		{"example.com", "example.com", -1},
		{"example.com:", "example.com:", -1},
		{"example.com:65536", "example.com:65536", -1},
		{"2001:db8::1", "2001:db8::1", -1},
		{":80", "", 80},
		{"", "", -1},
	} {
		if host, port := CutPort([]byte(tt.in)); string(host) != tt.host || port != tt.port {
			t.Errorf("CutPort(%q) = %q, %d", tt.in, host, port)
		}
	}
}

// The table of IANA's registry, range by range.
func TestPublicAgreesWithTheRegistry(t *testing.T) {
	var special []netip.Prefix
	for _, text := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
		"192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	} {
		special = append(special, netip.MustParsePrefix(text))
	}
	check := func(addr netip.Addr) {
		want := true
		for _, p := range special {
			want = want && !p.Contains(addr)
		}
		if Public(addr) != want {
			t.Errorf("Public(%s) = %v", addr, !want)
		}
	}
	for _, p := range special {
		first := p.Addr().As4()
		last := first
		for bit := p.Bits(); bit < 32; bit++ {
			last[bit/8] |= 0x80 >> (bit % 8)
		}
		for _, a := range [][4]byte{first, last} {
			addr := netip.AddrFrom4(a)
			check(addr)
			if addr.Prev().IsValid() {
				check(addr.Prev())
			}
			if addr.Next().IsValid() {
				check(addr.Next())
			}
		}
	}
}
