package translate

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

func config(change func(*Config)) Config {
	c := Defaults()
	c.Field, c.Target = "x", "y"
	c.Dictionary = map[string]string{"408": "Request Timeout", "a": "A", "true": "yes", "0.5": "half"}
	if change != nil {
		change(&c)
	}
	return c
}

func run(t testing.TB, c Config, prepare func(ev *event.Event, x, y event.Slot)) string {
	t.Helper()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	var x, y event.Slot
	doc, _ := eventtest.Run(t, "", func(s *event.Schema) {
		x, _ = s.Read("x")
		y, _ = s.Read("y")
	}, func(s *event.Schema) (event.Filter, error) { return New(c, s, nil) },
		func(ev *event.Event) { prepare(ev, x, y) })
	return fmt.Sprint(doc["x"], " ", doc["y"], " ", doc["tags"])
}

func str(s string) event.Value { return event.StringValue([]byte(s)) }

func TestProcess(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Config)
		in     event.Value
		want   string
	}{
		{"text", nil, str("a"), "a A <nil>"},
		{"number", nil, event.IntValue(408), "408 Request Timeout <nil>"},
		{"float", nil, event.FloatValue(0.5), "0.5 half <nil>"},
		{"truth", nil, event.BoolValue(true), "true yes <nil>"},
		{"missing", nil, str("b"), "b <nil> <nil>"},
		{"fallback", func(c *Config) { c.Fallback = "other" }, str("b"), "b other <nil>"},
		{"tagged", func(c *Config) { c.TagOnMissing = []string{"new"} }, str("b"), "b <nil> [new]"},
		{"in place", func(c *Config) { c.Target = "" }, str("a"), "A <nil> <nil>"},
		{"absent", func(c *Config) { c.Fallback = "other" }, event.Value{}, "<nil> <nil> <nil>"},
	} {
		if got := run(t, config(tt.change), func(ev *event.Event, x, _ event.Slot) { ev.Set(x, tt.in) }); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestOverride(t *testing.T) {
	for override, want := range map[bool]string{true: "a A <nil>", false: "a old <nil>"} {
		c := config(func(c *Config) { c.Override = override })
		if got := run(t, c, func(ev *event.Event, x, y event.Slot) { ev.Set(x, str("a")); ev.Set(y, str("old")) }); got != want {
			t.Errorf("override %v: %s", override, got)
		}
	}
}

func TestLists(t *testing.T) {
	for target, want := range map[string]string{"y": "[a b 408] [A Request Timeout] <nil>", "": "[A b Request Timeout] <nil> <nil>"} {
		c := config(func(c *Config) { c.Target = target })
		if got := run(t, c, func(ev *event.Event, x, _ event.Slot) {
			ev.SetList(x, []event.Value{str("a"), str("b"), event.IntValue(408)})
		}); got != want {
			t.Errorf("target %q: %s, want %s", target, got, want)
		}
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct{ name, text, want string }{
		{"a.csv", "\ufeffa,A\n\"b,c\",\"B\"\na,AA\n", "map[a:AA b,c:B]"},
		{"a.json", `{"a":"A","n":1.50,"t":true,"long":12345678901234567890}`, "map[a:A long:12345678901234567890 n:1.50 t:true]"},
		{"none.json", "{}\n", "map[]"},
		{"none.yaml", "{}\n", "map[]"},
		{"a.yaml", "a: A\n408: Request Timeout\nversion: 1.10\nno: yes\n", "map[408:Request Timeout a:A no:yes version:1.10]"},
		{"A.YML", "a: A\n", "map[a:A]"},
		{"empty.csv", "", "the file is empty"},
		{"empty.yaml", " \n", "the file is empty"},
		{"bad.csv", "a,b\nc\n", "line 2 has 1 columns"},
		{"quote.csv", "\"a,b\n", "parse error on line 1"},
		{"bad.json", `{"a":[1]}`, `entry "a" is no single value`},
		{"cut.json", "{\n\"a\":", "line 2: unexpected end"},
		{"list.json", `["a"]`, "it holds no object"},
		{"null.json", `null`, "it holds no object"},
		{"more.json", "{}\n}", "line 2: invalid character '}'"},
		{"bad.yaml", "a: [1]\n", `line 1: "a" is no single value`},
		{"list.yaml", "- a\n", "it holds no mapping"},
		{"comment.yaml", "# a: A\n", "it holds no mapping"},
		{"null.yaml", "a: A\nb:\n", `line 2: "b" is no single value`},
		{"twice.yaml", "a: A\na: B\n", `mapping key "a" already defined at line 1`},
		{"a.txt", "a,A", "its name does not say what it is"},
	} {
		path := filepath.Join(dir, tt.name)
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		c := config(func(c *Config) { c.Path, c.Dictionary = path, nil })
		f, err := New(c, event.NewSchema(), nil)
		got := fmt.Sprint(err)
		if err == nil {
			got = fmt.Sprint(f.table.Load().exact)
		} else if !strings.HasPrefix(got, "path: read table "+path) {
			t.Errorf("%s: the error does not say where: %s", tt.name, got)
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestRegex(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.csv": "^/api/,api\n\\.(css|js)$,asset\n.,page\n", "a.json": `{"^/api/":"api","\\.(css|js)$":"asset",".":"page"}`,
		"a.yml": "^/api/: api\n\\.(css|js)$: asset\n.: page\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c := config(func(c *Config) { c.Path, c.Dictionary, c.Regex = path, nil, true })
		for in, want := range map[string]string{"/api/x.js": "api", "/x.js": "asset", "/": "page", "": "<nil>"} {
			if got := run(t, c, func(ev *event.Event, x, _ event.Slot) { ev.Set(x, str(in)) }); got != in+" "+want+" <nil>" {
				t.Errorf("%s: %q gives %s", name, in, got)
			}
		}
	}
	c := config(func(c *Config) {
		c.Dictionary, c.Regex = map[string]string{"b": "second", "^a": "first", "a": "third"}, true
	})
	if got := run(t, c, func(ev *event.Event, x, _ event.Slot) { ev.Set(x, str("ab")) }); got != "ab first <nil>" {
		t.Errorf("dictionary: %s", got)
	}
}

// journal is a log that is read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) take() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	defer j.text.Reset()
	return j.text.String()
}

func TestReload(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a,old")
	synctest.Test(t, func(t *testing.T) {
		var log journal
		c := config(func(c *Config) { c.Path, c.Dictionary = path, nil })
		f, err := New(c, event.NewSchema(), slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- f.Run(ctx) }()
		for i, step := range []struct {
			do           func()
			want, logged string
		}{
			{func() {}, "old", ""},
			{func() { write("a,newer") }, "newer", "table read anew"},
			{func() { write("a,b,c") }, "newer", "cannot be used"},
			{func() { write("") }, "newer", "cannot be used"},
			{func() { os.Remove(path) }, "newer", "is gone"},
			{func() { write("a,newest") }, "newest", "table read anew"},
		} {
			step.do()
			time.Sleep(25 * time.Second)
			synctest.Wait()
			if got, text := f.table.Load().exact["a"], log.take(); got != step.want || !strings.Contains(text, step.logged) {
				t.Errorf("step %d: %s, want %s; log %q", i, got, step.want, text)
			}
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestRunWithoutFileEndsWithContext(t *testing.T) {
	f, err := New(config(nil), event.NewSchema(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := f.Run(ctx); err != nil {
		t.Error(err)
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Dictionary = nil }, "dictionary: is empty"},
		{func(c *Config) { c.Path = "x.csv" }, "path: write the table"},
		{func(c *Config) { c.ReloadInterval = 0 }, "reload_interval: "},
		{func(c *Config) { c.Field = "a..b" }, "field: "},
		{func(c *Config) { c.Target = "tags" }, "target: "},
		{func(c *Config) { c.Regex, c.Dictionary = true, map[string]string{"(": "x"} }, `dictionary: entry "(": error parsing regexp`},
		{func(c *Config) { c.Path, c.Dictionary = "/no/such.csv", nil }, "path: stat /no/such.csv"},
	} {
		c := config(tt.change)
		err := c.Validate()
		if err == nil {
			_, err = New(c, event.NewSchema(), nil)
		}
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("err = %v, want %q", err, tt.want)
		}
	}
}

func row(t testing.TB, regex bool) func() {
	s := event.NewSchema()
	f, err := New(config(func(c *Config) { c.Fallback, c.Regex = "other", regex }), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	x, _ := s.Lookup("x")
	s.Freeze()
	ev, p := event.NewEvent(s), f.Processor()
	list := []event.Value{str("a"), str("b")}
	return func() {
		ev.Reset(nil, nil, 0)
		ev.SetInt(x, 408)
		p.Process(ev)
		ev.SetList(x, list)
		p.Process(ev)
	}
}

func BenchmarkProcess(b *testing.B) {
	for name, regex := range map[string]bool{"exact": false, "regex": true} {
		b.Run(name, func(b *testing.B) {
			process := row(b, regex)
			b.ReportAllocs()
			for b.Loop() {
				process()
			}
		})
	}
}
