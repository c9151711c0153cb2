package url

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

func parse(t testing.TB, c Config, text string) map[string]any {
	t.Helper()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	var original event.Slot
	doc, verdict := eventtest.Run(t, text, func(s *event.Schema) { original, _ = s.Slot("url.original", event.String) },
		func(s *event.Schema) (event.Filter, error) { return New(c, s) },
		func(ev *event.Event) { ev.SetSub(original, ev.Line) })
	if verdict != event.Keep {
		t.Errorf("%q: verdict %v", text, verdict)
	}
	fields := doc["url"].(map[string]any)
	if fields["original"] != text {
		t.Errorf("%q: original %q", text, fields["original"])
	}
	delete(fields, "original")
	return fields
}

func render(t testing.TB, fields map[string]any) string {
	t.Helper()
	b, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(b))
}

func TestProcess(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"/", `{"path":"/"}`},
		{"/index.html", `{"extension":"html","path":"/index.html"}`},
		{"/a.b/c", `{"path":"/a.b/c"}`},
		{"/.env", `{"extension":"env","path":"/.env"}`},
		{"/end.", `{"path":"/end."}`},
		{"/a.tar.gz?x=1#top", `{"extension":"gz","fragment":"top","path":"/a.tar.gz","query":"x=1"}`},
		{"/a?b=c?d", `{"path":"/a","query":"b=c?d"}`},
		{"/?", `{"path":"/"}`},
		{"/%ED%95%9C%EA%B8%80/a%20b.png?q=%ED%95%9C", `{"extension":"png","path":"/한글/a b.png","query":"q=한"}`},
		{"/한글", `{"path":"/한글"}`},
		{"/%zz%2", `{"path":"/%zz%2"}`},
		{"/%ff", `{"path":"/` + "\ufffd" + `"}`},
		{"/%ed%95x%f0%9f%98%c0%af", `{"path":"/` + "\ufffdx\ufffd\ufffd\ufffd" + `"}`},
		{"/%ed%a0%80", `{"path":"/` + "\ufffd\ufffd\ufffd" + `"}`},
		{"/a b|c<script>", `{"path":"/a b|c<script>"}`},
		{"http://example.com", `{"domain":"example.com","scheme":"http"}`},
		{"http://example.com?q", `{"domain":"example.com","query":"q","scheme":"http"}`},
		{"https://me:s%40crt@example.com:8443/x", `{"domain":"example.com","password":"s@crt","path":"/x","port":8443,"scheme":"https","username":"me"}`},
		{"http://[2001:db8::1]/", `{"domain":"[2001:db8::1]","path":"/","scheme":"http"}`},
		{"http://[2001:db8::1]:80/", `{"domain":"[2001:db8::1]","path":"/","port":80,"scheme":"http"}`},
		{"http://example.com:/", `{"domain":"example.com","path":"/","scheme":"http"}`},
		{"http://example.com:99999/", `{"domain":"example.com","path":"/","scheme":"http"}`},
		{"http:/path", `{"path":"/path","scheme":"http"}`},
		{"//cdn.example.com/x.js", `{"domain":"cdn.example.com","extension":"js","path":"/x.js"}`},
		{"example.com:443", `{"domain":"example.com","port":443}`},
		{"mailto:a@example.com", `{"scheme":"mailto"}`},
		{"*", `{"path":"*"}`},
		{"hello.txt", `{"extension":"txt","path":"hello.txt"}`},
		{"hello world", `{}`},
		{"a`b", `{}`},
		{"\x16\x03\x01", `{}`},
	} {
		if got := render(t, parse(t, Defaults(), tt.in)); got != tt.want {
			t.Errorf("%q\n got %s\nwant %s", tt.in, got, tt.want)
		}
	}
}

func TestQueryParams(t *testing.T) {
	c := Defaults()
	c.QueryParams = []string{"q", "utm_source", "한"}
	for _, tt := range []struct{ in, want string }{
		{"/?q=1&other=2", `{"params":{"q":"1"},"path":"/","query":"q=1&other=2"}`},
		{"/?q=a+b%2Bc", `{"params":{"q":"a b+c"},"path":"/","query":"q=a+b+c"}`},
		{"/?q=1&q=2&q=", `{"params":{"q":["1","2",""]},"path":"/","query":"q=1&q=2&q="}`},
		{"/?q&utm%5Fsource=x", `{"params":{"q":"","utm_source":"x"},"path":"/","query":"q&utm_source=x"}`},
		{"/?%ED%95%9C=1", `{"params":{"한":"1"},"path":"/","query":"한=1"}`},
		{"/?qq=1&&=", `{"path":"/","query":"qq=1&&="}`},
	} {
		if got := render(t, parse(t, c, tt.in)); got != tt.want {
			t.Errorf("%q\n got %s\nwant %s", tt.in, got, tt.want)
		}
	}
}

func TestFallbackEncoding(t *testing.T) {
	c := Defaults()
	c.FallbackEncoding = "euc-kr"
	for _, tt := range []struct{ in, want string }{
		{"/%C7%D1%B1%DB", `{"path":"/한글"}`},
		{"/%8C%63", `{"path":"/똠"}`}, // a letter of CP949 alone
		{"/%ED%95%9C", `{"path":"/한"}`},
		{"/%ff%ff", `{"path":"/` + "\ufffd\ufffd" + `"}`},
	} {
		if got := render(t, parse(t, c, tt.in)); got != tt.want {
			t.Errorf("%q\n got %s\nwant %s", tt.in, got, tt.want)
		}
	}
}

func TestConfig(t *testing.T) {
	for _, tt := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.FallbackEncoding = "latin1" }, `fallback_encoding: unknown encoding "latin1"`},
		{func(c *Config) { c.QueryParams = []string{"a", ""} }, "query_params[1]"},
		{func(c *Config) { c.QueryParams = []string{"a[b]"} }, "query_params[0]"},
		{func(c *Config) { c.Field = "" }, "field:"},
		{func(c *Config) { c.Target = "message" }, "target:"},
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

// Whatever comes, the parts are text and the original stays.
func FuzzProcess(f *testing.F) {
	for _, text := range []string{"/", "http://u:p@[::1]:1/%ED?q=%C7%D1#f", "a:b", "//@:", "%", "#?/"} {
		f.Add(text)
	}
	c := Defaults()
	c.QueryParams, c.FallbackEncoding = []string{"q"}, "euc-kr"
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return // an event's line is valid UTF-8
		}
		parse(t, c, text)
	})
}

func row(t testing.TB) (*event.Event, event.Processor, event.Slot) {
	s := event.NewSchema()
	original, err := s.Slot("url.original", event.String)
	if err != nil {
		t.Fatal(err)
	}
	f, err := New(Config{Field: "url.original", Target: "url", FallbackEncoding: "euc-kr", QueryParams: []string{"q"}}, s)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	return event.NewEvent(s), f.Processor(), original
}

func TestDoesNotAllocate(t *testing.T) {
	ev, p, original := row(t)
	for _, text := range []string{"/shop/item.html?q=1&r=2", "/%ED%95%9C%EA%B8%80?q=%20", "/%C7%D1?q=1&q=2", "/%ff"} {
		line := []byte(text)
		run := func() {
			ev.Reset(nil, line, 0)
			ev.SetSub(original, line)
			p.Process(ev)
		}
		for range 10 {
			run()
		}
		if n := testing.AllocsPerRun(100, run); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}

func benchmark(b *testing.B, text string) {
	ev, p, original := row(b)
	line := []byte(text)
	b.ReportAllocs()
	for b.Loop() {
		ev.Reset(nil, line, 0)
		ev.SetSub(original, line)
		p.Process(ev)
	}
}

func BenchmarkPlain(b *testing.B) { benchmark(b, "/shop/products/list.html?page=3&sort=price") }
func BenchmarkEscapes(b *testing.B) {
	benchmark(b, "/%ED%95%9C%EA%B8%80/%EC%83%81%ED%92%88.html?page=3")
}
