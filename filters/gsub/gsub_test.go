package gsub

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

func run(t testing.TB, pattern, replacement, text string) string {
	t.Helper()
	c := Config{Fields: []string{"message"}, Pattern: pattern, Replacement: replacement}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	doc, _ := eventtest.Run(t, text, nil, func(s *event.Schema) (event.Filter, error) { return New(c, s) }, nil)
	return doc["message"].(string)
}

func TestProcess(t *testing.T) {
	for _, tt := range []struct{ pattern, replacement, in, want string }{
		{`/[0-9]+`, `/{id}`, "/user/12/item/345", "/user/{id}/item/{id}"},
		{`/[0-9]+`, `/{id}`, "/user", "/user"},
		{`a`, ``, "banana", "bnn"},
		{`^a`, `b`, "aaa", "baa"},
		{`\ba`, `x`, "a ba a", "x ba x"},
		{`a$`, `x`, "aba", "abx"},
		{`(\w+)@(\w+)`, `\2 at \1`, "me@home you@work", "home at me work at you"},
		{`(?P<user>\w+)@`, `<\k<user>>`, "me@home", "<me>home"},
		{`b`, `[\0]`, "abc", "a[b]c"},
		{`b`, `\\1$1\n`, "abc", `a\1$1nc`},
		{`x*`, `-`, "axb", "-a-b-"},
		{`(a)|(b)`, `\1\2!`, "abc", "a!b!c"},
		{`글`, `x`, "한글 한글", "한x 한x"},
		{`a`, `b\`, "a", `b\`},
	} {
		if got := run(t, tt.pattern, tt.replacement, tt.in); got != tt.want {
			t.Errorf("gsub(%q, %q) of %q = %q, want %q", tt.pattern, tt.replacement, tt.in, got, tt.want)
		}
	}
}

func TestListsAndOtherKinds(t *testing.T) {
	var list, number event.Slot
	doc, _ := eventtest.Run(t, "", func(s *event.Schema) {
		list, _ = s.Slot("list", event.List)
		number, _ = s.Slot("number", event.Int)
	}, func(s *event.Schema) (event.Filter, error) {
		return New(Config{Fields: []string{"list", "number", "absent"}, Pattern: "1", Replacement: "2"}, s)
	}, func(ev *event.Event) {
		ev.SetInt(number, 1)
		ev.AppendList(list, event.StringValue([]byte("11")))
		ev.AppendList(list, event.IntValue(1))
	})
	if got := fmt.Sprint(doc["list"], doc["number"]); got != "[22 1] 1" {
		t.Errorf("got %s", got)
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		c    Config
		want string
	}{
		{Config{Pattern: "a"}, "fields: name at least one"},
		{Config{Fields: []string{"a"}}, "pattern: is empty"},
		{Config{Fields: []string{"a"}, Pattern: "("}, "pattern: error parsing"},
		{Config{Fields: []string{"a"}, Pattern: "(a)", Replacement: `\2`}, `replacement: \2: the pattern has no such group; it has 1`},
		{Config{Fields: []string{"a"}, Pattern: "a", Replacement: `\k<x>`}, `no group of this name`},
	} {
		if err := tt.c.Validate(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("err = %v, want %q", err, tt.want)
		}
	}
	if _, err := New(Config{Fields: []string{"a..b"}, Pattern: "a"}, event.NewSchema()); err == nil {
		t.Error("bad field: no error")
	}
}

// Go's own ReplaceAll gives the same answers.
func FuzzReplace(f *testing.F) {
	f.Add(`/[0-9]+`, "/user/12/item/345")
	f.Add(`\ba|x*$`, "a ba xx")
	f.Add(`(?m)^.`, "a\nb")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		re, err := regexp.Compile(pattern)
		if err != nil || pattern == "" || strings.ToValidUTF8(text, "") != text {
			return
		}
		if got, want := run(t, pattern, "<\\0>", text), re.ReplaceAllString(text, "<${0}>"); got != want {
			t.Errorf("%q in %q: %q, Go says %q", pattern, text, got, want)
		}
	})
}

func row(t testing.TB) (*event.Event, event.Processor) {
	s := event.NewSchema()
	f, err := New(Config{Fields: []string{"message"}, Pattern: "/[0-9]+", Replacement: "/{id}"}, s)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	return event.NewEvent(s), f.Processor()
}

func BenchmarkProcess(b *testing.B) {
	ev, p := row(b)
	line := []byte("/user/12/item/345")
	b.ReportAllocs()
	for b.Loop() {
		ev.Reset(nil, line, 0)
		p.Process(ev)
	}
}
