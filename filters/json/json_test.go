package json

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

// run gives the document of a text; named fields are used by others.
func run(t testing.TB, keep bool, text string, named ...string) string {
	t.Helper()
	c := Defaults()
	c.KeepSource = keep
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	doc, verdict := eventtest.Run(t, text, nil, func(s *event.Schema) (event.Filter, error) {
		f, err := New(c, s)
		for _, path := range named {
			if _, err := s.Read(path); err != nil {
				t.Fatal(err)
			}
		}
		return f, err
	}, nil)
	if verdict != event.Keep {
		t.Errorf("verdict %v", verdict)
	}
	b, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestUnnamedMembers(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{`{"a":1,"b":{"c":[1,"x",null]},"d":true}`, `{"json":{"a":1,"b":{"c":[1,"x",null]},"d":true}}`},
		{` { "a" : "\u0041\n" } `, `{"json":{"a":"A\n"}}`},
		{`{}`, `{}`},
		{`{"a":1,"a":2}`, `{"json":{"a":2}}`},
		{`{"a":1,"\u0061":2}`, `{"json":{"a":2}}`},
		{`{"":1,".":2}`, `{"json":{"_":2}}`},
		{`{"a":{"b":1,"c":[{"d":1,"d":2}, [ ] ,[1 , 2]],"b":{"":3}}}`, `{"json":{"a":{"b":{"_":3},"c":[{"d":2},[],[1,2]]}}}`},
	} {
		if got := run(t, false, tt.in); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.in, got, tt.want)
		}
	}
	if got := run(t, true, `{"a":1}`); got != `{"json":{"a":1},"message":"{\"a\":1}"}` {
		t.Errorf("kept: %s", got)
	}
}

func TestNamedFields(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{`{"s":"x","other":1}`, `{"json":{"other":1,"s":"x"}}`},
		{`{"s":"x\ty"}`, `{"json":{"s":"x\ty"}}`},
		{`{"s":"\ud83d\ude00 \ud83d"}`, `{"json":{"s":"😀 ` + "\ufffd" + `"}}`},
		{`{"s":12}`, `{"json":{"s":12}}`},
		{`{"s":-1.5e3}`, `{"json":{"s":-1500}}`},
		{`{"s":false}`, `{"json":{"s":false}}`},
		{`{"s":null}`, `{}`},
		{`{"s":[1,"a",null,{"b":2}]}`, `{"json":{"s":[1,"a",{"b":2}]}}`},
		{`{"s":[[1],2]}`, `{"json":{"s":[[1],2]}}`},
		{`{"s":{"a":1}}`, `{"json":{"s":{"a":1}}}`},
		{`{"o":{"in":7,"rest":{"x":1}},"z":2}`, `{"json":{"o":{"in":7},"o.rest":{"x":1},"z":2}}`},
		{`{"o":{"deep":{"er":"x","b":1}}}`, `{"json":{"o":{"deep":{"er":"x"}},"o.deep.b":1}}`},
		{`{"o.in":7}`, `{"json":{"o":{"in":7}}}`},
		{`{"o":7}`, `{"json":{"o.value":7}}`},
		{`{"s.x":7}`, `{"json":{"s_x":7}}`},
		{`{"s":123456789012345678901234567890}`, `{"json":{"s":1.2345678901234568e+29}}`},
	} {
		if got := run(t, false, tt.in, "json.s", "json.o.in", "json.o.deep.er"); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.in, got, tt.want)
		}
	}
}

// The members of an object become fields of the document.
func TestDocumentAsTarget(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{`{"@timestamp":"2018-04-26T01:28:08.5+09:00","message":"saved","log.level":"INFO","a":{"b":1}}`,
			`{"@timestamp":"2018-04-25T16:28:08.500Z","a":{"b":1},"event":{"dataset":"x"},"log.level":"INFO","message":"saved"}`},
		{`{"@timestamp":"yesterday","a":1}`,
			`{"a":1,"error":{"message":"@timestamp is no time as RFC 3339 has it"},"event":{"dataset":"x"},"json.@timestamp":"yesterday","tags":["_jsonparsefailure"]}`},
		{`{"@timestamp":1524673688}`,
			`{"error":{"message":"@timestamp is no time as RFC 3339 has it"},"event":{"dataset":"x"},"json.@timestamp":1524673688,"tags":["_jsonparsefailure"]}`},
		{`{"tags":["a"],"_id":"1","_":2,"event":{"dataset":"mine","action":"save"},"event.kind":"event"}`,
			`{"event":{"dataset":"x","kind":"event"},"event.action":"save","json._":2,"json._id":"1","json.event.dataset":"mine","json.tags":["a"]}`},
		{`{"event":"x","error":{"message":"no"},"tags.x":1}`, `{"error":{"message":"no"},"event":{"dataset":"x"},"event.value":"x","json.tags.x":1}`},
		{`{}`, `{"event":{"dataset":"x"}}`},
		{`{"a":1,`, `{"error":{"message":"text is no JSON object"},"event":{"dataset":"x"},"message":"{\"a\":1,","tags":["_jsonparsefailure"]}`},
	} {
		c := Defaults()
		c.Target = ""
		doc, _ := eventtest.Run(t, tt.in, func(s *event.Schema) {
			if err := s.Const("event.dataset", "x"); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Read("event.kind"); err != nil {
				t.Fatal(err)
			}
		}, func(s *event.Schema) (event.Filter, error) { return New(c, s) }, nil)
		b, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		if string(b) != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.in, b, tt.want)
		}
	}
}

// Fields that another filter writes as a fragment do not come twice.
func TestDocumentAsTargetBesideFragments(t *testing.T) {
	c := Defaults()
	c.Target = ""
	var fragment event.Slot
	doc, _ := eventtest.Run(t, `{"agent":{"name":"x","other":1},"labels":{"a":"b"}}`, func(s *event.Schema) {
		fragment, _ = s.Members("agent", "name")
		s.Hidden("agent.name", event.String)
		s.Members("labels")
	}, func(s *event.Schema) (event.Filter, error) { return New(c, s) }, func(ev *event.Event) {
		ev.SetMembers(fragment, []byte(`"name":"y"`))
	})
	b, _ := json.Marshal(doc)
	if want := `{"agent":{"name":"y"},"agent.other":1,"json.agent.name":"x","json.labels":{"a":"b"}}`; string(b) != want {
		t.Errorf("\n got %s\nwant %s", b, want)
	}
}

func TestKinds(t *testing.T) {
	s := event.NewSchema()
	f, err := New(Defaults(), s)
	if err != nil {
		t.Fatal(err)
	}
	slot, _ := s.Read("json.v")
	s.Freeze()
	ev, p := event.NewEvent(s), f.Processor()
	for text, want := range map[string]event.Kind{`1`: event.Int, `1.0`: event.Float, `1e400`: event.JSON, `"x"`: event.String, `true`: event.Bool, `[]`: event.List, `{}`: event.JSON, `null`: event.Absent} {
		ev.Reset(nil, []byte(`{"v":`+text+`}`), 0)
		p.Process(ev)
		if ev.Kind(slot) != want {
			t.Errorf("%s: kind %v, want %v", text, ev.Kind(slot), want)
		}
	}
}

func TestFailures(t *testing.T) {
	for _, text := range []string{
		``, ` `, `x`, `[1]`, `"a"`, `1`, `{`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{a:1}`, `{"a":1} x`, `{"a":01}`, `{"a":1.}`, `{"a":+1}`, `{"a":tru}`,
		`{"a":"\x"}`, `{"a":"\u12"}`, "{\"a\":\"\t\"}", `{"a":"x}`, `{"a":[1}`, `{"a":-}`, `{"a":1e}`,
		`{"a":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}`,
	} {
		message, _ := json.Marshal(text)
		want := `{"error":{"message":"text is no JSON object"},"message":` + string(message) + `,"tags":["_jsonparsefailure"]}`
		if got := run(t, false, text); got != want {
			t.Errorf("%q\n got %s\nwant %s", text, got, want)
		}
	}
	var many strings.Builder
	for i := range maxMembers + 1 {
		many.WriteString(`,"` + strings.Repeat("x", i+1) + `":1`)
	}
	if got := run(t, false, "{"+many.String()[1:]+"}"); !strings.Contains(got, "more than 1000 members") {
		t.Errorf("too many members: %.100s", got)
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Field = "a..b" }, "field: "},
		{func(c *Config) { c.Target = "a..b" }, "target: "},
		{func(c *Config) { c.Target = "message" }, "target: "},
	} {
		c := Defaults()
		tt.change(&c)
		if _, err := New(c, event.NewSchema()); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("err = %v, want %q", err, tt.want)
		}
	}
}

// encoding/json and the filter agree on what is an object, and the document is
// JSON: eventtest.Run fails otherwise.
func FuzzProcess(f *testing.F) {
	f.Add(`{"s":"x\u0041","o":{"in":[1,2.5e-3],"b":{}},"t":[{"a":null}]}`)
	f.Add(`{"o":1,"":{".":true}}`)
	f.Add(`{"x":{"a":1,"a":[{"b":1,"b":2}]},"event":{"kind":{"a":1,"a":2}},"s":[[{"c":1,"c":2}]],"tags":1,"_id":{"":1}}`)
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ToValidUTF8(text, "") != text {
			return
		}
		var want map[string]json.RawMessage
		object := json.Unmarshal([]byte(text), &want) == nil && want != nil
		got := run(t, false, text, "json.s", "json.o.in")
		if strings.Contains(got, "_jsonparsefailure") == object {
			t.Errorf("%s\n%s", text, got)
		}
		if !strings.ContainsAny(text, `._\`) {
			unique(t, text, "json", "json.s", "json.o.in")
			unique(t, text, "", "s", "o.in", "event.kind")
		}
	})
}

func TestNamesAreUnique(t *testing.T) {
	unique(t, `{"x":{"a":1,"a":[{"b":1,"b":2}]},"event":{"kind":{"a":1,"a":2},"a":0,"a":1},"s":[[{"c":1,"c":2}]],"tags":{"a":1,"a":2},"x":{"a":1,"a":2}}`, "", "s", "o.in", "event.kind")
}

// unique fails when an object of the document has two members of one name, which
// Elasticsearch does not take. Names with dots and underscores may still meet, as
// those that are given in place of "" and "." do.
func unique(t *testing.T, text, target string, named ...string) {
	s := event.NewSchema()
	c := Defaults()
	c.Target = target
	f, err := New(c, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range named {
		if _, err := s.Read(path); err != nil {
			t.Fatal(err)
		}
	}
	s.Freeze()
	ev := event.NewEvent(s)
	ev.Reset(nil, []byte(text), 0)
	f.Processor().Process(ev)
	doc := event.NewEncoder(s).Append(nil, ev)
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	if twice := duplicate(d); twice != "" {
		t.Errorf("%q comes twice of %s:\n%s", twice, text, doc)
	}
}

// duplicate gives a name that an object of the next value has twice.
func duplicate(d *json.Decoder) string {
	open, err := d.Token()
	if err != nil {
		return err.Error()
	}
	if open != json.Delim('{') && open != json.Delim('[') {
		return ""
	}
	seen := map[string]bool{}
	for d.More() {
		if open == json.Delim('{') {
			name, err := d.Token()
			if err != nil {
				return err.Error()
			}
			if seen[name.(string)] {
				return name.(string)
			}
			seen[name.(string)] = true
		}
		if twice := duplicate(d); twice != "" {
			return twice
		}
	}
	if _, err := d.Token(); err != nil {
		return err.Error()
	}
	return ""
}

func row(t testing.TB, target string) (*event.Event, event.Processor) {
	s := event.NewSchema()
	c := Defaults()
	c.Target = target
	f, err := New(c, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"level", "req.method", "req.ids"} {
		if _, err := s.Read(strings.TrimPrefix(target+"."+path, ".")); err != nil {
			t.Fatal(err)
		}
	}
	s.Freeze()
	return event.NewEvent(s), f.Processor()
}

var line = []byte(`{"@timestamp":"2018-04-26T01:28:08Z","level":"in\u0066o","req":{"method":"GET","ids":[1,2,3],"took":0.25},"msg":"it \"works\"","tags":["a","b"]}`)

func TestDoesNotAllocate(t *testing.T) {
	for _, target := range []string{"json", ""} {
		ev, p := row(t, target)
		run := func() { ev.Reset(nil, line, 0); p.Process(ev) }
		for range 10 {
			run()
		}
		if n := testing.AllocsPerRun(100, run); n != 0 {
			t.Errorf("target %q: %v allocations", target, n)
		}
	}
}

func BenchmarkProcess(b *testing.B) {
	ev, p := row(b, "json")
	b.ReportAllocs()
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		ev.Reset(nil, line, 0)
		p.Process(ev)
	}
}
