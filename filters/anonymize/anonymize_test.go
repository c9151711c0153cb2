package anonymize

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

func run(t testing.TB, change func(*Config), v event.Value) (any, string) {
	t.Helper()
	c := Defaults()
	c.Fields = []string{"x"}
	if change != nil {
		change(&c)
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	var x event.Slot
	doc, _ := eventtest.Run(t, "", func(s *event.Schema) { x, _ = s.Read("x") },
		func(s *event.Schema) (event.Filter, error) { return New(c, s) },
		func(ev *event.Event) { ev.Set(x, v) })
	return doc["x"], fmt.Sprint(doc["tags"])
}

func str(s string) event.Value { return event.StringValue([]byte(s)) }

func TestTruncate(t *testing.T) {
	for _, tt := range []struct {
		in   event.Value
		want any
	}{
		{str("192.0.2.17"), "192.0.2.0"},
		{event.IPValue([]byte("2001:db8:1:2::3")), "2001:db8:1::"},
		{str("::ffff:192.0.2.17"), "192.0.2.0"},
		{str("host.example.com"), nil},
		{event.IntValue(1), nil},
	} {
		got, tags := run(t, nil, tt.in)
		if got != tt.want || (tags == "[_anonymizefailure]") != (tt.want == nil) {
			t.Errorf("%s: %v, tags %s, want %v", tt.in.Bytes(), got, tags, tt.want)
		}
	}
	if got, _ := run(t, func(c *Config) { c.IPv4Prefix = 16 }, str("192.0.2.17")); got != "192.0.0.0" {
		t.Errorf("16 bits: %v", got)
	}
}

func TestHash(t *testing.T) {
	hash := func(c *Config) { c.Method, c.Key = "hash", "sixteen letters!" }
	me, _ := run(t, hash, str("me"))
	if text, _ := me.(string); len(text) != 32 {
		t.Errorf("hash of text: %v", me)
	}
	if again, _ := run(t, hash, str("me")); again != me {
		t.Errorf("%v, then %v", me, again)
	}
	if other, _ := run(t, hash, str("you")); other == me {
		t.Error("two texts have one hash")
	}
	if other, _ := run(t, func(c *Config) { hash(c); c.Key += "x" }, str("me")); other == me {
		t.Error("the key does not matter")
	}
	v4, _ := run(t, hash, event.IPValue([]byte("192.0.2.17")))
	if addr, err := netip.ParseAddr(fmt.Sprint(v4)); err != nil || addr.As16()[0] != 0xfd {
		t.Errorf("hash of an address: %v", v4)
	}
	if mapped, _ := run(t, hash, str("::ffff:192.0.2.17")); mapped != v4 {
		t.Errorf("the same address in IPv6: %v, want %v", mapped, v4)
	}
	if n, _ := run(t, hash, event.IntValue(7)); len(fmt.Sprint(n)) != 32 {
		t.Errorf("hash of a number: %v", n)
	}
	if b, tags := run(t, hash, event.BoolValue(true)); b != nil || tags != "[_anonymizefailure]" {
		t.Errorf("hash of a truth value: %v, %s", b, tags)
	}
}

func TestLists(t *testing.T) {
	for in, want := range map[string]string{"192.0.2.17 10.1.2.3": "[192.0.2.0 10.1.2.0] <nil>", "192.0.2.17 host": "<nil> [_anonymizefailure]"} {
		c := Defaults()
		c.Fields = []string{"x"}
		var x event.Slot
		doc, _ := eventtest.Run(t, "", func(s *event.Schema) { x, _ = s.Read("x") },
			func(s *event.Schema) (event.Filter, error) { return New(c, s) },
			func(ev *event.Event) {
				for text := range strings.FieldsSeq(in) {
					ev.AppendList(x, str(text))
				}
			})
		if got := fmt.Sprint(doc["x"], doc["tags"]); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Fields = nil }, "fields: "},
		{func(c *Config) { c.Method = "mask" }, "method: "},
		{func(c *Config) { c.Method, c.Key = "hash", "short" }, "key: has 5 characters"},
		{func(c *Config) { c.IPv4Prefix = 32 }, "ipv4_prefix: "},
		{func(c *Config) { c.IPv6Prefix = -1 }, "ipv6_prefix: "},
		{func(c *Config) { c.Fields = []string{"a..b"} }, "fields[0]: "},
	} {
		c := Defaults()
		tt.change(&c)
		err := c.Validate()
		if err == nil {
			_, err = New(c, event.NewSchema())
		}
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) || strings.Contains(err.Error(), "short") {
			t.Errorf("err = %v, want %q", err, tt.want)
		}
	}
}

func row(t testing.TB, method string) func() {
	c := Defaults()
	c.Fields, c.Method, c.Key = []string{"message"}, method, "sixteen letters!"
	s := event.NewSchema()
	f, err := New(c, s)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	ev, p := event.NewEvent(s), f.Processor()
	line := []byte("192.0.2.17")
	return func() { ev.Reset(nil, line, 0); p.Process(ev) }
}

func TestDoesNotAllocate(t *testing.T) {
	for _, method := range []string{"truncate", "hash"} {
		process := row(t, method)
		for range 10 {
			process()
		}
		if n := testing.AllocsPerRun(100, process); n != 0 {
			t.Errorf("%s: %v allocations", method, n)
		}
	}
}

func BenchmarkTruncate(b *testing.B) { benchmark(b, "truncate") }
func BenchmarkHash(b *testing.B)     { benchmark(b, "hash") }

func benchmark(b *testing.B, method string) {
	process := row(b, method)
	b.ReportAllocs()
	for b.Loop() {
		process()
	}
}
