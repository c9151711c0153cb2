package debug

import (
	"slices"
	"strings"
	"testing"

	"github.com/naru-log/naru/filters/grok/pattern/bank"
)

func TestSuggest(t *testing.T) {
	f := func(name string, lines ...string) {
		t.Helper()
		golden(t, "suggest_"+name, Options{Suggest: true}, lines...)
	}
	f("combined", combined[0], combined[1], combined[0])
	// A response time before the referrer: a known format goes so far, tokens
	// make up the rest.
	f("duration",
		`192.0.2.1 - kim [26/Apr/2018:01:28:08 +0900] "GET / HTTP/1.1" 200 5120 1234 "-" "Mozilla/5.0"`,
		`192.0.2.2 - - [26/Apr/2018:01:28:09 +0900] "-" 408 - 30 "-" "-"`,
		`192.0.2.3 - - [26/Apr/2018:01:28:09 +0900] "GET /x HTTP/1.1" 200 5120 77 "http://example.com/" "curl"`)
	f("application",
		"2024-05-01T10:00:00.123Z INFO  [main] com.example.order.OrderService - order 1234 created by kim@example.com in 12.5 ms from 10.0.0.1",
		"2024-05-01T10:00:01.456Z WARN  [http-8] com.example.order.OrderService - order 99 created by lee@example.com in 7 ms from 10.0.0.2",
		"2024-05-01T10:00:02.001Z ERROR [main] com.example.pay.PayService - order 5 created by park@example.com in 100.25 ms from 192.168.1.7")
	f("keys",
		`time="2024-05-01 10:00:00" level=info user=kim status=200 took=1.5 path=/a/b msg="logged in"`,
		`time="2024-05-01 10:00:03" level=error user=lee status=500 took=22 path=/ msg="failed again"`)
	f("message",
		"2024/05/01 10:00:00 appd 주문이 완료되었습니다 고객 김철수 님께 알림을 보냈습니다",
		"2024/05/01 10:00:01 appd could not open the file for reading, will retry in a moment",
		"2024/05/01 10:00:02 appd started")
	f("mixed",
		"May  1 10:00:00 web01 sshd[123]: Accepted publickey for kim from 10.0.0.1 port 5022 ssh2",
		"May  1 10:00:01 web01 CRON[77]: (root) CMD (run-parts /etc/cron.hourly)",
		"=== restarted by hand ===")
	f("vhost", `www.example.com:443 192.0.2.1 - - [26/Apr/2018:01:28:08 +0900] "GET / HTTP/1.1" 200 612 "-" "curl"`)
	f("nginx", `192.0.2.1 - - [26/Apr/2018:01:28:08 +0900] "GET / HTTP/1.1" 200 612 "-" "curl" "203.0.113.9"`)
	f("nginx_error",
		`2018/04/26 01:28:08 [error] 12#12: *5 open() "/a" failed (2: No such file or directory), client: 192.0.2.1, server: localhost`,
		"2018/04/26 01:28:09 [notice] 12#0: signal process started")
	// No lines of syslog, though they begin with a time as these do.
	f("java",
		"2018-04-26 01:28:08,123 INFO  [main] com.example.App - started in 12.5 ms",
		"2018-04-26 01:28:09,456 ERROR [worker-1] com.example.Db - cannot connect")
	f("tomcat", `192.0.2.1 - - [26/Apr/2018:01:28:08 +0900] "GET /app/login HTTP/1.1" 200 1234`)
	f("catalina", "26-Apr-2018 01:28:08.123 INFO [main] org.apache.catalina.startup.Catalina.start Server startup in [1234] milliseconds")
	f("haproxy", `Apr 26 01:28:08 localhost haproxy[14389]: 10.0.1.2:33317 [26/Apr/2018:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {1wt.eu} {} "GET /index.html HTTP/1.1"`)
	f("apache_error", "[Thu Apr 26 01:28:08.123456 2018] [core:error] [pid 1234:tid 140169587934976] [client 192.0.2.1:5555] AH00037: Symbolic link not allowed")
	f("postgresql",
		"2024-03-05 07:08:09.123 KST [1234] kim@shop LOG:  duration: 12.3 ms  statement: select 1",
		"2024-03-05 07:08:10.001 KST [77] LOG:  checkpoint starting: time",
		"2024-03-05 07:08:11.500 +09 [80] DEBUG1:  autovacuum")
	f("redis",
		"1234:M 05 Mar 2024 07:08:09.123 * Ready to accept connections",
		"1234:M 05 Mar 07:08:09.123 # WARNING overcommit_memory is set to 0")
	f("iis",
		"2024-03-05 07:08:09 10.0.0.1 GET /a.aspx q=1 443 - 203.0.113.4 Mozilla/5.0+(Windows) https://www.example.com/ 200 0 0 15",
		"2024-03-05 07:08:10 10.0.0.1 POST / - 80 DOM\\kim 203.0.113.4 - - 404 0 2 1")
	f("alb",
		`http 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c49 203.0.113.4:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.46.0" - - arn:aws:elasticloadbalancing:x "Root=1-58337262" "-" "-" 0 2018-07-02T22:22:48.364000Z "forward" "-" "-"`,
		`h2 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c49 203.0.113.4:2817 - -1 -1 -1 502 - 34 366 "GET https://www.example.com:443/ HTTP/2.0" "curl/7.46.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:x "Root=1-58337262" "-" "-" 0 2018-07-02T22:22:48.364000Z "forward" "-" "-"`)
	f("ingress",
		`192.0.2.7 - - [07/Feb/2020:12:02:42 +0000] "GET /v2 HTTP/1.1" 200 61 "-" "curl" 348 0.105 [default-web-80] [] 172.17.0.6:80, 172.17.0.7:80 61, 100 0.100, 0.004 200, 203 835136ae24486dbb`,
		`192.0.2.7 - - [07/Feb/2020:12:02:43 +0000] "GET /v2 HTTP/1.1" 400 163 "-" "-" 0 0.000 [] [] - - - - efb0c5aa8be6cdeb`)
	f("words", "hello world", "good bye")
	f("marks", `a+b (c) {d} [e] $f ^g \h | i?`)
	golden(t, "suggest_legacy", Options{Suggest: true, Legacy: true}, combined[0], combined[1])
}

// TestSuggestionsMatch demands that what is proposed can be used as it is.
func TestSuggestionsMatch(t *testing.T) {
	lines := []string{`a+b (c) {d} [e] $f ^g \h | i?`, `%{WORD} %{x`, "탭\t과  빈칸 1", `"a\"b" 1 "c"`, "\x01\xff 1"}
	for _, line := range lines {
		var out strings.Builder
		if err := Run(t.Context(), Options{Suggest: true}, strings.NewReader(line), &out); err != nil {
			t.Fatal(err)
		}
		_, rest, found := strings.Cut(out.String(), "\n"+indent)
		expression, _, _ := strings.Cut(rest, "\n")
		if !found {
			continue // nothing but text: there is nothing to capture
		}
		out.Reset()
		opt := Options{Pattern: expression, JSON: true}
		if err := Run(t.Context(), opt, strings.NewReader(line), &out); err != nil || !strings.HasPrefix(out.String(), `{"match": true`) {
			t.Errorf("%q: the proposal %s does not match: %s %v", line, expression, out.String(), err)
		}
	}
}

func TestRequired(t *testing.T) {
	library := map[string]string{"A": `x\[y`, "B": "p|q"}
	f := func(definition string, want ...string) {
		t.Helper()
		if got := required(definition, library); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", definition, got, want)
		}
	}
	f("abc", "abc")
	f("abc?d", "ab", "d")
	f("한글*x", "한", "x")
	f("a+b", "a", "b")
	f("ab{0,1}c", "a", "c")
	f(`a%{A:f}b%{A}?c`, "a", "x[y", "b", "c")
	f("a%{B}b", "a", "b")
	f("a|b")
	f("(?i)abc")
	f(`a(b|c\)[)])d[]e]f`, "a", "d", "f")
	f(`\[x\d\]\t`, "[x", "]\t")
	f(`a\`, "a")
}

// TestRequiredIsRight checks the shortcut against the library: what a
// pattern's own recorded format requires is in the lines that it matches.
func TestRequiredIsRight(t *testing.T) {
	ecs := bank.ECS()
	f := func(name, line string) {
		t.Helper()
		if texts := required(ecs[name], ecs); !possible([][]byte{[]byte(line)}, texts) {
			t.Errorf("%s requires %q, which %q has not", name, texts, line)
		}
	}
	f("HTTPD_COMBINEDLOG", combined[0])
	f("HTTPD_COMBINEDLOG", combined[1])
	f("SYSLOGLINE", "May  1 10:00:00 web01 sshd[123]: x")
	f("NAGIOSLOGLINE", "[1427925600] HOST ALERT: host1;DOWN;SOFT;1;CRITICAL")
	f("CISCOFW302010", "1 in use, 2 most used")
}

func BenchmarkSuggest(b *testing.B) {
	var in strings.Builder
	for range sampleLines {
		in.WriteString(combined[0][:80] + ` 12 "-" "x"` + "\n")
	}
	for b.Loop() {
		if err := Run(b.Context(), Options{Suggest: true}, strings.NewReader(in.String()), new(strings.Builder)); err != nil {
			b.Fatal(err)
		}
	}
}
