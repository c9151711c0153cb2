package file

import (
	"reflect"
	"strings"
	"testing"

	"github.com/naru-log/naru/internal/attr"
)

func TestValidate(t *testing.T) {
	f := func(change func(*Config), want ...string) {
		t.Helper()
		c := Defaults()
		c.Paths = []string{"/var/log/apache2/*access.log"}
		change(&c)
		var got []string
		for _, e := range attr.All(c.Validate()) {
			got = append(got, e.Name)
			if text := e.Error(); len(text) < len(e.Name)+10 {
				t.Errorf("message without help: %q", text)
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("faults in %v, want %v (%v)", got, want, c.Validate())
		}
	}
	f(func(c *Config) {})
	f(func(c *Config) { c.Paths = nil })
	f(func(c *Config) { c.Paths = []string{"access.log", "", "/a/[b", "/a/{b"} }, "paths", "paths", "paths")
	f(func(c *Config) { c.Exclude = []string{"*.gz", "[", "{a,b}"} }, "exclude")
	f(func(c *Config) { c.StartAt = "middle" }, "start_at")
	f(func(c *Config) { c.MaxLineBytes = 1 }, "max_line_bytes")
	f(func(c *Config) { c.MaxLineBytes = 1 << 40 }, "max_line_bytes")
	f(func(c *Config) { c.Encoding = "klingon" }, "encoding")
	f(func(c *Config) { c.Encoding = "CP949" })
	f(func(c *Config) { c.IgnoreOlder, c.PollInterval, c.ForgetAfter = -1, 0, 0 }, "ignore_older", "poll_interval", "forget_after")
	f(func(c *Config) { c.MaxOpenFiles = 0 }, "max_open_files")
	f(func(c *Config) { c.RotatedDirs = []string{"old"} }, "rotated_dirs")
	f(func(c *Config) { c.Multiline = &Multiline{} }, "multiline")
	f(func(c *Config) { c.Multiline = &Multiline{StartPattern: "a", ContinuePattern: "b"} }, "multiline")
	f(func(c *Config) { c.Multiline = &Multiline{StartPattern: "("} }, "multiline")
	f(func(c *Config) { c.Multiline = &Multiline{StartPattern: "a", MaxLines: 1} }, "multiline")
	f(func(c *Config) { c.Multiline = &Multiline{ContinuePattern: `^\s`, Timeout: -1} }, "multiline")
	f(func(c *Config) { c.Multiline = &Multiline{ContinuePattern: `^\s`, SinglePattern: "["} }, "multiline")
	f(func(c *Config) { c.Multiline = &Multiline{SinglePattern: "^a"} }, "multiline")
	f(func(c *Config) { c.Multiline = &Multiline{ContinuePattern: `^\s`} })
}

func TestEveryAttributeIsDocumented(t *testing.T) {
	for _, typ := range []reflect.Type{reflect.TypeFor[Config](), reflect.TypeFor[Multiline]()} {
		for i := range typ.NumField() {
			f := typ.Field(i)
			if f.Tag.Get("hcl") == "" || len(f.Tag.Get("doc")) < 10 {
				t.Errorf("%s.%s lacks a tag", typ.Name(), f.Name)
			}
		}
	}
}

func TestGlobMatches(t *testing.T) {
	f := func(pattern string, yes string, no string) {
		t.Helper()
		g, err := parseGlob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for path := range strings.FieldsSeq(yes) {
			if !g.matches(path) {
				t.Errorf("%s does not match %s", pattern, path)
			}
		}
		for path := range strings.FieldsSeq(no) {
			if g.matches(path) {
				t.Errorf("%s matches %s", pattern, path)
			}
		}
	}
	f("/var/log/*.log", "/var/log/a.log /var/log/.log", "/var/log/a.log.1 /var/log/a/b.log /var/a.log")
	f("/var/log/**/*.log", "/var/log/a.log /var/log/a/b.log /var/log/a/b/c/d.log", "/var/a.log /var/log/a.txt")
	f("/var/log/**", "/var/log/a /var/log/a/b", "/var/lo")
	f("/a/**/b/**/c", "/a/b/c /a/x/b/y/z/c", "/a/c /a/b")
	f("/a/{b,c{d,e}}/[x-z]?", "/a/b/x1 /a/cd/y2 /a/ce/zz", "/a/c/x1 /a/b/a1 /a/b/x")
	f(`/a/\*`, "/a/*", "/a/b")
	f("/a/{b/c,d}/e", "/a/b/c/e /a/d/e", "/a/b/e")
}

func TestGeneration(t *testing.T) {
	f := func(base, yes, no string) {
		t.Helper()
		for name := range strings.FieldsSeq(yes) {
			if !generation(base, name) || !related(base, name) {
				t.Errorf("%s is not taken for a generation of %s", name, base)
			}
		}
		for name := range strings.FieldsSeq(no) {
			if generation(base, name) {
				t.Errorf("%s is taken for a generation of %s", name, base)
			}
		}
	}
	f("access.log", "access.log.1 access.log.12.gz access.log-20260101 access.log-20260101.gz access-20260101.log access.log-2026-01-01T10:00:00 access.log.1700000000",
		"access.log access.log.gz access.log.bak error.log.1 access.log.1.bak access.log1 access.log. ssl_access.log.1 access.logger")
	f("catalina.out", "catalina.out.1 catalina.out-20260101.gz", "catalina.2026-01-01.log")
	f("messages", "messages.1 messages-20260101", "messages messages.d")
}
