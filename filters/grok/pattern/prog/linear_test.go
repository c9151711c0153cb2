package prog

import (
	"strings"
	"testing"

	"github.com/naru-log/naru/filters/grok/pattern/bank"
	"github.com/naru-log/naru/filters/grok/pattern/syntax"
)

// TestStepsAreLinear counts steps, which stand for the time a line takes, on
// lines of 4 and 32 KB that take other engines exponential or polynomial time.
func TestStepsAreLinear(t *testing.T) {
	const short, long, slack = 4 << 10, 32 << 10, 1.6
	f := func(expr, prefix, repeated, suffix string) {
		t.Helper()
		p := compileExpression(t, expr)
		steps := func(n int) int {
			m := p.NewMatcher(0)
			if r := m.Match([]byte(prefix + strings.Repeat(repeated, n/len(repeated)) + suffix)); r == LimitExceeded {
				t.Errorf("%s on %q: limit exceeded", expr, repeated)
			}
			total := 1
			for _, v := range []*machine{m.quick, m.plain} {
				if v != nil {
					total += v.steps
				}
			}
			return total
		}
		a, b := steps(short), steps(long)
		if budget := quickLimit + 100; float64(b) > slack*float64(long/short)*float64(a)+float64(budget) {
			t.Errorf("%s on %q: %d steps for 4 KB, %d for 32 KB", expr, repeated, a, b)
		}
	}
	// Nested repeats and overlapping alternatives.
	f(`(a+)+$`, "", "a", "b")
	f(`(a|a)*b`, "", "a", "")
	f(`(.*)*x`, "", "a", "")
	f(`(a|aa)+$`, "", "a", "b")
	f(`(?:a*)*b`, "", "a", "")
	f(`(x+x+)+y`, "", "x", "")
	f(`((a*)*)*b`, "", "a", "")
	f(`(?:x?y?z?)*w`, "", "xyz", "")
	f(`(a{1,10}){1,10}b`, "", "a", "")
	f(`a*a*a*a*a*b`, "", "a", "")
	f(`.*?.*?.*?.*?x`, "", "a", "")
	f(`(?:\s*\w+\s*=\s*\w+\s*,?)*!`, "", "a=b, ", "")
	// Loops that read all of the text from every place in it.
	f(`(?:ab)*[cd]`, "", "ab", "")
	f(`(?:ab)*?[cd]`, "", "ab", "")
	f(`(?:ab)*+[cd]`, "", "ab", "")
	f(`(?:(?<y>a)|b)*[cd]`, "", "ab", "")
	f(`(?i)(?:aé)*[cd]`, "", "aÉ", "")
	f(`(?:\R)*[cd]`, "", "\n", "")
	f(`\X*[cd]`, "", "e\u0301", "")
	f(`"(?:[^"\\]|\\.)*"x`, `"`, `\"`, "")
	// Lookarounds and atomic groups around loops.
	f(`(?=(?:ab)*[cd])a`, "", "ab", "")
	f(`(?!(?:ab)*b)a`, "", "ab", "")
	f(`(?=(ab)*[cd])a`, "", "ab", "")
	f(`(?:(?=(?:ab)*[cd])a|.)*[xy]`, "", "ab", "")
	f(`(?:(?=(?:ab)*)a|.)*[xy]`, "", "ab", "")
	f(`(?>(?:ab)*)[cd]`, "", "ab", "")
	f(`(?:(?>a+)|b)*[cd]`, "", "ab", "")
	f(`(?=.*x)a(?=.*y)b`, "", "ab", "")
	f(`(?<=a)(?:b|c)*[xy]`, "", "abc", "")
	// The library.
	f(strings.Repeat(`%{DATA} `, 10)+`[!]`, "", "w ", "")
	f(strings.Repeat(`%{GREEDYDATA} `, 10)+`[!]`, "", "w ", "")
	f(`%{PATH}[!]`, "", "/a-b", " ")
	f(`%{WINPATH}[!]`, "C:", `\a`, "")
	f(`%{URI}[!]`, "http://h/", "a/b?c&", "")
	f(`%{URI}[!]`, "", "http://a:1", "")
	f(`%{URIPATHPARAM}[!]`, "/", "?a=b", "")
	f(`%{EMAILADDRESS}`, "", "a.", "@")
	f(`%{IPV6}[!]`, "", "1:", "")
	f(`%{IP}[!]`, "", "1.2.3.", "")
	f(`%{HOSTNAME}[!]`, "", "a-", "")
	f(`%{IPORHOST}[!]`, "", "a.", "")
	f(`%{QUOTEDSTRING}[!]`, `"`, `\"`, "")
	f(`%{QS}[!]`, "", `"a'b`, "")
	f(`%{UUID}[!]`, "", "0", "")
	f(`%{TIMESTAMP_ISO8601}[!]`, "", "2024-01-02T03:04:05", "")
	f(`%{NUMBER}[!]`, "", "1.", "")
	f(`%{BASE16FLOAT}[!]`, "", "0x1.", "")
	f(`(?:%{WORD}=%{INT} ?)*[!]`, "", "a=1 ", "")
	f(`%{HTTPD_COMBINEDLOG}`, "", "1.2.3.4 - - [", "")
	f(`%{HTTPD_COMBINEDLOG}`, `1.2.3.4 - - [26/Apr/2018:00:00:00 +0900] "`, `GET "`, "")
	f(`%{HTTPD_ERRORLOG}`, "", "[a] ", "")
	f(`%{SYSLOGLINE}`, "", "Apr 26 00:00:00 a ", "")
	f(`%{JAVASTACKTRACEPART}`, "at ", "a.", "")
	f(`%{CATALINALOG}`, "", "05-Mar-2024 ", "")
	f(`%{NAGIOSLOGLINE}`, "", "[1] a: b;", "")
}

// TestStepsHaveALimit shows that what cannot be linear is given up.
func TestStepsHaveALimit(t *testing.T) {
	f := func(expr, line string) {
		t.Helper()
		m := compileExpression(t, expr).NewMatcher(0)
		if r := m.Match([]byte(line)); r != LimitExceeded {
			t.Errorf("%s: %v", expr, r)
		}
		if spent := m.plain.steps; spent > 2*DefaultLimit {
			t.Errorf("%s: %d steps", expr, spent)
		}
	}
	f(`(a*)(a*)\1\2b`, strings.Repeat("a", 1<<20))
	f(`(a+)+\1$`, strings.Repeat("a", 1<<12)+"b")
	f(`(?<p>\((?:[^()]|\g<p>)*\))`, strings.Repeat("(", 1<<20))
	f(`(?<p>a\g<p>?b)`, strings.Repeat("a", 1<<20))
	f(`(?<x>a)?(?:(?(<x>)a*|b)*)*c`, strings.Repeat("a", 1<<16))
}

func compileExpression(t *testing.T, expr string) *Prog {
	t.Helper()
	library := bank.ECS()
	src, err := (&syntax.Expander{Lookup: func(n string) (string, bool) { d, ok := library[n]; return d, ok }}).Expand(expr)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := syntax.Parse(src, syntax.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Compile(tree)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
