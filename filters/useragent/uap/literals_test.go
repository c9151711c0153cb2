package uap

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
)

func TestRequired(t *testing.T) {
	for _, c := range []struct {
		expr string
		fold bool
		want []string // clauses, literals with | between
	}{
		{`CriOS/(\d+)`, false, []string{"crios/"}},
		{`(?:Foo|Bar[Bb]ar|Foobar)x`, false, []string{"foox|barbarx|foobarx"}},
		{`(bot|robot|spider)`, false, []string{"bot|spider"}}, // where robot is, bot is
		{`[Bb]ot[/ ]x`, false, []string{"bot x|bot/x"}},
		{`(?:a|bcd)`, false, nil}, // a is too short to tell
		{`abc?d*efg`, false, []string{"efg"}},
		{`(abc)+x{2,3}`, false, []string{"abc"}},
		{`(abc)*def`, false, []string{"def"}},
		{`^.{0,9}(robot|spider)$`, false, []string{"robot|spider"}},
		{`Zebra.*Build`, false, []string{"zebra", "build"}}, // the rarer first
		{`Build.*Zebra`, false, []string{"zebra", "build"}},
		{`MASKS`, true, []string{"masks"}},
		{`nägel`, true, nil},
		{`nägel`, false, []string{"nägel"}},
		{`abc\x{FFFD}def`, false, nil},
		{`\d+\.\d+`, false, nil},
	} {
		flags := syntax.Perl
		if c.fold {
			flags |= syntax.FoldCase
		}
		re, err := syntax.Parse(c.expr, flags)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, cl := range required(re) {
			got = append(got, strings.Join(cl, "|"))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.expr, got, c.want)
		}
	}
}

// sound fails the test if a text that the expression matches lacks a required literal.
func sound(t *testing.T, expr string, fold bool, text string) {
	t.Helper()
	if fold {
		expr = "(?i)" + expr
	}
	std, err := regexp.Compile(expr)
	if err != nil || !std.MatchString(text) {
		return
	}
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	normal := string(normalise(nil, []byte(text)))
	for _, c := range required(re) {
		if !slices.ContainsFunc(c, func(l string) bool { return strings.Contains(normal, l) }) {
			t.Errorf("%q matches %q, which has none of %q", expr, text, c)
		}
	}
}

var soundCases = []struct {
	expr, text string
	fold       bool
}{
	{"kiosk", "KIOſ\u212a", true},
	{"[a-z]iosks", "\u212aio\u017fk\u017f", true},
	{"nägelchen", "NÄGELCHEN", true},
	{"abc\ufffddef", "abc\xffdef", false},
	{"nagel\u212a", "nagel\u212a", false},
	{"[ſt]iosk", "ſiosk", false},
	{"(?:foo|bar){2}baz", "foobarbaz", false},
	{"(?:foo|bar){0,2}baz", "xbaz", false},
	{"(?:foo|)(?:bar|quux|)end", "fooend", false},
	{"a[bc]d[ef]g[hi]j[kl]m[no]p[qr]s[tu]v", "abdeghjkmnpqstv", false},
	{"(?:abc|d)(?:efg|hij)", "dhij", false},
	{"(?i:AbC)DeF", "aBcDeF", false},
	{"x(?:yz*|y)w", "xyzzw", false},
}

func TestRequiredIsSound(t *testing.T) {
	for _, c := range soundCases {
		if !regexp.MustCompile(map[bool]string{true: "(?i)"}[c.fold] + c.expr).MatchString(c.text) {
			t.Errorf("%q does not match %q: the case tells nothing", c.expr, c.text)
		}
		sound(t, c.expr, c.fold, c.text)
	}
}

func FuzzRequired(f *testing.F) {
	for _, c := range soundCases {
		f.Add(c.expr, c.fold, c.text)
	}
	f.Fuzz(func(t *testing.T, expr string, fold bool, text string) {
		if len(expr) < 80 && len(text) < 200 {
			sound(t, expr, fold, text)
		}
	})
}

func TestFinderFindsEveryOccurrence(t *testing.T) {
	literals := []string{"abc", "bcd", "abcd", "cda", "aaa", "zzz", "abcdabcd", "aab"}
	f, err := newFinder(literals)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "ab", "abc", "xabcdx", "abcdabcdaaab", "zzzz", "aaaa", "abcdabc"} {
		want, got := map[string]int{}, map[string]int{}
		for _, l := range literals {
			for i := range text {
				if strings.HasPrefix(text[i:], l) {
					want[l]++
				}
			}
		}
		f.find([]byte(text), func(i uint16) { got[literals[i]]++ })
		if len(got) != len(want) {
			t.Errorf("%q: found %v, want %v", text, got, want)
		}
		for l, n := range want {
			if got[l] != n {
				t.Errorf("%q: found %s %d times, want %d", text, l, got[l], n)
			}
		}
	}
}
