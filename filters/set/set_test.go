package set

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/expr"
	"github.com/naru-log/naru/internal/eventtest"
)

// fields makes Fields of name, expression, name, expression …
func fields(t testing.TB, pairs ...string) Config {
	t.Helper()
	var c Config
	for i := 0; i < len(pairs); i += 2 {
		value, diags := expr.Parse(pairs[i+1], "test.hcl", nil)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		c.Fields = append(c.Fields, expr.Field{Name: pairs[i], Value: value})
	}
	return c
}

func TestProcess(t *testing.T) {
	var status, list event.Slot
	for _, tt := range []struct {
		name  string
		pairs []string
		want  string
	}{
		{"text", []string{"event.reason", `"request timeout"`}, `{"event":{"reason":"request timeout"},"list":["a","b"],"message":"x","status":408}`},
		{"number", []string{"n", `408`}, `{"list":["a","b"],"message":"x","n":408,"status":408}`},
		{"list", []string{"event.category", `["web"]`}, `{"event":{"category":["web"]},"list":["a","b"],"message":"x","status":408}`},
		{"another field", []string{"event.original", `message`}, `{"event":{"original":"x"},"list":["a","b"],"message":"x","status":408}`},
		{"a list field", []string{"copy", `list`}, `{"copy":["a","b"],"list":["a","b"],"message":"x","status":408}`},
		{"a list of fields", []string{"copy", `[message, other, status + 1, list, "c"]`}, `{"copy":["x",409,"a","b","c"],"list":["a","b"],"message":"x","status":408}`},
		{"a field added to its own list", []string{"list", `([list, message])`}, `{"list":["a","b","x"],"message":"x","status":408}`},
		{"a list without elements", []string{"list", `[other, "${other}"]`}, `{"list":["a","b"],"message":"x","status":408}`},
		{"an expression", []string{"bad", `status >= 400`}, `{"bad":true,"list":["a","b"],"message":"x","status":408}`},
		{"a template", []string{"text", `"${message}: ${status}"`}, `{"list":["a","b"],"message":"x","status":408,"text":"x: 408"}`},
		{"in order", []string{"a", `message`, "message", `"y"`, "b", `message`}, `{"a":"x","b":"y","list":["a","b"],"message":"y","status":408}`},
		{"a missing field", []string{"message", `other`, "list", `"${other}!"`}, `{"list":["a","b"],"message":"x","status":408}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := fields(t, tt.pairs...)
			if err := c.Validate(); err != nil {
				t.Fatal(err)
			}
			doc, _ := eventtest.Run(t, "x", func(s *event.Schema) {
				list, _ = s.Slot("list", event.List)
				status, _ = s.Slot("status", event.Int)
			}, func(s *event.Schema) (event.Filter, error) { return New(c, s) }, func(ev *event.Event) {
				ev.SetInt(status, 408)
				ev.AppendList(list, event.StringValue([]byte("a")))
				ev.AppendList(list, event.StringValue([]byte("b")))
			})
			b, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			if string(b) != tt.want {
				t.Errorf("\n got %s\nwant %s", b, tt.want)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	c := Defaults()
	if c.Validate() == nil {
		t.Error("no fields: no error")
	}
	for _, tt := range []struct{ name, value, want string }{
		{"a..b", `1`, `fields["a..b"]: field name`},
		{"tags", `"x"`, `filter "tag"`},
		{"a", `nosuch(message)`, `fields["a"]: `},
		{"a", `[message, ["x"]]`, "The elements of a list are texts"},
		{"a", `[message, [message]]`, "A list made of fields"},
		{"tags", `[message]`, `filter "tag"`},
	} {
		if _, err := New(fields(t, tt.name, tt.value), event.NewSchema()); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s = %s: err = %v", tt.name, tt.value, err)
		}
	}
	_, err := New(fields(t, "a", `nosuch(message)`), event.NewSchema())
	if where, ok := errors.AsType[*expr.Error](err); !ok || len(where.Diagnostics) == 0 {
		t.Errorf("the diagnostics got lost: %v", err)
	}
}

func row(t testing.TB) (*event.Event, event.Processor) {
	s := event.NewSchema()
	f, err := New(fields(t, "event.reason", `"request timeout"`, "event.original", `message`, "text", `"<${message}>"`, "both", `[message, text]`), s)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	return event.NewEvent(s), f.Processor()
}

func TestDoesNotAllocate(t *testing.T) {
	ev, p := row(t)
	line := []byte("some text")
	run := func() { ev.Reset(nil, line, 0); p.Process(ev) }
	for range 10 {
		run()
	}
	if n := testing.AllocsPerRun(100, run); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkProcess(b *testing.B) {
	ev, p := row(b)
	line := []byte("some text")
	b.ReportAllocs()
	for b.Loop() {
		ev.Reset(nil, line, 0)
		p.Process(ev)
	}
}
