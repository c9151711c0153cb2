package matcher

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// cases are expressions with texts that reach each instruction and each way of giving back.
var cases = []struct {
	expr  string
	texts []string
}{
	{``, []string{"", "a"}},
	{`a`, []string{"", "a", "ba", "b"}},
	{`(CriOS)/(\d+)\.(\d+)(?:\.(\d+)|)`, []string{"x CriOS/1.2 y", "CriOS/1.2.3", "CriOS/1", "CriOS/ CriOS/12.34.56.7"}},
	{`^.{0,20}(bot|spider|crawl)`, []string{"a bot", "spider bot", strings.Repeat("x", 30) + "bot", "crawbotspider", "\nbot"}},
	{`^.{0,20}?([A-Za-z -]{0,9}(?:[Bb]ot|[Ss]pider))[/ ](\d+)`, []string{"my bot bot/1", "Bot 2", "a-spider/3", "bot", "bo spiderbot/x bot 4"}},
	{`; {0,2}([^;/]{1,10}?)(?: Build|\) AppleWebKit)`, []string{"; SM-1 Build", ";a) AppleWebKit", "; ; x Build", "; aaaaaaaaaaaaaa Build"}},
	{`(\d{1,2})(\d*)`, []string{"1", "12", "123", "x"}},
	{`(?:(a)b|ac)(.*)`, []string{"ab", "ac", "xacy"}},
	{`(?:(a)|(b)|(c))+d`, []string{"abcd", "ad", "cbad", "abc"}},
	{`(?:ab|a|b){2,3}?(c?)`, []string{"abab", "aabbc", "a"}},
	{`(?:ab){2,}`, []string{"ab", "abab", "xababab"}},
	{`(x?)(?:y|)z`, []string{"z", "xz", "yz", "xyz", "xyy"}},
	{`\bfoo\b|\Bbar\B`, []string{"foo", "xfoo", "bar", "xbary", "foo bar"}},
	{`^a$|b$`, []string{"a", "ab", "b\n", "a\n"}},
	{`(?m)^a$`, []string{"b\na\nc", "a"}},
	{`(?i)k[s]+é`, []string{"KSÉ", "\u212aſé", "ks\xc3"}},
	{`(?i)(bot)?mask`, []string{"BOTMASK", "BotMaſ\u212a", "mas"}},
	{`.+?\x{FFFD}.`, []string{"a\xffb", "a\ufffdb", "é\xe2\x82b"}},
	{`[^a]{2,3}`, []string{"éüö", "a\xff\xfea", "日本"}},
	{`日.{0,1}語`, []string{"日本語", "日語", "日本本語"}},
	{`(a|b|c|d|e|f|g|)(h*)`, []string{"h", "gh", "xx", "ahh"}},
	{`(?:a*)*b`, []string{"aab", "b"}},
	{`(a+)+$`, []string{strings.Repeat("a", 60) + "b", strings.Repeat("a", 60)}},
	{`(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)b`, []string{strings.Repeat("a", 60)}},
	{`[a-z]+x[a-z]+y[a-z]+z`, []string{strings.Repeat("xy", 60), strings.Repeat("xy", 60) + "z"}},
	{`[\d]{0,2}[.]`, []string{"123.", "12.", "x"}},
	{`a[ab]{0,2}b`, []string{"aaaab", "aaab", "aaaac"}},
	{`(?s).{2}$`, []string{"a\nb", "\n"}},
	{`[^\x00-\x{10FFFF}]|q`, []string{"q", "x"}},
}

func TestMatchEqualsRegexp(t *testing.T) {
	for _, c := range cases {
		for _, fold := range []bool{false, true} {
			for _, text := range c.texts {
				compare(t, c.expr, fold, text)
			}
		}
	}
}

// compare fails the test if the package and regexp differ over text.
func compare(t *testing.T, expr string, fold bool, text string) {
	t.Helper()
	std := expr
	if fold {
		std = "(?i)" + expr
	}
	re, err := regexp.Compile(std)
	p, errOurs := Compile(expr, fold)
	if (err == nil) != (errOurs == nil) {
		t.Fatalf("Compile(%q): %v, regexp says %v", expr, errOurs, err)
	}
	if err != nil {
		return
	}
	want := re.FindStringSubmatchIndex(text)
	var m Machine
	m.SetText([]byte(text), []byte(lowerASCII(text)))
	caps, ok := m.Match(p)
	var got []int
	if ok {
		for _, i := range caps {
			got = append(got, int(i))
		}
	}
	if ok != (want != nil) || !slices.Equal(got, want) {
		t.Errorf("%q (fold %v) over %q: got %v, regexp finds %v", expr, fold, text, got, want)
	}
}

func TestErrorIsOfSyntax(t *testing.T) {
	if _, err := Compile("a(?=b)", false); err == nil || !strings.Contains(err.Error(), "(?=") {
		t.Errorf("got %v, want an error that names the lookahead", err)
	}
}

func FuzzMatch(f *testing.F) {
	for _, c := range cases {
		for i, text := range c.texts {
			f.Add(c.expr, i%2 == 0, text)
		}
	}
	f.Fuzz(func(t *testing.T, expr string, fold bool, text string) {
		if len(expr) > 60 || len(text) > 200 {
			return
		}
		compare(t, expr, fold, text)
	})
}
