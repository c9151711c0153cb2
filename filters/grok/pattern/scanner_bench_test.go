package pattern_test

import (
	"testing"
	"time"

	"github.com/naru-log/naru/filters/grok/pattern"
)

// byHand are formats with a pattern and with a scanner written for the format.
var byHand = []struct {
	name, expr, line string
	scan             func(*handScanner, []byte) bool
}{
	{"Nginx", "^%{HTTPD_COMBINEDLOG}$", combined, (*handScanner).nginx},
	{"NginxSearched", "%{HTTPD_COMBINEDLOG}", combined, (*handScanner).nginx},
	{"Tomcat", "^%{HTTPD_COMMONLOG}$", `192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] "GET /manager/html HTTP/1.1" 401 2473`, (*handScanner).tomcat},
	{"HAProxy", "%{HAPROXYHTTP}", `Mar  5 07:08:09 localhost haproxy[14389]: 10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {1wt.eu} {} "GET /index.html HTTP/1.1"`, (*handScanner).haproxy},
	{"Syslog5424", "%{SYSLOG5424LINE}", `<165>1 2024-03-05T22:14:15.003Z web1.example.com evntslog 8710 ID47 [exampleSDID@32473 iut="3" eventSource="app"] disk is nearly full on /var`, (*handScanner).syslog5424},
	{"Syslog3164", "%{SYSLOGLINE}", "Mar  5 07:08:09 host sshd[4242]: Accepted publickey for deploy from 192.0.2.1 port 2222 ssh2", (*handScanner).syslog3164},
	{"Java", "^%{TIMESTAMP_ISO8601:ts} %{LOGLEVEL:level} %{JAVACLASS:class} %{GREEDYDATA:message}$", "2024-03-05 07:08:09,123 WARN kr.example.shop.order.OrderService payment of order 4711 took 3210 ms", (*handScanner).java},
}

// TestScannersByHand makes sure that the scanners accept their lines, and no
// others, so that the benchmark compares like with like.
func TestScannersByHand(t *testing.T) {
	for _, c := range byHand {
		var s handScanner
		m := mustCompile(t, c.expr).NewMatcher()
		if !c.scan(&s, []byte(c.line)) || m.Match([]byte(c.line)) != pattern.Matched {
			t.Errorf("%s: the line has to match both", c.name)
		}
		if _, end := m.Span(); end != len(c.line) {
			t.Errorf("%s: the pattern matches %d of %d bytes", c.name, end, len(c.line))
		}
		if wrong := []byte("? " + c.line); c.scan(&s, wrong) {
			t.Errorf("%s: the scanner takes %q", c.name, wrong)
		}
	}
}

// BenchmarkByHand prints how many times as long as the scanner the pattern
// takes. Both run in turns, and the fastest turn of each counts.
func BenchmarkByHand(b *testing.B) {
	for _, c := range byHand {
		b.Run(c.name, func(b *testing.B) {
			m, line := mustCompile(b, c.expr).NewMatcher(), []byte(c.line)
			var s handScanner
			grok, hand := time.Duration(1<<62), time.Duration(1<<62)
			for b.Loop() {
				grok = min(grok, turn(func() { m.Match(line) }))
				hand = min(hand, turn(func() { c.scan(&s, line) }))
			}
			b.ReportMetric(float64(grok)/turnLines, "grok-ns/line")
			b.ReportMetric(float64(hand)/turnLines, "hand-ns/line")
			b.ReportMetric(float64(grok)/float64(hand), "ratio")
		})
	}
}

const turnLines = 500

func turn(f func()) time.Duration {
	start := time.Now()
	for range turnLines {
		f()
	}
	return time.Since(start)
}
