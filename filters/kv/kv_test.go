package kv

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

// run gives the target object of a text; named fields are used by others.
func run(t testing.TB, change func(*Config), text string, named ...string) (labels string, doc map[string]any) {
	t.Helper()
	c := Defaults()
	if change != nil {
		change(&c)
	}
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
	b, err := json.Marshal(doc["labels"])
	if err != nil {
		t.Fatal(err)
	}
	return string(b), doc
}

func TestProcess(t *testing.T) {
	query := func(c *Config) { c.FieldSplit = "&" }
	for _, tt := range []struct {
		name   string
		change func(*Config)
		in     string
		want   string
	}{
		{"pairs", nil, "user=me id=7 text without a pair", `{"id":"7","user":"me"}`},
		{"quotes", nil, `a="x y" b='1 "2"' c="say \"hi\" \\" d="open`, `{"a":"x y","b":"1 \"2\"","c":"say \"hi\" \\","d":"\"open"}`},
		{"text after a quote", nil, `a="x"y b=1`, `{"a":"x","b":"1"}`},
		{"empty values and names", nil, `a= b="" =x`, `{"a":"","b":""}`},
		{"repeated", nil, "a=1 b=2 a=3 a=4", `{"a":["1","3","4"],"b":"2"}`},
		{"other separators", func(c *Config) { c.FieldSplit, c.ValueSplit = ";,", ":" }, "a:1;b:2,c:3:4", `{"a":"1","b":"2","c":"3:4"}`},
		{"query", query, "q=a b&p=1&&x", `{"p":"1","q":"a b"}`},
		{"include", func(c *Config) { c.IncludeKeys = []string{"a"} }, "a=1 b=2", `{"a":"1"}`},
		{"exclude", func(c *Config) { c.ExcludeKeys = []string{"a"} }, "a=1 b=2", `{"b":"2"}`},
		{"trim", func(c *Config) { c.TrimValue = "<>" }, "a=<1>", `{"a":"1"}`},
		{"trim names", func(c *Config) { c.FieldSplit, c.ValueSplit, c.TrimKey, c.TrimValue = ",", ":", " ", " " }, "a : 1, b: 2, : 3", `{"a":"1","b":"2"}`},
		{"prefix", func(c *Config) { c.Prefix, c.IncludeKeys = "x_", []string{"a", "user"} }, "a=1 b=2 user=me a=3", `{"x_a":["1","3"],"x_user":"me"}`},
		{"odd names", nil, `.=1 a.b=2 "x"=3`, `{"\"x\"":"3","_":"1","a.b":"2"}`},
		{"no pairs", nil, "nothing here", `null`},
	} {
		if got, doc := run(t, tt.change, tt.in); got != tt.want || doc["message"] != tt.in {
			t.Errorf("%s\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestNamedFields(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"user=me id=7", `{"id":"7","user":"me"}`},
		{"user=me user=you", `{"user":["me","you"]}`},
		{"http.status=200 http.size=1", `{"http":{"status":"200"},"http.size":"1"}`},
		{"http=x", `{"http.value":"x"}`},
		{"user.name=x", `{"user_name":"x"}`},
	} {
		if got, _ := run(t, nil, tt.in, "labels.user", "labels.http.status"); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.in, got, tt.want)
		}
	}
}

func TestDocumentAsTarget(t *testing.T) {
	_, doc := run(t, func(c *Config) { c.Target, c.KeepSource = "", true }, "user.name=kim n=1 n=2 tags=x _id=3 @timestamp=2018-04-26T01:28:08Z message=m", "user.name")
	b, _ := json.Marshal(doc)
	if want := `{"@timestamp":"2018-04-26T01:28:08.000Z","kv._id":"3","kv.tags":"x","message":"m","n":["1","2"],"user":{"name":"kim"}}`; string(b) != want {
		t.Errorf("\n got %s\nwant %s", b, want)
	}
	_, doc = run(t, func(c *Config) { c.Target = "" }, "@timestamp=now")
	if doc["kv.@timestamp"] != "now" {
		t.Errorf("got %v", doc)
	}
}

func TestBounds(t *testing.T) {
	got, doc := run(t, func(c *Config) { c.MaxPairs, c.KeepSource = 2, false }, "a=1 b=2 c=3")
	if got != `{"a":"1","b":"2"}` || fmt.Sprint(doc["tags"]) != "[_kvtoomany]" || doc["message"] == nil {
		t.Errorf("too many: %s, %v", got, doc)
	}
	if _, doc = run(t, func(c *Config) { c.KeepSource = false }, "a=1"); doc["message"] != nil {
		t.Errorf("source kept: %v", doc)
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.FieldSplit = "" }, "field_split: "},
		{func(c *Config) { c.ValueSplit = "" }, "value_split: "},
		{func(c *Config) { c.MaxPairs = 0 }, "max_pairs: 0 is out of range"},
		{func(c *Config) { c.FieldSplit = "한" }, "field_split: has a character outside"},
		{func(c *Config) { c.Target = "message" }, "target: "},
		{func(c *Config) { c.Target = "a..b" }, "target: "},
		{func(c *Config) { c.Field = "a..b" }, "field: "},
	} {
		c := Defaults()
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

// Whatever comes, the document is JSON: eventtest.Run fails otherwise.
func FuzzProcess(f *testing.F) {
	f.Add(`a=1 b="x \" y" a=2 user=x http=1 http.status='`)
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ToValidUTF8(text, "") == text {
			run(t, nil, text, "labels.user", "labels.http.status")
		}
	})
}

func row(t testing.TB) (*event.Event, event.Processor) {
	s := event.NewSchema()
	f, err := New(Defaults(), s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Read("labels.user"); err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	return event.NewEvent(s), f.Processor()
}

func TestDoesNotAllocate(t *testing.T) {
	ev, p := row(t)
	line := []byte(`user=me user=you id=7 text="a \"b\" c" id=8`)
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
	line := []byte(`time=12 level=info user=me id=7 text="a b c" size=5120`)
	b.ReportAllocs()
	for b.Loop() {
		ev.Reset(nil, line, 0)
		p.Process(ev)
	}
}
