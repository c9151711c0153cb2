//go:build servers

package logformat

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// exchange is a request and what its line has to say about it.
type exchange struct {
	raw                  string // of a request that cannot be made of the rest
	method, url, version string
	agent, referer, xff  string
	login                string // Authorization: Basic
	keep                 bool   // the next request comes on the same connection
	status, bytes        int    // as the server answered
	port                 int    // of the client
	requestsBefore       int    // on the same connection
	started, ended       time.Time
}

// traffic is what clients send: everyday requests, and what has to be escaped.
func traffic() []*exchange {
	return []*exchange{
		{url: "/", agent: "curl/8.5.0"},
		{url: "/?q=%EB%82%98%EB%A3%A8&x=1", agent: "나루/1.0 (한국어)", referer: "https://example.com/한글?a=b"},
		{url: "/index.html", agent: `a "quoted" \ agent`, referer: `https://example.com/?q="x"`},
		{url: "/index.html", agent: `\`, referer: `\"`},
		{url: "/index.html", agent: `" 200 "x" "-" ` + "`", referer: `" "`},
		{url: "/index.html", agent: "tab\tinside", referer: "-"},
		{url: "/absent/page.jsp", version: "1.0", agent: "old"},
		{method: "POST", url: "/form?a=b", agent: "poster", referer: "http://localhost/"},
		{method: "HEAD", url: "/index.html", agent: "head"},
		{url: "/index.html", agent: "behind proxies", xff: "203.0.113.7, 198.51.100.2"},
		{url: "/index.html", agent: "with a name", login: "bWluamk6c2VjcmV0"}, // minji:secret
		{url: "/1", agent: "first of a connection", keep: true},
		{url: "/2", agent: "second of a connection", keep: true},
		{url: "/3", agent: "third of a connection"},
		{url: "/nothing else"},
		{raw: "\x16\x03\x01\x02\x00\x01\xfc\r\n\r\n"},
		{raw: "hello\r\n\r\n"},
	}
}

// drive sends the requests one after the other.
func drive(t *testing.T, url string, all []*exchange) {
	t.Helper()
	var conn net.Conn
	var answers *bufio.Reader
	before := 0
	for _, x := range all {
		if conn == nil {
			var d net.Dialer
			var err error
			if conn, err = d.DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://")); err != nil {
				t.Fatal(err)
			}
			answers, before = bufio.NewReader(conn), 0
		}
		if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		x.started, x.port, x.requestsBefore = time.Now(), conn.LocalAddr().(*net.TCPAddr).Port, before
		if _, err := io.WriteString(conn, x.text()); err != nil {
			t.Fatal(err)
		}
		x.read(t, answers)
		x.ended = time.Now()
		before++
		if !x.keep {
			io.Copy(io.Discard, answers) // until the server has closed
			conn.Close()
			conn = nil
		}
	}
}

// text is the request as it goes over the wire.
func (x *exchange) text() string {
	if x.raw != "" {
		return x.raw
	}
	if x.method == "" {
		x.method = "GET"
	}
	if x.version == "" {
		x.version = "1.1"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/%s\r\nHost: shop.example.com\r\n", x.method, x.url, x.version)
	for name, value := range map[string]string{"User-Agent": x.agent, "Referer": x.referer, "X-Forwarded-For": x.xff} {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\r\n", name, value)
		}
	}
	if x.login != "" {
		fmt.Fprintf(&b, "Authorization: Basic %s\r\n", x.login)
	}
	if !x.keep {
		b.WriteString("Connection: close\r\n")
	}
	if x.method == "POST" {
		b.WriteString("Content-Length: 5\r\n\r\nhello")
		return b.String()
	}
	b.WriteString("\r\n")
	return b.String()
}

func (x *exchange) read(t *testing.T, answers *bufio.Reader) {
	t.Helper()
	resp, err := http.ReadResponse(answers, &http.Request{Method: x.method})
	if err != nil {
		x.status = 0 // an answer without a status line, as HTTP/0.9 has it
		return
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	x.status, x.bytes = resp.StatusCode, len(body)
}

// proper reports whether the server took the request for one.
func (x *exchange) proper() bool { return x.raw == "" && !strings.Contains(x.url, " ") }

// marks say by which directive a format has a value.
type marks map[string][]string

func (m marks) in(format, what string) bool {
	for _, directive := range m[what] {
		if strings.Contains(format, directive) {
			return true
		}
	}
	return false
}

// verify reads a log by its format and compares it with what was sent.
func verify(t *testing.T, c Config, format, path string, m marks, all []*exchange) {
	t.Helper()
	logged, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(logged), "\n"), "\n")
	if len(lines) != len(all) {
		t.Fatalf("%s: %d lines for %d requests:\n%s", format, len(lines), len(all), logged)
	}
	for i, x := range all {
		var doc map[string]any
		if err := json.Unmarshal([]byte(run(t, c, lines[i])), &doc); err != nil {
			t.Fatal(err)
		}
		x.check(t, format, lines[i], doc, m)
	}
}

func (x *exchange) check(t *testing.T, format, line string, doc map[string]any, m marks) {
	t.Helper()
	same := func(what, field string, want any) {
		t.Helper()
		if !m.in(format, what) {
			return
		}
		if want == "" || want == "-" {
			want = nil
		}
		if got := find(doc, field); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, sent %v\nformat %s\nline   %s", field, got, want, format, line)
		}
	}
	if doc["tags"] != nil || doc["message"] != nil {
		t.Errorf("%v\nformat %s\nline   %s", find(doc, "error.message"), format, line)
		return
	}
	if x.status != 0 {
		same("status", "http.response.status_code", x.status)
	}
	if at, ok := find(doc, "@timestamp").(string); m.in(format, "time") && x.ended.After(x.started) {
		when, err := time.Parse(time.RFC3339Nano, at)
		if !ok || err != nil || when.Before(x.started.Add(-2*time.Second)) || when.After(x.ended.Add(2*time.Second)) {
			t.Errorf("@timestamp %v, sent at %v\nformat %s\nline   %s", at, x.started, format, line)
		}
	}
	if took, ok := find(doc, "event.duration").(float64); m.in(format, "duration") && x.status != 408 {
		if !ok || took < 0 || time.Duration(took) > x.ended.Sub(x.started)+2*time.Second {
			t.Errorf("event.duration %v, took %v\nformat %s\nline   %s", took, x.ended.Sub(x.started), format, line)
		}
	}
	if !x.proper() {
		if m.in(format, "request") && find(doc, "http.request.method") != nil {
			t.Errorf("garbage became a request\nformat %s\nline   %s", format, line)
		}
		return
	}
	same("request", "http.request.method", x.method)
	same("request", "url.original", x.url)
	same("request", "http.version", x.version)
	same("agent", "user_agent.original", x.agent)
	same("referer", "http.request.referrer", x.referer)
	same("port", "source.port", x.port)
	if x.method != "HEAD" {
		same("bytes", "http.response.body.bytes", x.bytes)
	}
	same("apache forwarded", "apache.access.forwarded_for", x.xff)
	same("nginx forwarded", "nginx.access.forwarded_for", x.xff)
	same("tomcat forwarded", "tomcat.access.forwarded_for", x.xff)
	counted := x.requestsBefore
	if !x.keep && counted > 0 { // Apache does not count the request that ends a connection
		counted--
	}
	same("apache keep-alive", "apache.access.keepalive_requests", counted)
	same("nginx keep-alive", "nginx.access.connection_requests", x.requestsBefore+1)
	end := "close"
	if x.keep {
		end = "keep-alive"
	}
	same("apache end", "apache.access.connection_status", end)
	same("tomcat end", "tomcat.access.connection_status", end)
	same("host", "destination.domain", "shop.example.com")
	user := ""
	if x.login != "" {
		user = "minji"
	}
	same("user", "user.name", user)
}

// find looks a dotted path up; whole numbers come as integers.
func find(doc map[string]any, path string) any {
	var v any = doc
	for part := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[part]
	}
	if f, ok := v.(float64); ok && path != "event.duration" {
		return int64(f)
	}
	return v
}
