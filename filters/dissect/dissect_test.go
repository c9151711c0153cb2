package dissect

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

func run(t testing.TB, change func(*Config), mapping, text string) string {
	t.Helper()
	c := Defaults()
	c.Mapping = mapping
	if change != nil {
		change(&c)
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	doc, verdict := eventtest.Run(t, text, nil, func(s *event.Schema) (event.Filter, error) { return New(c, s) }, nil)
	if verdict != event.Keep {
		t.Errorf("verdict %v", verdict)
	}
	b, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestProcess(t *testing.T) {
	fail := func(mapping, text string) string {
		b, _ := json.Marshal(map[string]any{"error": map[string]any{"message": "text does not fit " + mapping}, "message": text, "tags": []string{"_dissectfailure"}})
		return string(b)
	}
	for _, tt := range []struct{ mapping, in, want string }{
		{"%{a} %{b}", "x y z", `{"a":"x","b":"y z"}`},
		{"%{a}", "x", `{"a":"x"}`},
		{"<%{a}> %{b};", "<x> y;", `{"a":"x","b":"y"}`},
		{"%{a};", "x;y;", `{"a":"x;y"}`},
		{"%{[a][b]},%{n:int},%{f:float},%{t:boolean}", "x,7,0.5,true", `{"a":{"b":"x"},"f":0.5,"n":7,"t":true}`},
		{"%{} %{?skipped} %{a}", "x y z", `{"a":"z"}`},
		{"%{ts} %{+ts} %{a}", "Jan 1 x", `{"a":"x","ts":"Jan 1"}`},
		{"%{+ts/2} %{+ts/1}:%{a}", "1 Jan:x", `{"a":"x","ts":"Jan 1"}`},
		{"%{a->} %{b}", "x    y", `{"a":"x","b":"y"}`},
		{"%{a->} [%{b}]", "x   [y]", `{"a":"x","b":"y"}`},
		{"%{a->}한%{b}", "x한한y", `{"a":"x","b":"y"}`},
		{"%{a->} ", "x    ", `{"a":"x"}`},
		{"%{a} %{b}", "- y", `{"b":"y"}`},
		{"%{a},%{b}", ",y", `{"b":"y"}`},
		{"%{n:int} %{message}", "1 rest", `{"message":"rest","n":1}`},
		{"%{a}한%{b}", "x한글", `{"a":"x","b":"글"}`},
		{"%{*k}=%{&k} %{*l}:%{&l}", "x=1 a.b:c", `{"labels":{"a.b":"c","x":"1"}}`},
		{"%{*k}=%{&k} %{*l}=%{&l} %{*m}=%{&m}", "x=1 x=2 y=-", `{"labels":{"x":"2"}}`},
		{"%{&k} %{a} %{*k}", "1 2 ", `{"a":"2"}`},
		{"%{a},%{b}", "x", fail("%{a},%{b}", "x")},
		{"<%{a}>", "x>", fail("<%{a}>", "x>")},
		{"<%{a}>", "<x", fail("<%{a}>", "<x")},
		{"%{a->} ", "x y", fail("%{a->} ", "x y")},
		{"%{a} %{n:int}", "x y", `{"a":"x","error":{"message":"a field is not of the type that the mapping gives it"},"message":"x y","tags":["_dissectfailure"]}`},
	} {
		if got := run(t, nil, tt.mapping, tt.in); got != tt.want {
			t.Errorf("%s of %q\n got %s\nwant %s", tt.mapping, tt.in, got, tt.want)
		}
	}
	root := func(c *Config) { c.Target = "" }
	if got := run(t, root, "%{*k}=%{&k} %{*l}=%{&l} %{*m}=%{&m}", "message=x tags=y @timestamp=2018-04-26T01:28:08Z"); got != `{"@timestamp":"2018-04-26T01:28:08.000Z","dissect.tags":"y","message":"x"}` {
		t.Errorf("into the document: %s", got)
	}
	if got := run(t, func(c *Config) { c.KeepSource = true }, "%{a}", "x"); got != `{"a":"x","message":"x"}` {
		t.Errorf("kept: %s", got)
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct{ mapping, want string }{
		{"", "has no field"},
		{"%{a", "%{a is not closed"},
		{"%{a}%{b}", "nothing stands between %{a}"},
		{"%{a} %{a}", "stands there twice"},
		{"%{a:integer}", `unknown type "integer"`},
		{"%{&a}", "%{&a} needs a %{*a}"},
		{"%{*a} %{b}", "%{*a} needs a %{&a}"},
		{"%{*a} %{*a} %{&a}", "%{*a} stands there twice"},
		{"%{*}", "give the pair a name"},
		{"%{+a/x} %{b}", "no place in an order"},
		{"%{a->}", "needs a delimiter"},
		{"%{a..b}", "empty part"},
	} {
		c := Defaults()
		c.Mapping = tt.mapping
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "mapping: ") {
			t.Errorf("%s: err = %v, want %q", tt.mapping, err, tt.want)
		}
	}
	c := Defaults()
	c.Mapping, c.Field = "%{a} %{message.x}", "a..b"
	if _, err := New(c, event.NewSchema()); err == nil || !strings.Contains(err.Error(), "field: ") || !strings.Contains(err.Error(), "message.x") {
		t.Errorf("err = %v", err)
	}
}

// Any mapping is refused or works on any text.
func FuzzProcess(f *testing.F) {
	f.Add("%{*a->} [%{&a}]", "x  [y]")
	f.Add("%{a->} [%{+b/2}] %{+b/1}:%{n:int}", "x  [y] z:1")
	f.Fuzz(func(t *testing.T, mapping, text string) {
		if strings.ToValidUTF8(text, "") != text {
			return
		}
		c := Defaults()
		c.Mapping = mapping
		s := event.NewSchema()
		if _, err := New(c, s); err != nil {
			return
		}
		run(t, nil, mapping, text)
	})
}

const combined = `1.2.3.4 - team=web frank [26/Apr/2018:01:28:08 +0900] "GET /shop/list.html?page=3 HTTP/1.1" 200 5120`

func row(t testing.TB) (*event.Event, event.Processor) {
	c := Defaults()
	c.Mapping = `%{source.address} %{} %{*who}=%{&who} %{user.name} [%{+time} %{+time}] "%{http.request.method} %{url.original} HTTP/%{http.version}" %{http.response.status_code:int} %{http.response.body.bytes:long}`
	s := event.NewSchema()
	f, err := New(c, s)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	return event.NewEvent(s), f.Processor()
}

func TestDoesNotAllocate(t *testing.T) {
	ev, p := row(t)
	for _, text := range []string{combined, "no match"} {
		line := []byte(text)
		run := func() { ev.Reset(nil, line, 0); p.Process(ev) }
		run()
		if n := testing.AllocsPerRun(100, run); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}

func BenchmarkCombined(b *testing.B) {
	ev, p := row(b)
	line := []byte(combined)
	b.ReportAllocs()
	for b.Loop() {
		ev.Reset(nil, line, 0)
		p.Process(ev)
	}
}
