package pattern_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/naru-log/naru/filters/grok/pattern"
	"github.com/naru-log/naru/filters/grok/pattern/bank"
)

// hostile are patterns that take a naive matcher exponential or polynomial
// time on the line that fill makes, of about n bytes.
var hostile = []struct {
	name, expr string
	fill       func(n int) string
}{
	{"NestedPlus", `(a+)+$`, func(n int) string { return strings.Repeat("a", n) + "b" }},
	{"SameBranches", `^(a|a)*$`, func(n int) string { return strings.Repeat("a", n) + "b" }},
	{"TwoRuns", `(x+x+)+y`, func(n int) string { return strings.Repeat("x", n) }},
	{"DataChain", `^%{DATA:a} %{DATA:b} %{DATA:c} %{DATA:d} %{DATA:e}$x`, func(n int) string { return strings.Repeat("w ", n/2) }},
	{"DataThenNumber", `%{DATA:a} %{DATA:b}: %{INT:c}$`, func(n int) string { return "x" + strings.Repeat("a b: ", n/5) }},
	{"GreedyChain", `%{GREEDYDATA:a}:%{GREEDYDATA:b}:%{GREEDYDATA:c};`, func(n int) string { return strings.Repeat("a:", n/2) }},
	{"Path", `%{PATH:p}!`, func(n int) string { return strings.Repeat("/a-b", n/4) + " !" }},
	{"UnixPath", `^%{UNIXPATH:p}!$`, func(n int) string { return strings.Repeat("/a,b", n/4) + " !" }},
	{"URI", `%{URI:u}!!`, func(n int) string { return "http://h.example/" + strings.Repeat("a/b?c=d&", n/8) + " !!" }},
	{"Hostname", `%{HOSTNAME:h}!`, func(n int) string { return strings.Repeat("a.", n/2) + " !" }},
	{"Email", `%{EMAILADDRESS:e}`, func(n int) string { return strings.Repeat("a.", n/2) + " @" }},
	{"QuotedString", `%{QS:q}!`, func(n int) string { return `"` + strings.Repeat(`\"`, n/2) + " !" }},
	{"LookaheadAll", `(?=.*x)y`, func(n int) string { return strings.Repeat("a", n) }},
	{"LookaheadPasses", `(?=.*x)[ay]y`, func(n int) string { return strings.Repeat("a", n) + "x\ny" }},
	{"NotAhead", `(?!.*b)[ac]c`, func(n int) string { return strings.Repeat("a", n) + "b\nc" }},
	{"AtomicRun", `(?>.*x)y`, func(n int) string { return strings.Repeat("x", n) + "\ny" }},
	{"AtomicLoop", `(?>(?:a|aa)+)b`, func(n int) string { return strings.Repeat("a", n) + " b" }},
	{"Words", `(?:\w+\s?)+!$`, func(n int) string { return strings.Repeat("word ", n/5) + "? !" }},
	{"Combined", `%{HTTPD_COMBINEDLOG}`, func(n int) string { return strings.Repeat("a ", n/2) + combined[7:] }},
	{"CombinedQuotes", `%{HTTPD_COMBINEDLOG}`, func(n int) string {
		return `1.2.3.4 - - [26/Apr/2018:00:00:00 +0900] "` + strings.Repeat(`GET "`, n/5)
	}},
	{"Syslog", `%{SYSLOGLINE}`, func(n int) string { return strings.Repeat("Apr 26 00:00:00 a ", n/18) }},
	{"Java", `%{JAVASTACKTRACEPART}`, func(n int) string { return "at " + strings.Repeat("a.", n/2) }},
	{"IPv6", `%{IP:ip}!`, func(n int) string { return strings.Repeat("1:2:", n/4) + " !" }},
	{"LoopOfStrings", `(?:ab)*[cd]`, func(n int) string { return strings.Repeat("ab", n/2) }},
	{"LoopOfPairs", `(?:%{WORD:k}=%{INT:v} ?)*[!]`, func(n int) string { return strings.Repeat("a=1 ", n/4) }},
	{"LoopInLookahead", `(?=(?:ab)*[cd])a`, func(n int) string { return strings.Repeat("ab", n/2) }},
	{"CaptureInLookahead", `(?=(ab)*[cd])a`, func(n int) string { return strings.Repeat("ab", n/2) }},
	{"LookaheadInLoop", `(?:(?=(?:ab)*[cd])a|.)*[xy]`, func(n int) string { return strings.Repeat("ab", n/2) }},
	{"PossessiveLoop", `(?:ab)*+[cd]`, func(n int) string { return strings.Repeat("ab", n/2) }},
	{"Optional", `(?:x?y?z?)*w`, func(n int) string { return strings.Repeat("xyz", n/3) }},
	{"CountedRepeats", `(a{1,10}){1,10}b`, func(n int) string { return strings.Repeat("a", n) }},
	{"TenData", strings.Repeat("%{DATA} ", 10) + "[!]", func(n int) string { return strings.Repeat("w ", n/2) }},
	{"TenGreedy", strings.Repeat("%{GREEDYDATA} ", 10) + "[!]", func(n int) string { return strings.Repeat("w ", n/2) }},
	{"URIPath", `%{URIPATHPARAM:p}[!]`, func(n int) string { return "/" + strings.Repeat("?a=b", n/4) }},
	{"Folding", `(?i)(?:straße|s)*x`, func(n int) string { return strings.Repeat("sS", n/2) }},
	{"Numbers", `%{NUMBER:a}%{NUMBER:b}%{NUMBER:c}x`, func(n int) string { return strings.Repeat("1", n) + " x" }},
}

// BenchmarkHostile prints how the time grows with the line: ns/byte has to
// stay about the same from 1 KB to 1 MB.
func BenchmarkHostile(b *testing.B) {
	for _, h := range hostile {
		for _, n := range []int{1 << 10, 1 << 15, 1 << 20} {
			b.Run(fmt.Sprintf("%s/%dKB", h.name, n>>10), func(b *testing.B) {
				p := mustCompile(b, h.expr)
				m, line := p.NewMatcher(), []byte(h.fill(n))
				var r pattern.Result
				for b.Loop() {
					r = m.Match(line)
				}
				if r == pattern.LimitExceeded {
					b.Fatal("limit exceeded")
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(line)), "ns/byte")
			})
		}
	}
}

func mustCompile(tb testing.TB, expr string) *pattern.Pattern {
	tb.Helper()
	p, err := pattern.Compile(expr, pattern.Options{Definitions: pattern.Map(bank.ECS())})
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

const (
	combined  = `1.2.3.4 - frank [26/Apr/2018:01:28:08 +0900] "GET /search/?q=%EC%97%98 HTTP/1.1" 200 10945 "http://www.example.co.kr/board/49.html?page=27" "Mozilla/5.0 (Linux; Android 9.0; SM-G965F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/86.0.3909.19 Mobile Safari/537.36"`
	combinedD = `%{HTTPD_COMMONLOG} %{NUMBER:duration:int} "(?:-|%{DATA:http.request.referrer})" "(?:-|%{DATA:user_agent.original})"`
)

// BenchmarkMatch matches one line of each kind.
func BenchmarkMatch(b *testing.B) {
	withD := strings.Replace(combined, "10945", "10945 44134", 1)
	for _, c := range []struct{ name, expr, line string }{
		{"Combined", "%{HTTPD_COMBINEDLOG}", combined},
		{"CombinedAnchored", "^%{HTTPD_COMBINEDLOG}$", combined},
		{"CombinedD", combinedD, withD},
		{"Mismatch", "%{HTTPD_COMBINEDLOG}", withD},
		{"MismatchAnchored", "^%{HTTPD_COMBINEDLOG}$", withD},
		{"Syslog", "%{SYSLOGLINE}", "Mar  5 07:08:09 host sshd[4242]: Accepted publickey for deploy from 192.0.2.1 port 2222 ssh2"},
		{"HAProxy", "%{HAPROXYHTTP}", `Mar  5 07:08:09 localhost haproxy[14389]: 10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {1wt.eu} {} "GET /index.html HTTP/1.1"`},
		{"Tomcat", "%{CATALINALOG}", "05-Mar-2024 07:08:09.123 INFO [main] org.apache.catalina.startup.Catalina.start Server startup in [1234] milliseconds"},
		{"Timestamp", "%{TIMESTAMP_ISO8601:ts} %{LOGLEVEL:level} %{GREEDYDATA:msg}", "2024-03-05T07:08:09.123Z WARN disk is nearly full on /var"},
	} {
		b.Run(c.name, func(b *testing.B) {
			m, line := mustCompile(b, c.expr).NewMatcher(), []byte(c.line)
			b.ReportAllocs()
			b.SetBytes(int64(len(line)))
			for b.Loop() {
				m.Match(line)
			}
		})
	}
}

// BenchmarkCompile compiles the whole library.
func BenchmarkCompile(b *testing.B) {
	defs := pattern.Map(bank.ECS())
	for _, name := range []string{"HTTPD_COMBINEDLOG", "SYSLOGLINE", "HAPROXYHTTP", "CATALINALOG"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := pattern.Compile("%{"+name+"}", pattern.Options{Definitions: defs}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestNoAllocations proves that matching does not allocate.
func TestNoAllocations(t *testing.T) {
	long := []byte(strings.Repeat("a", 5000))
	for _, c := range []struct {
		expr string
		line []byte
	}{
		{"%{HTTPD_COMBINEDLOG}", []byte(combined)},
		{"%{HTTPD_COMBINEDLOG}", bytes.ReplaceAll([]byte(combined), []byte(" 200 "), []byte(" 2x0 "))},
		{"(?:(?<k>\\w+)=(?<v>\\d+) ?)+$", []byte("a=1 b=2 c=3")},
		{"(a+)+$", append(long, 'b')},
	} {
		m := mustCompile(t, c.expr).NewMatcher()
		m.Match(c.line)
		n := testing.AllocsPerRun(20, func() {
			m.Match(c.line)
			for i := range m.Pattern().Captures() {
				m.Values(i)
			}
		})
		if n != 0 {
			t.Errorf("%s allocates %v times a line", c.expr, n)
		}
	}
}
