package pattern_test

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/naru-log/naru/filters/grok/pattern"
	"github.com/naru-log/naru/filters/grok/pattern/bank"
)

// families are expressions of sets, most of which begin alike.
var families = [][]string{
	accessAlternatives(4),
	{"^%{HTTPD_COMBINEDLOG} %{INT:d}$", "^%{HTTPD_COMBINEDLOG}$", "^%{HTTPD_COMMONLOG}", "%{SYSLOGLINE}", "%{SYSLOGBASE} x"},
	{"%{DATA:a} %{DATA:b}: %{INT:c}$", "%{DATA:a} %{DATA:b}: %{WORD:c}$", "%{DATA:a} %{DATA:b}: %{GREEDYDATA:c}$"},
	{"^%{GREEDYDATA:a} %{GREEDYDATA:b} %{INT:c} %{INT:d}$", "^%{GREEDYDATA:a} %{GREEDYDATA:b} %{INT:c}$", "^%{GREEDYDATA:a} %{GREEDYDATA:b}$"},
	{`(?:%{WORD:k}=%{NOTSPACE:v} ?)+ (?<e>a)`, `(?:%{WORD:k}=%{NOTSPACE:v} ?)+ (?<e>b)`, `(?:%{WORD:k}=%{NOTSPACE:v} ?)+(?<e>.*)`},
	{`(?<x>(a|ab)(c|bcd)(d*))(?<q>(?:y|z)*)!`, `(?<x>(a|ab)(c|bcd)(d*))(?<q>(?:y|z)*)\?`},
	{`(?<a>\w+)-\k<a>`, `(?<a>\w+)-\k<a>x`},
}

// TestSetAgrees compares what a set makes of lines with its patterns one by
// one, on lines that fit and on lines changed at random.
func TestSetAgrees(t *testing.T) {
	lines := []string{"", combined, combined + " 12", combined + " 12 13 14", combined[7:],
		"Mar  5 07:08:09 host sshd[4242]: Accepted x", "a b: 12", "a b: c: d e: x", "1 2 3 4 5 6", "a 1 b 2",
		"a=1 b=2  b", "a=1 b=2 c", "abcdyz!", "abcdyz?", "xx-xx", "한글 b: 글", strings.Repeat("a b: ", 40)}
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, line := range lines {
		for range 20 {
			lines = append(lines, changed(rnd, line))
		}
	}
	for _, exprs := range families {
		set, err := pattern.CompileSet(exprs, pattern.Options{Definitions: pattern.Map(bank.ECS())})
		if err != nil {
			t.Fatal(err)
		}
		m := set.NewMatcher()
		var alone []*pattern.Matcher
		for _, expr := range exprs {
			alone = append(alone, mustCompile(t, expr).NewMatcher())
		}
		for _, line := range lines {
			compareSet(t, m, alone, []byte(line))
		}
	}
}

// compareSet takes all patterns that match, as break_on_match = false does.
func compareSet(t *testing.T, m *pattern.SetMatcher, alone []*pattern.Matcher, line []byte) {
	t.Helper()
	for from := 0; from < len(alone); from++ {
		want := -1
		for i := from; i < len(alone) && want < 0; i++ {
			if alone[i].Match(line) == pattern.Matched {
				want = i
			}
		}
		got, _ := m.Match(line, from)
		if got != want {
			t.Fatalf("%q from %d: pattern %d matches, want %d", line, from, got, want)
		}
		if got >= 0 && !reflect.DeepEqual(captured(m.Matcher(got)), captured(alone[want])) {
			t.Fatalf("%q: pattern %v\n got %v\nwant %v", line, alone[want].Pattern(), captured(m.Matcher(got)), captured(alone[want]))
		}
	}
	if got, want := m.Matcher(len(alone)-1).Match(line), alone[len(alone)-1].Match(line); got != want {
		t.Fatalf("%q: the last pattern alone: %v, want %v", line, got, want)
	}
}

func captured(m *pattern.Matcher) [][]pattern.Value {
	start, end := m.Span()
	all := [][]pattern.Value{{{Start: start, End: end}}}
	for i := range m.Pattern().Captures() {
		all = append(all, append([]pattern.Value(nil), m.Values(i)...))
	}
	return all
}

func changed(rnd *rand.Rand, line string) string {
	b := []byte(line)
	for range 1 + rnd.IntN(3) {
		if len(b) == 0 {
			break
		}
		at := rnd.IntN(len(b))
		switch rnd.IntN(3) {
		case 0:
			b = append(b[:at], b[at+1:]...)
		case 1:
			b[at] = " \"-a1:\n"[rnd.IntN(7)]
		default:
			b = append(b[:at], append([]byte(" x "), b[at:]...)...)
		}
	}
	return string(b)
}
