//go:build servers

package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"net"
	nethttp "net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/servers"
	"github.com/naru-log/naru/internal/servers/nginx"
)

var (
	nginxBegins     = regexp.MustCompile(`^\d{4}/`)
	nginxErrorEvent = regexp.MustCompile(`(?s)^(\S+ \S+) \[(\w+)\] (\d+)#(\d+): (?:\*(\d+) )?(.*)$`)
	nginxSystem     = regexp.MustCompile(`\((\d+): ([\w ]+)\)`)
)

func nginxError(t testing.TB, text string) map[string]any {
	t.Helper()
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	m := nginxErrorEvent.FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("the server wrote what is no event of an error log: %s", text)
	}
	at, err := time.ParseInLocation("2006/01/02 15:04:05", m[1], time.Local)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"@timestamp": at.UTC().Format("2006-01-02T15:04:05.000Z"), "log.level": m[2], "message": m[6], "event.type": []any{"info"}, "event.dataset": "nginx.error"}
	for i, name := range map[int]string{3: "process.pid", 4: "process.thread.id", 5: "nginx.error.connection_id"} {
		if n, err := strconv.Atoi(m[i]); err == nil {
			want[name] = float64(n)
		}
	}
	if m[2] == "error" || m[2] == "warn" {
		want["event.type"] = []any{"error"}
	}
	if s := nginxSystem.FindStringSubmatch(m[6]); s != nil {
		want["error.code"], want["event.reason"] = s[1], s[2]
	}
	// What stands behind the message, as name: value or name: "value".
	value := func(name string) string {
		_, rest, _ := strings.Cut(m[6], ", "+name+": ")
		if quoted, ok := strings.CutPrefix(rest, `"`); ok {
			rest, _, _ = strings.Cut(quoted, `"`)
			return rest
		}
		rest, _, _ = strings.Cut(rest, ",")
		return rest
	}
	put := func(value string, names ...string) {
		for _, name := range names {
			if value != "" {
				want[name] = value
			}
		}
	}
	put(value("client"), "source.address", "source.ip")
	put(value("server"), "nginx.error.server_name")
	put(value("upstream"), "nginx.error.upstream")
	put(value("referrer"), "http.request.referrer")
	if host, port, ok := strings.Cut(value("host"), ":"); ok {
		n, err := strconv.Atoi(port)
		if err != nil {
			t.Fatal(err)
		}
		put(host, "destination.ip")
		want["destination.port"] = float64(n)
	}
	if request := strings.Fields(value("request")); len(request) == 3 && strings.HasPrefix(request[2], "HTTP/") {
		put(request[0], "http.request.method")
		put(request[1], "url.original")
		put(strings.TrimPrefix(request[2], "HTTP/"), "http.version")
	} else {
		put(value("request"), "nginx.error.request")
	}
	return want
}

var nginxErrorFields = []string{
	"@timestamp", "log.level", "message", "event.type", "event.dataset", "event.reason", "process.pid", "process.thread.id", "nginx.error.connection_id",
	"source.address", "source.ip", "nginx.error.server_name", "nginx.error.upstream", "nginx.error.request", "http.request.method", "url.original",
	"http.version", "http.request.referrer", "destination.ip", "destination.port", "error.code", "tags", "error.message",
}

// TestNginxErrors ships what a real Nginx complains of at level debug, some of it
// over several lines.
func TestNginxErrors(t *testing.T) {
	es := shared.For(t)
	ports, err := servers.FreePorts(2)
	if err != nil {
		t.Fatal(err)
	}
	web := nginx.Start(t, nginx.Config{LogLevel: "debug", HTTP: fmt.Sprintf("upstream shop { server 127.0.0.1:%d; server 127.0.0.1:%d; }", ports[0], ports[1]), Server: `
client_header_timeout 1s;
location /dead { proxy_pass http://shop/; }
location /secret { deny all; }
`})
	for _, path := range []string{"/missing", "/dead", "/secret"} {
		drive(t, web.URL+path, 2)
	}
	for _, text := range []string{"GET /without-a-version, client\r\n\r\n", "hello\r\n\r\n", "GET /slow"} {
		c, err := net.Dial("tcp", strings.TrimPrefix(web.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(c, text); err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, c) // the server may reset what it does not understand
		c.Close()
	}
	web.Quit()
	text, err := os.ReadFile(web.ErrorLog)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"(111: Connection refused)", "referrer: ", "(110: Connection timed out)", "access forbidden", "\nServer: nginx"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the server never logged %q", want)
		}
	}
	const stream = "logs-nginx.error-e2e"
	shipLogs(t, es, "nginx", "paths=[]", fmt.Sprintf("error_paths=[%q]", web.ErrorLog), "error_data_stream="+stream)
	compareEvents(t, es, stream, reading{begins: nginxBegins, expected: nginxError, fields: nginxErrorFields}, web.ErrorLog)
	checkMapped(t, es, stream)
	checkDashboard(t, es, "naru-nginx-error", stream)
}

// nginxJSON names its members after fields, so that its lines say what is right.
const nginxJSON = `escape=json {"source.ip":"$remote_addr","http.request.method":"$request_method","url.original":"$request_uri","http.response.status_code":$status,` +
	`"http.response.body.bytes":$body_bytes_sent,"http.request.referrer":"$http_referer","user_agent.original":"$http_user_agent","event.duration":$request_time}`

func nginxFormats() map[string]reading {
	fromJSON := reading{
		fields: []string{"source.ip", "http.request.method", "url.original", "http.response.status_code", "http.response.body.bytes", "http.request.referrer",
			"user_agent.original", "event.duration", "tags", "message", "error.message"},
		expected: func(t testing.TB, text string) map[string]any {
			t.Helper()
			var want map[string]any
			if err := json.Unmarshal([]byte(text), &want); err != nil {
				t.Fatal(err)
			}
			maps.DeleteFunc(want, func(_ string, v any) bool { return v == "" })
			// What a client asks for stays as it was logged.
			want["url.original"] = strings.ReplaceAll(want["url.original"].(string), `"`, `\"`)
			want["event.duration"] = math.Round(want["event.duration"].(float64) * 1e9)
			return want
		},
	}
	return map[string]reading{
		nginxJSON: fromJSON,
		`$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" $request_time $upstream_response_time $upstream_status "$upstream_addr" "$http_x_forwarded_for" $connection_requests`: byGroups(
			`\S+ - (\S+) \[.*?\] "(?:(\S+) (\S+) HTTP/(\d\.\d))" (\d+) (\d+) "(.*?)" (\S+) (-|[\d.]+(?:, [\d.]+)*) (-|\d+(?:, \d+)*) "(.*?)" "(\S+), \S+" (\d+)`,
			"user.name:t", "http.request.method:t", "url.original:t", "http.version:t", "http.response.status_code:n", "http.response.body.bytes:n",
			"http.request.referrer:t", "event.duration:s", "nginx.access.upstream.response_time:N", "nginx.access.upstream.status:N", "nginx.access.upstream.address:T",
			"client.ip+source.ip:t", "nginx.access.connection_requests:n"),
	}
}

// TestNginxFormats ships what a real Nginx writes by log_formats of users.
func TestNginxFormats(t *testing.T) {
	es := shared.For(t)
	ports, err := servers.FreePorts(2)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	http := fmt.Sprintf("upstream shop { server 127.0.0.1:%d max_fails=0; server 127.0.0.1:%d max_fails=0; }\n", ports[0], ports[1])
	inside := "location /dead { proxy_pass http://shop/; }\n"
	for format := range nginxFormats() {
		name := fmt.Sprintf("format%d", len(files))
		files[format] = name + ".log"
		escape, text, found := strings.Cut(format, " {")
		if text = "{" + text; !found {
			escape, text = "", format
		}
		http += fmt.Sprintf("log_format %s %s '%s';\n", name, escape, text)
		inside += fmt.Sprintf("access_log %s.log %[1]s;\n", name)
	}
	web := nginx.Start(t, nginx.Config{HTTP: http, Server: inside})
	for i := range 40 {
		req, err := nethttp.NewRequest(nethttp.MethodGet, web.URL+append(paths, "/dead/x")[i%(len(paths)+1)], nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Forwarded-For", "203.0.113.9, 10.1.2.3")
		req.Header.Set("User-Agent", agents[i%len(agents)])
		res, err := nethttp.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
	}
	nethttp.DefaultClient.CloseIdleConnections()
	web.Quit()
	i := 0
	for format, r := range nginxFormats() {
		t.Run(files[format], func(t *testing.T) {
			i++
			log, stream := filepath.Join(web.Dir, files[format]), fmt.Sprint("logs-nginx.access-format", i)
			shipLogs(t, es, "nginx", fmt.Sprintf("paths=[%q]", log), "format="+format, "data_stream="+stream)
			compareEvents(t, es, stream, r, log)
			checkMapped(t, es, stream)
		})
	}
}
