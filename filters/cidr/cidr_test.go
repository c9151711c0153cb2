package cidr

import (
	"fmt"
	"strings"
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

func config() Config {
	c := Defaults()
	c.Field, c.Tags = "message", []string{"inside"}
	c.Networks = map[string][]string{"office": {"192.0.2.0/24", "2001:db8::/32"}, "vpn": {"192.0.2.128/25"}, "gate": {"192.0.2.129"}}
	return c
}

func TestProcess(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.1": "office", "192.0.2.200": "vpn", "192.0.2.129": "gate", "2001:db8::1": "office", "::ffff:192.0.2.1": "office",
		"192.0.3.1": "<nil>", "host": "<nil>", "": "<nil>",
	} {
		c := config()
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		doc, _ := eventtest.Run(t, in, nil, func(s *event.Schema) (event.Filter, error) { return New(c, s) }, nil)
		got := "<nil>"
		if n, ok := doc["network"].(map[string]any); ok {
			got = fmt.Sprint(n["name"])
		}
		if got != want || (doc["tags"] != nil) != (want != "<nil>") {
			t.Errorf("%s: %v, want %s", in, doc, want)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Networks = nil }, "networks: name at least one"},
		{func(c *Config) { c.Networks = map[string][]string{"a": {"10.0.0.0/40"}} }, `networks["a"]: "10.0.0.0/40" is neither`},
		{func(c *Config) { c.Networks = map[string][]string{"a": nil} }, `networks["a"]: has no network`},
		{func(c *Config) { c.Field = "a..b" }, "field: "},
		{func(c *Config) { c.Target = "tags" }, "target: "},
	} {
		c := config()
		tt.change(&c)
		err := c.Validate()
		if err == nil {
			_, err = New(c, event.NewSchema())
		}
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("err = %v, want %q", err, tt.want)
		}
	}
}

func row(t testing.TB) func() {
	s := event.NewSchema()
	f, err := New(config(), s)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	ev, p := event.NewEvent(s), f.Processor()
	line := []byte("192.0.2.1")
	return func() { ev.Reset(nil, line, 0); p.Process(ev) }
}

func TestDoesNotAllocate(t *testing.T) {
	if n := testing.AllocsPerRun(100, row(t)); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkProcess(b *testing.B) {
	process := row(b)
	b.ReportAllocs()
	for b.Loop() {
		process()
	}
}
