package split

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

func config(change func(*Config)) Config {
	c := Defaults()
	c.Field, c.Target = "message", "list"
	if change != nil {
		change(&c)
	}
	return c
}

func TestProcess(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		c        Config
		want     string
	}{
		{"list", "a, b ,c", config(nil), `["a","b","c"]`},
		{"one", "a", config(nil), `["a"]`},
		{"nothing", "", config(nil), `[]`},
		{"empty ones", ",a,,b,", config(nil), `["a","b"]`},
		{"empty ones kept", ",a,", config(func(c *Config) { c.KeepEmpty = true }), `["","a",""]`},
		{"not trimmed", "a, b", config(func(c *Config) { c.Trim = false }), `["a"," b"]`},
		{"long separator", "a::b:c", config(func(c *Config) { c.Separator = "::" }), `["a","b:c"]`},
		{"in place", "a,b", config(func(c *Config) { c.Target = "" }), `null`},
	} {
		doc, _ := eventtest.Run(t, tt.in, nil, func(s *event.Schema) (event.Filter, error) { return New(tt.c, s) }, nil)
		got, err := json.Marshal(doc["list"])
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		if message, same := doc["message"].(string); same != (tt.want != "null") || same && message != tt.in {
			t.Errorf("%s: message = %v", tt.name, doc["message"])
		}
	}
}

func TestErrors(t *testing.T) {
	c := config(func(c *Config) { c.Separator = "" })
	if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), "separator: ") {
		t.Errorf("err = %v", err)
	}
	if _, err := New(config(func(c *Config) { c.Field, c.Target = "a..b", "tags" }), event.NewSchema()); err == nil {
		t.Error("bad fields: no error")
	}
}

func row(t testing.TB) (*event.Event, event.Processor) {
	s := event.NewSchema()
	f, err := New(config(nil), s)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	return event.NewEvent(s), f.Processor()
}

func TestDoesNotAllocate(t *testing.T) {
	ev, p := row(t)
	line := []byte("10.0.0.1, 10.0.0.2, 8.8.8.8")
	run := func() { ev.Reset(nil, line, 0); p.Process(ev) }
	run()
	if n := testing.AllocsPerRun(100, run); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkProcess(b *testing.B) {
	ev, p := row(b)
	line := []byte("10.0.0.1, 10.0.0.2, 8.8.8.8")
	b.ReportAllocs()
	for b.Loop() {
		ev.Reset(nil, line, 0)
		p.Process(ev)
	}
}
