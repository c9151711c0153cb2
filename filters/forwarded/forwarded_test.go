package forwarded

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

func run(t testing.TB, change func(*Config), peer string, header ...string) string {
	t.Helper()
	c := Defaults()
	c.Field = "xff"
	if change != nil {
		change(&c)
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	var source, xff event.Slot
	doc, _ := eventtest.Run(t, "", func(s *event.Schema) {
		source, _ = s.Slot("source.ip", event.IP)
		xff, _ = s.Slot("xff", event.String)
	}, func(s *event.Schema) (event.Filter, error) { return New(c, s) }, func(ev *event.Event) {
		if peer != "" {
			ev.SetIP(source, []byte(peer))
		}
		if len(header) == 1 {
			ev.SetString(xff, header[0])
		}
		if len(header) > 1 {
			for _, h := range header {
				ev.AppendList(xff, event.StringValue([]byte(h)))
			}
		}
	})
	delete(doc, "message")
	delete(doc, "xff")
	b, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestProcess(t *testing.T) {
	behind := func(client, peer string) string {
		return `{"client":{"address":"` + client + `","ip":"` + client + `"},"network":{"forwarded_ip":"` + client + `"},"source":{"ip":"` + peer + `"}}`
	}
	direct := func(peer string) string {
		return `{"client":{"address":"` + peer + `","ip":"` + peer + `"},"source":{"ip":"` + peer + `"}}`
	}
	for _, tt := range []struct{ name, peer, header, want string }{
		{"one proxy", "10.0.0.1", "8.8.8.8", behind("8.8.8.8", "10.0.0.1")},
		{"two proxies", "10.0.0.1", "8.8.8.8, 10.0.0.2", behind("8.8.8.8", "10.0.0.1")},
		{"forged entries", "10.0.0.1", "1.1.1.1, 8.8.8.8, 10.0.0.2", behind("8.8.8.8", "10.0.0.1")},
		{"peer not trusted", "9.9.9.9", "8.8.8.8", direct("9.9.9.9")},
		{"all trusted", "10.0.0.1", "192.168.1.5, 10.0.0.2", behind("192.168.1.5", "10.0.0.1")},
		{"no header", "10.0.0.1", "", direct("10.0.0.1")},
		{"dash", "10.0.0.1", "-", direct("10.0.0.1")},
		{"unknown", "10.0.0.1", "8.8.8.8, unknown, 10.0.0.2", behind("10.0.0.2", "10.0.0.1")},
		{"ports and brackets", "10.0.0.1", `"[2001:db8::1]:4711", 10.0.0.2:80`, behind("2001:db8::1", "10.0.0.1")},
		{"IPv4 inside IPv6", "::ffff:10.0.0.1", "8.8.8.8", behind("8.8.8.8", "::ffff:10.0.0.1")},
		{"RFC 7239", "10.0.0.1", `for=8.8.8.8;proto=https;by=10.0.0.1, For="[2001:db8::1]:80"`, behind("2001:db8::1", "10.0.0.1")},
		{"RFC 7239 without for", "10.0.0.1", `for=8.8.8.8, proto=https`, direct("10.0.0.1")},
		{"RFC 7239 hidden", "10.0.0.1", `for=_secret`, direct("10.0.0.1")},
	} {
		if got := run(t, nil, tt.peer, tt.header); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
	if got := run(t, nil, "", "8.8.8.8"); got != `{}` {
		t.Errorf("no peer: %s", got)
	}
	if got := run(t, nil, "10.0.0.1", "8.8.8.8", "7.7.7.7"); got != behind("7.7.7.7", "10.0.0.1") {
		t.Errorf("list: %s", got)
	}
	only := func(c *Config) { c.TrustedProxies, c.ReplaceSource = []string{"192.0.2.7"}, true }
	want := `{"client":{"address":"8.8.8.8","ip":"8.8.8.8"},"network":{"forwarded_ip":"8.8.8.8"},"source":{"address":"8.8.8.8","ip":"8.8.8.8"}}`
	if got := run(t, only, "192.0.2.7", "8.8.8.8"); got != want {
		t.Errorf("source replaced: %s", got)
	}
	if got := run(t, only, "10.0.0.1", "8.8.8.8"); got != direct("10.0.0.1") {
		t.Errorf("not in the list: %s", got)
	}
}

// A peer that is no address stands in source.address alone.
func TestSocket(t *testing.T) {
	for _, tt := range []struct{ peer, header, want string }{
		{"unix:", "1.1.1.1, 8.8.8.8", `{"client":{"address":"8.8.8.8","ip":"8.8.8.8"},"network":{"forwarded_ip":"8.8.8.8"}}`},
		{"unix:/run/app.sock", "8.8.8.8, 10.0.0.2", `{"client":{"address":"8.8.8.8","ip":"8.8.8.8"},"network":{"forwarded_ip":"8.8.8.8"}}`},
		{"unix:", "unknown", `{}`},
		{"unix:", "-", `{}`},
		{"proxy.example.com", "8.8.8.8", `{}`},
	} {
		c := Defaults()
		c.Field = "message"
		var address event.Slot
		doc, _ := eventtest.Run(t, tt.header, func(s *event.Schema) { address, _ = s.Slot("source.address", event.String) },
			func(s *event.Schema) (event.Filter, error) { return New(c, s) }, func(ev *event.Event) { ev.SetString(address, tt.peer) })
		delete(doc, "message")
		delete(doc, "source")
		got, err := json.Marshal(doc)
		if err != nil || string(got) != tt.want {
			t.Errorf("%s, %s: %s, %v, want %s", tt.peer, tt.header, got, err, tt.want)
		}
	}
}

func TestErrors(t *testing.T) {
	c := Defaults()
	c.TrustedProxies = []string{"10.0.0.0/8", "10.0.0.0/33"}
	if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), `trusted_proxies[1]: "10.0.0.0/33" is neither`) {
		t.Errorf("err = %v", err)
	}
	c = Defaults()
	c.Field, c.Peer = "a..b", "message.x"
	if _, err := New(c, event.NewSchema()); err == nil || !strings.Contains(err.Error(), "field: ") || !strings.Contains(err.Error(), "peer: ") {
		t.Errorf("err = %v", err)
	}
}

func FuzzProcess(f *testing.F) {
	f.Add(`for="[::1]:1";by=x, 1.2.3.4:5, unknown`)
	f.Fuzz(func(t *testing.T, header string) {
		if strings.ToValidUTF8(header, "") == header {
			run(t, nil, "10.0.0.1", header)
		}
	})
}

func row(t testing.TB) func() {
	c := Defaults()
	c.Field = "message"
	s := event.NewSchema()
	f, err := New(c, s)
	if err != nil {
		t.Fatal(err)
	}
	source, _ := s.Lookup("source.ip")
	s.Freeze()
	ev, p := event.NewEvent(s), f.Processor()
	line, peer := []byte("1.1.1.1, 8.8.8.8, 10.0.0.2"), []byte("10.0.0.1")
	return func() {
		ev.Reset(nil, line, 0)
		ev.SetIP(source, peer)
		p.Process(ev)
	}
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
