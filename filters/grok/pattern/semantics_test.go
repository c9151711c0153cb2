package pattern_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/naru-log/naru/filters/grok/pattern"
)

// defs are the few definitions that these tests need.
var defs = pattern.Map{
	"WORD": `\b\w+\b`, "INT": `(?:[+-]?(?:[0-9]+))`, "DATA": `.*?`, "GREEDYDATA": `.*`, "NOTSPACE": `\S+`,
	"ALT": `a|b`, "FLAG": `(?i)a`, "SELF": `a%{SELF}`, "C1": `%{C2}`, "C2": `%{C1}`, "lower_case": "a",
	"PAIR": `%{WORD:key}=%{INT:val:int}`, "OPEN": `(a`, "TYPO": `%{W RD}`, "INLINE": `%{WORD=a+}`,
}

// show lists what a line captures: name=value, values of one name separated
// by |, types other than string after a colon.
func show(t *testing.T, expr, line string, opts pattern.Options) string {
	t.Helper()
	opts.Definitions = defs
	p, err := pattern.Compile(expr, opts)
	if err != nil {
		return "error"
	}
	m := p.NewMatcher()
	switch m.Match([]byte(line)) {
	case pattern.NoMatch:
		return "no"
	case pattern.LimitExceeded:
		return "limit"
	}
	var out []string
	for i, c := range p.Captures() {
		var values []string
		for _, v := range m.Values(i) {
			s := line[v.Start:v.End]
			if v.Type != pattern.String {
				s += ":" + v.Type.String()
			}
			values = append(values, s)
		}
		if len(values) > 0 {
			out = append(out, c.Name+"="+strings.Join(values, "|"))
		}
	}
	start, end := m.Span()
	return fmt.Sprintf("%q %s", line[start:end], strings.Join(out, " "))
}

func TestSemantics(t *testing.T) {
	for _, c := range []struct{ expr, line, want string }{
		// Names and types.
		{`%{WORD} %{WORD:b}`, "x y", `"x y" b=y`},
		{`%{WORD}`, "x", `"x" `},
		{`%{PAIR:p}`, "a=1", `"a=1" p=a=1 key=a val=1:int`},
		{`%{lower_case:x}`, "a", `"a" x=a`},
		{`%{WORD:[a][b]}`, "x", `"x" [a][b]=x`},
		{`%{WORD:a.b-c@d}`, "x", `"x" a.b-c@d=x`},
		{`%{WORD:a b}`, "%{WORD:a b}", `"%{WORD:a b}" `},
		{`%{WORD:}`, "%{WORD:}", `"%{WORD:}" `},
		{`%{}`, "%{}", `"%{}" `},
		{`%{DATA:x?}`, "%{DATA:x}", `"%{DATA:x}" `},
		{`\%{WORD:w}`, "?<WORD:w>x", "error"},
		{`100%%{WORD:w}`, "100%x", `"100%x" w=x`},
		{`%{WORD=\d+}`, "abc", `"abc" `},
		{`%{INT:n:int} %{INT:n:INT}`, "1 2", `"1 2" n=1:int|2`},
		{`%{INT:a:long} %{INT:b:float} %{INT:c:double} %{INT:d:boolean}`, "1 2 3 4", `"1 2 3 4" a=1:long b=2:float c=3:double d=4:boolean`},
		{`(?<a:b>\w)`, "x", `"x" b=x`},
		{`(?<X:n:int>\d)`, "1", `"1" n=1:int`},
		{`(?'q'a)(b)`, "ab", `"ab" q=a`},
		// Which captures are present, and in which order.
		{`(?<a>x)?(?<b>y)?(?<c>z?)`, "y", `"y" b=y c=`},
		{`%{WORD:x} %{INT:x} %{WORD:x}`, "a 1 b", `"a 1 b" x=a|b|1`},
		{`(?:%{INT:x:int}|%{WORD:x})`, "ab", `"ab" x=ab`},
		{`(?:(?<x>\w),?)+`, "a,b,c", `"a,b,c" x=c`},
		{`((?<x>a)|b)+`, "ab", `"ab" x=a`},
		{`(?:(?<x>a)b|ac)`, "ac", `"ac" `},
		{`(?:(?<x>a)|(?<y>b)){2}`, "ab", `"ab" x=a y=b`},
		// Expansion.
		{`x%{ALT}y`, "xby", `"xby" `},
		{`%{FLAG}b`, "Ab", `"Ab" `},
		{`%{FLAG}b`, "AB", "no"},
		// Anchors and lines.
		{`^(?<x>second)`, "first\nsecond", `"second" x=second`},
		{`\Asecond`, "first\nsecond", "no"},
		{`a$`, "a\r\n", "no"},
		{`a$`, "a\nb", `"a" `},
		{`a\z`, "a\n", "no"},
		{`a\Z`, "a\n", `"a" `},
		{`%{GREEDYDATA:x}`, "a\nb", `"a" x=a`},
		{`(?m)%{DATA:x}\z`, "a\nb", "\"a\\nb\" x=a\nb"},
		{`(?m:.)b`, "\nb", `"\nb" `},
		// Characters.
		{`%{WORD:w}`, "한글", "no"},
		{`%{WORD:w}`, "abc한글", "no"},
		{`[[:alpha:]]+`, "한글", `"한글" `},
		{`\p{Hangul}\P{Hangul}`, "한a", `"한a" `},
		{`\p{InCyrillic}`, "ж", `"ж" `},
		{`\h+`, "xyzBEEF", `"BEEF" `},
		{`[a-z&&[^aeiou]]+`, "aeibcd", `"bcd" `},
		{`[]a]+`, "a]", `"a]" `},
		{`\u0041`, "u0041", `"u0041" `},
		{`\x41\x{D55C}\101`, "A한A", `"A한A" `},
		{`\Q.*\E`, "Q...E", `"Q...E" `},
		{`x{a}|a{,}|a{1`, "a{,}", `"a{,}" `},
		{`a{,2}b`, "aaab", `"aab" `},
		{`\R`, "\r\n", `"\r\n" `},
		{`^\X$`, "e\u0301", "\"e\u0301\" "},
		// Case.
		{`(?i)straße`, "STRASSE", `"STRASSE" `},
		{`(?i)k`, "\u212a", "\"\u212a\" "},
		{`a(?i)b|c`, "aC", `"aC" `},
		{`a(?i)b|c`, "C", "no"},
		// Groups.
		{`(?>a|ab)c`, "abc", "no"},
		{`a*+a`, "aaa", "no"},
		{`a{1,2}+a`, "aaa", `"aaa" `},
		{`(?<=ab|c)x`, "cx", `"x" `},
		{`(?<!ab|c)x`, "cx", "no"},
		{`(?<x>.)\k<x>`, "abb", `"bb" x=b`},
		{`(\w)\1`, "abb", `"bb" `},
		{`(?<p>\((?:[^()]|\g<p>)*\))`, "x(a(b)c)", `"(a(b)c)" p=(a(b)c)`},
		{`(?<x>a)?(?(<x>)b|c)`, "ab", `"ab" x=a`},
		{`(?<x>a)?(?(<x>)(?i:b|c|d))`, "aD", `"aD" x=a`},
		{`a\Kb`, "ab", `"b" `},
		{`\Gb`, "ab", "no"},
		{`(?x) a b # c`, "ab", `"ab" `},
		{`a(?#c)b`, "ab", `"ab" `},
		{`(?:a+?)*`, "aaa", `"a" `},
		{`(a+?)+(?<x>.)`, "aab", `"aa" x=a`},
		{`(?<x>)(?<x>..)\k<x>`, "ab1", "no"},
		{`(?i)(?<=ss)x`, "ßx", `"x" `},
		{`\xg|a\x`, "ax", `"ax" `},
		{`(?<!(a))(?<x>b)`, "b", `"b" x=b`},
		{`(?<=(a|bc))(?<x>d)`, "bcd", `"d" x=d`},
		{`(a)(|\1\g<2>)b`, "aaab", `"aaab" `},
		{`(a)(b)\g<+-2>(c)`, "abac", `"abac" `},
		{`(a)(b)\g'-2'(c)`, "abac", `"abac" `},
		{`(a)\g<+1>(b)`, "abb", `"abb" `},
	} {
		if got := show(t, c.expr, c.line, pattern.Options{}); got != c.want {
			t.Errorf("%s on %q: %s, want %s", c.expr, c.line, got, c.want)
		}
	}
}

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		expr, line, want string
		opts             pattern.Options
	}{
		{`%{WORD:w}`, "한글 x", `"한글" w=한글`, pattern.Options{UnicodeWord: true}},
		{`%{WORD} %{INT:n}`, "a 1", `"a 1" WORD=a n=1`, pattern.Options{CaptureAll: true}},
		{`%{NEW:x=[a-c]+}d`, "abcd", `"abcd" x=abc`, pattern.Options{InlineDefinitions: true}},
		{`%{NEW:x=[a-c]+}d`, "abcd", "error", pattern.Options{}},
		{`(?<x>a+)(?:a|\k<x>)*b`, strings.Repeat("a", 5000), "limit", pattern.Options{StepLimit: 1000}},
	} {
		if got := show(t, c.expr, c.line, c.opts); got != c.want {
			t.Errorf("%s on %.20q: %s, want %s", c.expr, c.line, got, c.want)
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, c := range []struct {
		expr, definition string
		offset           int
		construct, msg   string
	}{
		{`a%{NOPE:x}`, "", 1, `%{NOPE:x}`, "no pattern named"},
		{`%{SELF}`, "SELF", 1, `%{SELF}`, "circular reference SELF -> SELF"},
		{`%{C1}`, "C2", 0, `%{C1}`, "circular reference C1 -> C2 -> C1"},
		{`x(?<=a+)b`, "", 1, "(?<=a+)", "no fixed length"},
		{`(?<=a{1,2})x`, "", 0, "(?<=a{1,2})", "no fixed length"},
		{`(?<!(a|bc))x`, "", 0, "(?<!(a|bc))", "lookbehind"},
		{`(?<=(?i:a|bc))x`, "", 0, "(?<=(?i:a|bc))", "no fixed length"},
		{`(?i)(?<=pass)x`, "", 4, "(?<=pass)", `"ss" may be one letter`},
		{`%{TYPO}`, "TYPO", 0, "%{", `no pattern named "W RD"`},
		{`%{INLINE}`, "INLINE", 0, "%{", `no pattern named "WORD=a+"`},
		{`(a(?=\g<1>))`, "", 5, `\g<1>`, "never ends"},
		{`(a)\g'+1'`, "", 3, `\g'+1'`, "no such group"},
		{`(a)\g<--1>`, "", 3, `\g<--1>`, "name is invalid"},
		{`(a)\g<-+1>`, "", 3, `\g<-+1>`, "name is invalid"},
		{`(a)\g<+0>`, "", 3, `\g<+0>`, "name is invalid"},
		{`(a)\g<+>`, "", 3, `\g<+>`, "name is invalid"},
		{`(a)\k<--1>`, "", 3, `\k<--1>`, "name is invalid"},
		{`(a)\k<-0>`, "", 3, `\k<-0>`, "name is invalid"},
		{`(?s)a`, "", 0, "(?s", "no option 's': (?m)"},
		{`(?P<x>a)`, "", 0, "(?P", "no such kind of group: write (?<name>…)"},
		{`(?(1)a|b)`, "", 0, "(?(1)a|b)", "no such group"},
		{`(?<x>a)\1`, "", 7, `\1`, "use the name"},
		{`a)`, "", 1, ")", "unmatched"},
		{`\%{WORD}`, "", 1, "%", "does not protect"},
		{`(a`, "", 0, "(a", "no closing parenthesis"},
		{`[a`, "", 0, "[a", "no end"},
		{`*a`, "", 0, "*", "nothing to repeat"},
		{`[b-a]`, "", 3, "a", "empty"},
		{`a{3,2}`, "", 1, "{3,2}", "upper bound"},
		{`\p{Nope}`, "", 0, `\p{Nope}`, "no character property"},
		{`[[:nope:]]`, "", 1, "[", "POSIX"},
		{`(?<x>\g<x>)`, "", 5, `\g<x>`, "never ends"},
		{`\k<x>`, "", 0, `\k<x>`, "no group named"},
		{`(?~ab)`, "", 0, "(?~", "not supported"},
		{`%{WROD:x}`, "", 0, `%{WROD:x}`, "no pattern named WROD, did you mean WORD?"},
		{`%{WORD} (?<x>%{INT} a`, "", 8, "(?<x>%{INT} a", "no closing parenthesis"},
		{`(?:a{1,1000}){1,1000}`, "", 0, "", "too large"},
		{`%{OPEN}`, "", 0, "", "no closing parenthesis"},
	} {
		_, err := pattern.Compile(c.expr, pattern.Options{Definitions: defs})
		var e *pattern.SyntaxError
		if !errors.As(err, &e) {
			t.Errorf("%s: %v, want a syntax error", c.expr, err)
			continue
		}
		if e.Definition != c.definition || e.Offset != c.offset || !strings.HasPrefix(e.Construct, c.construct) || !strings.Contains(e.Msg, c.msg) {
			t.Errorf("%s: %q at %d of %q: %q: %s", c.expr, e.Construct, e.Offset, e.Definition, e.Pattern, e.Msg)
		}
	}
}

func FuzzCompile(f *testing.F) {
	f.Add(`%{WORD:a} (?<x>[[:alpha:]]{2,3}+)\k<x>`)
	f.Add(`(?i:[^\w&&[a-z]]|\p{^L})\g<1>()`)
	f.Fuzz(func(t *testing.T, expr string) {
		p, err := pattern.Compile(expr, pattern.Options{Definitions: defs})
		if err != nil {
			var e *pattern.SyntaxError
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(e.Text) {
				t.Fatalf("%q: %#v", expr, err)
			}
			return
		}
		p.NewMatcher().Match([]byte("a line"))
		p.Explain([]byte("a line"))
	})
}
