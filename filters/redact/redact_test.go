package redact

import (
	"strings"
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

func run(t testing.TB, text string) string {
	t.Helper()
	c := Defaults()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	doc, _ := eventtest.Run(t, text, nil, func(s *event.Schema) (event.Filter, error) { return New(c, s) }, nil)
	return doc["message"].(string)
}

func TestProcess(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"/login?user=me&password=x", "/login?user=me&password=REDACTED"},
		{"/login?PassWord=x%20y&user=me#top", "/login?PassWord=REDACTED&user=me#top"},
		{"token=abc", "token=REDACTED"},
		{"/?p%61ssword=x", "/?p%61ssword=REDACTED"},
		{"/?token=&a=1", "/?token=&a=1"},
		{"/?token=a=b&x=1", "/?token=REDACTED&x=1"},
		{"/?token=a;sig=b", "/?token=REDACTED;sig=REDACTED"},
		{"/?my_token=a&tokens=b", "/?my_token=a&tokens=b"},
		{`1.2.3.4 "GET /?token=a HTTP/1.1" 200 "http://x/?sig=b"`, `1.2.3.4 "GET /?token=REDACTED HTTP/1.1" 200 "http://x/?sig=REDACTED"`},
		{"/?token[]=a&token%5B0%5D=b", "/?token[]=REDACTED&token%5B0%5D=REDACTED"},
		{"/?user[Password]=a&user[name]=b", "/?user[Password]=REDACTED&user[name]=b"},
		{"/?user%5Bpassword%5D%5B%5D=a", "/?user%5Bpassword%5D%5B%5D=REDACTED"},
		{"[token=a", "[token=REDACTED"},
		{"/?a[b]=c&[]=d", "/?a[b]=c&[]=d"},
		{"/?to=https%3A%2F%2Fx%2F%3Ftoken%3Da%26b%3dc&d=e", "/?to=https%3A%2F%2Fx%2F%3Ftoken%3DREDACTED%26b%3dc&d=e"},
		{"/?to=token%3Da%26b", "/?to=token%3DREDACTED%26b"},
		{"/?token=a%26b%3Dc", "/?token=REDACTED"},
		{"/?to=%253Ftoken%253Da", "/?to=%253Ftoken%253Da"}, // escaped twice
		{"/?token%3D", "/?token%3D"},
		{"%3", "%3"},
		{"/?q=token", "/?q=token"},
		{"/?token", "/?token"},
		{"/?토큰=a&token=비밀", "/?토큰=a&token=REDACTED"},
		{"=", "="},
		{"", ""},
		{strings.Repeat("x", 500) + "=1&token=2", strings.Repeat("x", 500) + "=1&token=REDACTED"},
	} {
		if got := run(t, tt.in); got != tt.want {
			t.Errorf("%q\n got %q\nwant %q", tt.in, got, tt.want)
		}
	}
}

func TestLists(t *testing.T) {
	var list event.Slot
	doc, _ := eventtest.Run(t, "", func(s *event.Schema) { list, _ = s.Slot("list", event.List) },
		func(s *event.Schema) (event.Filter, error) {
			return New(Config{Fields: []string{"list"}, Params: []string{"Key"}}, s)
		}, func(ev *event.Event) {
			ev.AppendList(list, event.StringValue([]byte("key=1")))
			ev.AppendList(list, event.IntValue(1))
		})
	if got := doc["list"].([]any); got[0] != "key=" || got[1] != 1.0 {
		t.Errorf("list = %v", got)
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Fields = nil }, "fields: "},
		{func(c *Config) { c.Params = nil }, "params: name"},
		{func(c *Config) { c.Params = []string{"a", ""} }, "params[1]: "},
		{func(c *Config) { c.Fields = []string{"a..b"} }, "fields[0]: "},
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

// Redacting again changes nothing: no secret was left.
func FuzzProcess(f *testing.F) {
	f.Add("/?token=a&p%61ssword=b#sig=c")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ToValidUTF8(text, "") != text {
			return
		}
		once := run(t, text)
		if twice := run(t, once); twice != once {
			t.Errorf("%q, then %q, then %q", text, once, twice)
		}
	})
}

func row(t testing.TB) (*event.Event, event.Processor) {
	s := event.NewSchema()
	f, err := New(Defaults(), s)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	return event.NewEvent(s), f.Processor()
}

func TestDoesNotAllocate(t *testing.T) {
	ev, p := row(t)
	for _, text := range []string{"/?user=me&token=x", "/?a=1"} {
		line := []byte(text)
		run := func() { ev.Reset(nil, line, 0); p.Process(ev) }
		for range 10 {
			run()
		}
		if n := testing.AllocsPerRun(100, run); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}

func BenchmarkNothingSecret(b *testing.B) {
	ev, p := row(b)
	line := []byte(`1.2.3.4 - - [26/Apr/2018:01:28:08 +0900] "GET /shop/list.html?page=3&sort=price HTTP/1.1" 200 5120 "-" "Mozilla/5.0"`)
	b.ReportAllocs()
	for b.Loop() {
		ev.Reset(nil, line, 0)
		p.Process(ev)
	}
}
