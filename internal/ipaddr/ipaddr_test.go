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
