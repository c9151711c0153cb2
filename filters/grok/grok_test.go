package grok

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/filters/grok/pattern"
	"github.com/naru-log/naru/internal/eventtest"
)

func config(match ...string) Config {
	c := Defaults()
	c.Match = match
	return c
}

func with(c Config, change func(*Config)) Config {
	change(&c)
	return c
}

func run(t *testing.T, c Config, line string, prepare func(*event.Event)) string {
	t.Helper()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	doc, verdict := eventtest.Run(t, line, func(s *event.Schema) {
		if _, err := s.Slot("old", event.String); err != nil {
			t.Fatal(err)
		}
	}, func(s *event.Schema) (event.Filter, error) { return New(c, s, nil) }, prepare)
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
	for _, tt := range []struct {
		name, line string
		c          Config
		want       string
	}{
		{"typed", "GET 12 0.5 true", config(`%{WORD:a} %{INT:b:int} %{NUMBER:c:float} %{WORD:d:boolean}`), `{"a":"GET","b":12,"c":0.5,"d":true}`},
		{"more than 32 bits", "3000000000", config(`%{INT:bytes:int}`), `{"bytes":3000000000}`},
		{"nested names", "x", config(`%{WORD:[a][b]}`), `{"a":{"b":"x"}}`},
		{"left over", "x y", config(`^%{WORD:a}`), `{"a":"x","message":"x y"}`},
		{"kept", "x", with(config(`%{WORD:a}`), func(c *Config) { c.KeepSource = true }), `{"a":"x","message":"x"}`},
		{"source rewritten", "1 rest of it", config(`^%{INT:n:int} %{GREEDYDATA:message}`), `{"message":"rest of it","n":1}`},
		{"source kept and captured", "1 rest", with(config(`^%{INT:n:int} %{GREEDYDATA:message}`), func(c *Config) { c.KeepSource = true }), `{"message":["1 rest","rest"],"n":1}`},
		{"no match", "?", config(`^%{INT:n}$`), `{"error":{"message":"line does not match ^%{INT:n}$"},"message":"?","tags":["_grokparsefailure"]}`},
		{"no match of several", "?", config(`^%{INT:n}$`, "^a"), `{"error":{"message":"line does not match any of 2 patterns, the first is ^%{INT:n}$"},"message":"?","tags":["_grokparsefailure"]}`},
		{"own tag", "?", with(config("a"), func(c *Config) { c.TagOnFailure = []string{"x"} }), `{"error":{"message":"line does not match a"},"message":"?","tags":["x"]}`},
		{"second pattern", "b2", config(`^a%{INT:a}$`, `^b%{INT:b}$`), `{"b":"2"}`},
		{"first counts", "ab", config(`(?<x>a)`, `(?<y>b)`), `{"message":"ab","x":"a"}`},
		{"all count", "ab", with(config(`(?<x>a)`, `(?<y>b)`), func(c *Config) { c.BreakOnMatch = false }), `{"message":"ab","x":"a","y":"b"}`},
		{"dash is nothing", "- -", config(`^%{NOTSPACE:a} (?:-|%{NOTSPACE:b})$`), `{}`},
		{"dash kept", "-", with(config(`^%{NOTSPACE:a}$`), func(c *Config) { c.NullValues = nil }), `{"a":"-"}`},
		{"empty", "x ", config(`^%{WORD:a} %{DATA:b}$`), `{"a":"x"}`},
		{"empty kept", "x ", with(config(`^%{WORD:a} %{DATA:b}$`), func(c *Config) { c.KeepEmptyCaptures = true }), `{"a":"x","b":""}`},
		{"repeated name", "1 2", config(`%{INT:n:int} %{INT:n:int}`), `{"n":[1,2]}`},
		{"unnamed", "10.0.0.1 x", with(config(`^%{IPV4} %{WORD:w}$`), func(c *Config) { c.NamedCapturesOnly = false }), `{"IPV4":"10.0.0.1","w":"x"}`},
		{"own definition", "AB-12", with(config(`^%{ORDER:order}$`), func(c *Config) { c.PatternDefinitions = map[string]string{"ORDER": `[A-Z]{2}-\d+`} }), `{"order":"AB-12"}`},
		{"inline definition", "AB-12 x", config(`^%{ORDER:order=[A-Z]+-\d+} %{TAIL=x}$`), `{"order":"AB-12"}`},
		{"group with a name", "AB-12", config(`^(?<order>[A-Z]+)-(?<INT:n:int>\d+)$`), `{"n":12,"order":"AB"}`},
		{"several values, all patterns", "1 2", with(config(`^%{INT:n:int}`, `%{INT:n:int}$`), func(c *Config) { c.BreakOnMatch = false }), `{"message":"1 2","n":[1,2]}`},
		{"none of all", "?", with(config(`^%{INT:n}`, `%{INT:n}$`), func(c *Config) { c.BreakOnMatch = false }), `{"error":{"message":"line does not match any of 2 patterns, the first is ^%{INT:n}"},"message":"?","tags":["_grokparsefailure"]}`},
		{"legacy names", `1.2.3.4 - - [26/Apr/2018:01:28:08 +0900] "GET / HTTP/1.1" 200 5`, with(config(`^%{COMMONAPACHELOG}$`), func(c *Config) { c.ECS = false }), `{"bytes":"5","clientip":"1.2.3.4","httpversion":"1.1","request":"/","response":"200","timestamp":"26/Apr/2018:01:28:08 +0900","verb":"GET"}`},
		{"no tags", "?", with(config("a"), func(c *Config) { c.TagOnFailure = nil }), `{"error":{"message":"line does not match a"},"message":"?"}`},
		{"own before the library's", "x", with(config(`^%{INT:n}$`), func(c *Config) { c.PatternDefinitions = map[string]string{"INT": `x`} }), `{"n":"x"}`},
		{"unicode words", "한글", with(config(`^%{WORD:w}$`), func(c *Config) { c.UnicodeWords = true }), `{"w":"한글"}`},
		{"ip", "10.0.0.1", config(`^%{IPORHOST:source.ip}$`), `{"source":{"ip":"10.0.0.1"}}`},
		{"no ip", "example.com", config(`^%{IPORHOST:source.ip}$`), `{"source":{"address":"example.com"}}`},
		{"bad conversion", "n=99999999999999999999 ok", config(`^n=%{INT:n:long} %{WORD:w}$`), `{"error":{"message":"field n: 99999999999999999999 is no long"},"message":"n=99999999999999999999 ok","tags":["_grokconversionfailure"],"w":"ok"}`},
		{"absent field", "x", with(config(`x`), func(c *Config) { c.Field = "other" }), `{"error":{"message":"text does not match x"},"message":"x","tags":["_grokparsefailure"]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := run(t, tt.c, tt.line, nil); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestExistingValues(t *testing.T) {
	set := func(ev *event.Event) {
		slot, _ := ev.Schema().Lookup("old")
		ev.SetString(slot, "before")
	}
	if got := run(t, config(`^%{WORD:old}$`), "x", set); got != `{"old":["before","x"]}` {
		t.Errorf("appended: %s", got)
	}
	c := with(config(`^%{WORD:old}$`), func(c *Config) { c.Overwrite = []string{"old"} })
	if got := run(t, c, "x", set); got != `{"old":"x"}` {
		t.Errorf("overwritten: %s", got)
	}
	list := func(ev *event.Event) {
		slot, _ := ev.Schema().Lookup("old")
		ev.AppendList(slot, event.StringValue([]byte("?")))
		ev.AppendList(slot, event.StringValue([]byte("7")))
	}
	c = with(config(`^%{INT:n:int}$`), func(c *Config) { c.Field = "old" })
	if got := run(t, c, "x", list); got != `{"message":"x","n":7,"old":["?","7"]}` {
		t.Errorf("list: %s", got)
	}
}

// As in Logstash every element of a list is matched, and numbers as text.
func TestOtherValues(t *testing.T) {
	put := func(vs ...event.Value) func(*event.Event) {
		return func(ev *event.Event) {
			slot, _ := ev.Schema().Lookup("old")
			if len(vs) == 1 {
				ev.Set(slot, vs[0])
				return
			}
			ev.SetList(slot, vs)
		}
	}
	str := func(s string) event.Value { return event.StringValue([]byte(s)) }
	c := with(config(`%{INT:n:int}`, `(?<w>true|\w{3,})`), func(c *Config) { c.Field = "old" })
	for _, tt := range []struct {
		set  func(*event.Event)
		want string
	}{
		{put(str("a 12"), str("b 3"), str("?")), `{"message":"x","n":[12,3],"old":["a 12","b 3","?"]}`},
		{put(str("abc"), event.IntValue(5)), `{"message":"x","n":5,"old":["abc",5],"w":"abc"}`},
		{put(event.IntValue(403)), `{"message":"x","n":403}`},
		{put(event.FloatValue(1.5)), `{"message":"x","n":1,"old":1.5}`},
		{put(event.BoolValue(true)), `{"message":"x","w":"true"}`},
	} {
		if got := run(t, c, "x", tt.set); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

// A pattern that captures nothing does not use up what it matches.
func TestNothingCaptured(t *testing.T) {
	if got := run(t, config(`^OK$`), "OK", nil); got != `{"message":"OK"}` {
		t.Errorf("got %s", got)
	}
}

func TestCombinedLog(t *testing.T) {
	line := `1.2.3.4 - - [26/Apr/2018:01:28:08 +0900] "GET /a?b HTTP/1.1" 200 3000000000 "-" "curl/7.58.0"`
	want := `{"http":{"request":{"method":"GET"},"response":{"body":{"bytes":3000000000},"status_code":200},"version":"1.1"},"source":{"address":"1.2.3.4"},"timestamp":"26/Apr/2018:01:28:08 +0900","url":{"original":"/a?b"},"user_agent":{"original":"curl/7.58.0"}}`
	if got := run(t, config("^%{HTTPD_COMBINEDLOG}$"), line, nil); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	c := with(config("^%{HTTPD_COMBINEDLOG}$"), func(c *Config) { c.ECS = false })
	want = `{"agent":"\"curl/7.58.0\"","bytes":"3000000000","clientip":"1.2.3.4","httpversion":"1.1","referrer":"\"-\"","request":"/a?b","response":"200","timestamp":"26/Apr/2018:01:28:08 +0900","verb":"GET"}`
	if got := run(t, c, line, nil); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	want = `{"http":{"response":{"status_code":408}},"source":{"address":"1.2.3.4"},"timestamp":"26/Apr/2018:01:28:08 +0900"}`
	if got := run(t, config("^%{HTTPD_COMBINEDLOG}$"), `1.2.3.4 - - [26/Apr/2018:01:28:08 +0900] "-" 408 - "-" "-"`, nil); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestPatternFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("good", "\ufeff# comment\n\nORDER  [A-Z]+ x\r\nORDER\t[A-Z]+\n")
	bad := write(".bad", "# fine\nLONELY\n")
	for _, c := range []Config{
		with(config(`^%{ORDER:o}$`), func(c *Config) { c.PatternFiles = []string{good} }),
		with(config(`^%{ORDER:o}$`), func(c *Config) { c.PatternDirs = []string{dir} }),
	} {
		if got := run(t, c, "ABC", nil); got != `{"o":"ABC"}` {
			t.Errorf("got %s", got)
		}
	}
	write("other.txt", "ORDER [0-9]+\n")
	glob := with(config(`^%{ORDER:o}$`), func(c *Config) { c.PatternDirs, c.PatternFilesGlob = []string{dir}, "*.txt" })
	if got := run(t, glob, "12", nil); got != `{"o":"12"}` {
		t.Errorf("glob: %s", got)
	}
	blanks := write("blanks.txt", "  WITH [a-z]+\\ \r\nEMPTY  \n")
	if err := ReadPatterns(blanks, pattern.Map{}); err == nil || !strings.Contains(err.Error(), `:2: pattern "EMPTY" has no expression`) {
		t.Errorf("a name alone: %v", err)
	}
	write("blanks.txt", "  WITH [a-z]+\\ \r\n")
	c := with(config(`^%{WITH:o}x$`), func(c *Config) { c.PatternFiles = []string{blanks} })
	if got := run(t, c, "abc x", nil); got != `{"o":"abc "}` {
		t.Errorf("a blank at the end: %s", got)
	}
	glob.PatternFilesGlob = "[a"
	if err := glob.Validate(); err == nil || !strings.HasPrefix(err.Error(), `pattern_files_glob: "[a" is no glob`) {
		t.Errorf("a bad glob: %v", err)
	}
	for _, tt := range []struct {
		c    Config
		want string
	}{
		{with(config("x"), func(c *Config) { c.PatternFiles = []string{good, bad} }), `pattern_files[1]: ` + bad + `:2: pattern "LONELY" has no expression`},
		{with(config("x"), func(c *Config) { c.PatternFiles = []string{filepath.Join(dir, "none")} }), "pattern_files[0]: read pattern file: open "},
		{with(config("x"), func(c *Config) { c.PatternDirs = []string{filepath.Join(dir, "none")} }), "pattern_dirs[0]: read pattern folder: open "},
	} {
		if _, err := New(tt.c, event.NewSchema(), nil); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("err = %v, want %q", err, tt.want)
		}
	}
}

func TestErrors(t *testing.T) {
	c := Defaults()
	if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), "match: ") {
		t.Errorf("no patterns: %v", err)
	}
	for _, tt := range []struct {
		c    Config
		want string
	}{
		{config("ok", "(unclosed"), "match[1]: "},
		{config("%{NO_SUCH_PATTERN:x}"), "NO_SUCH_PATTERN"},
		{config("ok", "a%{IPORHOTS:x}"), "match[1]: grok: expression at byte 1: %{IPORHOTS:x}: there is no pattern named IPORHOTS, did you mean IPORHOST?"},
		{config("ok", "%{WROD:x}"), "match[1]: grok: expression at byte 0: %{WROD:x}: there is no pattern named WROD, did you mean WORD?"},
		{config("x(?<=a+)y"), "match[0]: grok: expression at byte 1: (?<=a+): the lookbehind has no fixed length"},
		{with(config("%{OWN}"), func(c *Config) { c.PatternDefinitions = map[string]string{"OWN": `a(?~b)`} }), "match[0]: grok: pattern OWN at byte 1: (?~: the absence operator is not supported"},
		{config("%{WORD:message.text}"), "match[0]: field message.text cannot be set"},
		{with(config("x"), func(c *Config) { c.Field = "a..b" }), "field: "},
		{with(config("x"), func(c *Config) { c.Overwrite = []string{"a..b"} }), "overwrite[0]: "},
	} {
		if _, err := New(tt.c, event.NewSchema(), nil); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("err = %v, want %q", err, tt.want)
		}
	}
}

func TestKinds(t *testing.T) {
	s := event.NewSchema()
	if _, err := New(config(`%{INT:i:int} %{INT:l:long} %{NUMBER:f:float} %{WORD:b:boolean} %{WORD:s} %{IP:source.ip} %{INT:m:int} %{WORD:m}`), s, nil); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]event.Kind{"i": event.Int, "l": event.Int, "f": event.Float, "b": event.Bool, "s": event.String, "source.ip": event.IP, "m": event.Any} {
		if slot, ok := s.Lookup(path); !ok || s.Kind(slot) != want {
			t.Errorf("%s: kind %v, want %v", path, s.Kind(slot), want)
		}
	}
}

func row(t testing.TB, match ...string) (*event.Event, event.Processor) {
	s := event.NewSchema()
	f, err := New(config(match...), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	return event.NewEvent(s), f.Processor()
}

const combined = `1.2.3.4 - frank [26/Apr/2018:01:28:08 +0900] "GET /shop/list.html?page=3 HTTP/1.1" 200 5120 "http://example.com/start.html" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/65.0.3325.181 Safari/537.36"`

func TestDoesNotAllocate(t *testing.T) {
	ev, p := row(t, "^%{HTTPD_COMBINEDLOG}$", "^n=%{INT:n:long}$")
	for _, text := range []string{combined, "no match", "n=1", "n=99999999999"} {
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

func benchmark(b *testing.B, text string) {
	ev, p := row(b, "^%{HTTPD_COMBINEDLOG}$")
	line := []byte(text)
	b.ReportAllocs()
	for b.Loop() {
		ev.Reset(nil, line, 0)
		p.Process(ev)
	}
}

func BenchmarkCombined(b *testing.B) { benchmark(b, combined) }
func BenchmarkMismatch(b *testing.B) { benchmark(b, strings.Replace(combined, "] \"", "] ", 1)) }

// A pattern with a back reference is given up on a line that it cannot decide in
// bounded time, and the line is kept.
func TestStepLimit(t *testing.T) {
	line := strings.Repeat("x", 5000)
	c := config(`^(?<a>x*)(?<b>x*)(?<c>x*)\k<a>\k<b>\k<c>y$`)
	got := run(t, c, line, nil)
	if !strings.Contains(got, `"tags":["_groktimeout"]`) || !strings.Contains(got, line) || !strings.Contains(got, "too many steps") {
		t.Errorf("got %.200s", got)
	}
}

func TestFailuresAreCounted(t *testing.T) {
	f := func(expression string, want map[string]float64, lines ...string) {
		t.Helper()
		reg := prometheus.NewRegistry()
		s := event.NewSchema()
		f, err := New(config(expression), s, reg)
		if err != nil {
			t.Fatal(err)
		}
		s.Freeze()
		ev, p := event.NewEvent(s), f.Processor()
		for _, line := range lines {
			ev.Reset(nil, []byte(line), 0)
			p.Process(ev)
		}
		families, err := reg.Gather()
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		for _, m := range families[0].GetMetric() {
			got[m.GetLabel()[0].GetValue()] = m.GetCounter().GetValue()
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s: counted %v, want %v", expression, got, want)
		}
	}
	f("^%{INT:n:int}$", map[string]float64{"mismatch": 2, "conversion": 1, "timeout": 0}, "1", "x", "99999999999999999999", "y")
	f(`^(?<a>x*)(?<b>x*)(?<c>x*)\k<a>\k<b>\k<c>y$`, map[string]float64{"mismatch": 1, "conversion": 0, "timeout": 1}, "z", strings.Repeat("x", 5000))
}
