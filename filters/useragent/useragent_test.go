package useragent

import (
	"encoding/json"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.uber.org/goleak"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const chrome = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_12_0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/54.0.2840.59 Safari/537.36"

// build returns a maker of the filter with the default configuration as change
// leaves it.
func build(change func(*Config)) func(*event.Schema) (event.Filter, error) {
	return func(s *event.Schema) (event.Filter, error) {
		c := Defaults()
		if change != nil {
			change(&c)
		}
		if err := c.Validate(); err != nil {
			return nil, err
		}
		return New(c, s, slog.New(slog.DiscardHandler), nil)
	}
}

// run gives the filter an event with a user agent and returns user_agent of the
// document.
func run(t *testing.T, ua string, change func(*Config)) map[string]any {
	t.Helper()
	var slot event.Slot
	doc, verdict := eventtest.Run(t, "", func(s *event.Schema) { slot, _ = s.Slot("user_agent.original", event.String) }, build(change),
		func(ev *event.Event) { ev.SetString(slot, ua) })
	if verdict != event.Keep {
		t.Errorf("verdict %v", verdict)
	}
	fields, _ := doc["user_agent"].(map[string]any)
	return fields
}

func TestProcess(t *testing.T) {
	for _, tt := range []struct{ ua, want string }{
		{chrome, `{"name":"Chrome","version":"54.0.2840.59","os":{"name":"Mac OS X","version":"10.12.0","full":"Mac OS X 10.12.0"},
			"device":{"name":"Mac","type":"desktop"},"type":"browser"}`},
		{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", `{"name":"Googlebot","version":"2.1",
			"device":{"name":"Spider","type":"bot"},"type":"crawler"}`},
		{"curl/8.5.0", `{"name":"curl","version":"8.5.0","device":{"name":"Other","type":"bot"},"type":"tool"}`},
		{"Amazon CloudFront", `{"name":"Other","device":{"name":"Other","type":"other"},"type":"unknown"}`},
		{"\"\\/1.0 \u0001 안녕", `{"name":"Other","device":{"name":"Other","type":"other"},"type":"unknown"}`},
		{"-", `{}`},
		{"", `{}`},
	} {
		t.Run(tt.ua, func(t *testing.T) {
			var want map[string]any
			if err := json.Unmarshal([]byte(tt.want), &want); err != nil {
				t.Fatal(err)
			}
			want["original"] = tt.ua
			if got := run(t, tt.ua, nil); !reflect.DeepEqual(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		})
	}
}

func TestWithoutUserAgent(t *testing.T) {
	doc, _ := eventtest.Run(t, "", nil, build(nil), nil)
	if _, there := doc["user_agent"]; there {
		t.Errorf("user_agent appeared: %v", doc)
	}
}

func TestFieldAndTarget(t *testing.T) {
	doc, _ := eventtest.Run(t, "curl/8.5.0", nil, build(func(c *Config) { c.Field, c.Target = "message", "client.program" }), nil)
	got := doc["client"].(map[string]any)["program"].(map[string]any)["name"]
	if got != "curl" {
		t.Errorf("got %v", doc)
	}
}

// TestExploded names leaves elsewhere, one and all: the document must be the same.
func TestExploded(t *testing.T) {
	want := run(t, chrome, nil)
	for named := range 1 << leafCount {
		var slot event.Slot
		doc, _ := eventtest.Run(t, "", func(s *event.Schema) {
			slot, _ = s.Slot("user_agent.original", event.String)
			for i, leaf := range leafNames {
				if named>>i&1 != 0 {
					if _, err := s.Read("user_agent." + leaf); err != nil {
						t.Fatal(err)
					}
				}
			}
		}, build(nil), func(ev *event.Event) { ev.SetString(slot, chrome) })
		if !reflect.DeepEqual(doc["user_agent"], any(want)) {
			t.Errorf("%b named: got  %v\nwant %v", named, doc["user_agent"], want)
		}
	}

	s := event.NewSchema()
	f, err := build(func(c *Config) { c.Field = "message" })(s)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := s.Read("user_agent.os.name")
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	ev := event.NewEvent(s)
	ev.Reset(nil, []byte(chrome), 0)
	f.Processor().Process(ev)
	if got := string(ev.Bytes(leaf)); got != "Mac OS X" {
		t.Errorf("user_agent.os.name is %q", got)
	}
}

func TestConfigErrors(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "regexes.yaml")
	if err := os.WriteFile(bad, []byte("user_agent_parsers:\n  - regex: '(a'\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		change func(*Config)
		want   []string
	}{
		{func(c *Config) { c.Field = "a..b" }, []string{`field: field name "a..b"`}},
		{func(c *Config) { c.Target = "" }, []string{"target: "}},
		{func(c *Config) { c.Cache = 100 }, []string{"cache: 100 is too little", "64KiB"}},
		{func(c *Config) { c.Regexes = "/no/such/file" }, []string{"regexes: ", "/no/such/file", "no such file"}},
		{func(c *Config) { c.Regexes = filepath.Dir(bad) }, []string{"regexes: ", "is not a file"}},
		{func(c *Config) { c.Regexes = bad }, []string{"regexes: " + bad + ": ", "line 2: regex '(a'", "missing closing )"}},
	} {
		_, err := build(tt.change)(event.NewSchema())
		if err == nil {
			t.Errorf("no error, want one with %q", tt.want)
			continue
		}
		for _, w := range tt.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("error %q does not say %q", err, w)
			}
		}
	}
}

// TestFilebeatDocuments compares with what Filebeat's modules index. Left to
// the rules' version are two devices, and the version's trailing dot.
func TestFilebeatDocuments(t *testing.T) {
	for _, file := range []string{"apache_access.jsonl", "nginx_access.jsonl"} {
		for i, line := range strings.Split(strings.TrimSuffix(string(shared(t, "conformance", "ecs", file)), "\n"), "\n") {
			var c struct{ Expected map[string]any }
			if err := json.Unmarshal([]byte(line), &c); err != nil {
				t.Fatalf("%s:%d: %v", file, i+1, err)
			}
			want := map[string]any{}
			for k, v := range c.Expected {
				if rest, ok := strings.CutPrefix(k, "user_agent."); ok {
					want[rest] = v
				}
			}
			ua, _ := want["original"].(string)
			if ua == "" || ua == "-" {
				continue
			}
			if v, ok := want["version"].(string); ok {
				want["version"] = strings.TrimSuffix(v, ".")
			}
			got := flat("", run(t, ua, nil))
			for _, key := range []string{"type", "device.type"} {
				if got[key] == nil {
					t.Errorf("%s:%d: %q has no %s", file, i+1, ua, key)
				}
				delete(got, key)
			}
			if file == "apache_access.jsonl" && want["device.name"] == "Other" && got["device.name"] == "Mac" {
				want["device.name"] = "Mac"
			}
			if !maps.Equal(got, want) {
				t.Errorf("%s:%d: %q\ngot  %v\nwant %v", file, i+1, ua, got, want)
			}
		}
	}
}

func flat(prefix string, m map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range m {
		if sub, ok := v.(map[string]any); ok {
			maps.Copy(out, flat(prefix+k+".", sub))
			continue
		}
		out[prefix+k] = v
	}
	return out
}

// shared reads a file of the shared test data.
func shared(t *testing.T, path ...string) []byte {
	t.Helper()
	dir := os.Getenv("NARU_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	b, err := os.ReadFile(filepath.Join(append([]string{dir}, path...)...))
	if err != nil {
		t.Fatalf("read shared test data: %v (NARU_SHARED names its folder)", err)
	}
	return b
}

// worker is one worker's part: an event on message and a processor.
func worker(t testing.TB, read ...string) (*Filter, event.Processor, *event.Event) {
	t.Helper()
	s := event.NewSchema()
	f, err := build(func(c *Config) { c.Field = "message" })(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range read {
		if _, err := s.Read(path); err != nil {
			t.Fatal(err)
		}
	}
	s.Freeze()
	return f.(*Filter), f.Processor(), event.NewEvent(s)
}

func count(t *testing.T, c prometheus.Counter) float64 {
	t.Helper()
	var m dto.Metric
	if err := c.Write(&m); err != nil {
		t.Fatal(err)
	}
	return m.GetCounter().GetValue()
}

func TestCacheIsUsed(t *testing.T) {
	f, p, ev := worker(t)
	for range 3 {
		for _, ua := range []string{chrome, "curl/8.5.0"} {
			ev.Reset(nil, []byte(ua), 0)
			p.Process(ev)
		}
	}
	if n := count(t, f.parsed); n != 2 {
		t.Errorf("%v user agents parsed, want 2", n)
	}
}

func TestDoesNotAllocate(t *testing.T) {
	for _, read := range [][]string{nil, {"user_agent.name"}} {
		_, p, ev := worker(t, read...)
		line := []byte(chrome)
		ev.Reset(nil, line, 0)
		p.Process(ev)
		if n := testing.AllocsPerRun(100, func() {
			ev.Reset(nil, line, 0)
			p.Process(ev)
		}); n != 0 {
			t.Errorf("%v allocations per event with %v read elsewhere", n, read)
		}
	}
}

func TestLeavesOfAnObjectStandTogether(t *testing.T) {
	var objects []string
	for _, n := range leafNames {
		object, _, ok := strings.Cut(n, ".")
		if !ok {
			object = ""
		}
		if len(objects) == 0 || objects[len(objects)-1] != object {
			if object != "" && slices.Contains(objects, object) {
				t.Errorf("%s twice: the fragment would have the object twice", object)
			}
			objects = append(objects, object)
		}
	}
}
