package fingerprint

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

func run(t testing.TB, change func(*Config), text string) any {
	t.Helper()
	c := Defaults()
	c.Target = "hash"
	if change != nil {
		change(&c)
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	var n event.Slot
	doc, _ := eventtest.Run(t, text, func(s *event.Schema) { n, _ = s.Slot("n", event.Int) },
		func(s *event.Schema) (event.Filter, error) { return New(c, s) },
		func(ev *event.Event) { ev.SetInt(n, 408) })
	return doc["hash"]
}

func sha(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func TestProcess(t *testing.T) {
	mac := hmac.New(sha256.New, []byte("secret"))
	mac.Write([]byte("abc"))
	for _, tt := range []struct {
		name   string
		change func(*Config)
		want   any
	}{
		{"sha256", nil, sha("abc")},
		{"md5", func(c *Config) { c.Method = "md5" }, "900150983cd24fb0d6963f7d28e17f72"},
		{"sha1", func(c *Config) { c.Method = "sha1" }, "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{"xxh64", func(c *Config) { c.Method = "xxh64" }, "44bc2cf5ad770999"},
		{"keyed, base64", func(c *Config) { c.Key, c.Encoding = "secret", "base64" }, base64.StdEncoding.EncodeToString(mac.Sum(nil))},
		{"number", func(c *Config) { c.Fields = []string{"n"} }, sha("408")},
		{"several", func(c *Config) { c.Fields = []string{"n", "message", "absent"} }, sha("|n|408|message|abc|")},
		{"none there", func(c *Config) { c.Fields = []string{"absent"} }, nil},
	} {
		if got := run(t, tt.change, "abc"); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestKindsOfValue(t *testing.T) {
	for _, tt := range []struct {
		v    event.Value
		want string
	}{
		{event.FloatValue(0.5), "0.5"}, {event.BoolValue(true), "true"}, {event.TimeValue(1e9), "1970-01-01T00:00:01Z"},
		{event.PointValue(1, 2), "1,2"}, {event.IPValue([]byte("::1")), "::1"},
	} {
		if got := string(appendValue(nil, tt.v)); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.v.Kind(), got, tt.want)
		}
	}
	s := event.NewSchema()
	list, _ := s.Slot("list", event.List)
	s.Freeze()
	ev := event.NewEvent(s)
	ev.SetList(list, []event.Value{event.IntValue(1), event.StringValue([]byte("a"))})
	if got := string(appendText(nil, ev, list)); got != "1,a" {
		t.Errorf("list: %q", got)
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Fields = nil }, "fields: "},
		{func(c *Config) { c.Method = "crc" }, `method: unknown method "crc": use one of md5, sha1, sha256, sha512, xxh64`},
		{func(c *Config) { c.Method, c.Key = "xxh64", "x" }, "key: "},
		{func(c *Config) { c.Encoding = "base32" }, "encoding: "},
		{func(c *Config) { c.Fields = []string{"a..b"} }, "fields[0]: "},
		{func(c *Config) { c.Target = "tags" }, "target: "},
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

func row(t testing.TB, c Config) func() {
	s := event.NewSchema()
	f, err := New(c, s)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	ev, p := event.NewEvent(s), f.Processor()
	line := []byte(`192.0.2.1 - - [26/Apr/2018:01:28:08 +0900] "GET / HTTP/1.1" 200 5120`)
	return func() { ev.Reset(nil, line, 0); p.Process(ev) }
}

func TestDoesNotAllocate(t *testing.T) {
	for name := range methods {
		for _, key := range []string{"", "secret"} {
			c := Defaults()
			c.Method, c.Key = name, key
			if name == "xxh64" {
				c.Key = ""
			}
			process := row(t, c)
			for range 10 {
				process()
			}
			if n := testing.AllocsPerRun(100, process); n != 0 {
				t.Errorf("%s, key %q: %v allocations", name, key, n)
			}
		}
	}
}

func BenchmarkProcess(b *testing.B) {
	for _, name := range []string{"sha256", "xxh64"} {
		b.Run(fmt.Sprint(name), func(b *testing.B) {
			c := Defaults()
			c.Method = name
			process := row(b, c)
			b.ReportAllocs()
			for b.Loop() {
				process()
			}
		})
	}
}
