//go:build servers

package e2e

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/servers"
	"github.com/naru-log/naru/internal/servers/apache"
)

// apacheErrorLine reads a line of an error log of 2.4, with the options that our
// server uses, or of 2.2.
var apacheErrorLine = regexp.MustCompile(`^\[([^\]]+)\] \[(?:(\w*):)?(\w+)\](?: \[pid (\d+):tid (\d+)\])?(?: (\S+)\((\d+)\):)?(?: \((\d+)\)([^:]*):)?(?: \[client (\S+?)(?::(\d+))?\])? (.*)$`)

func apacheError(t testing.TB, line string) map[string]any {
	t.Helper()
	m := apacheErrorLine.FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("the server wrote a line that is none of an error log: %s", line)
	}
	at, err := time.ParseInLocation("Mon Jan _2 15:04:05 2006", m[1], time.Local)
	if err != nil {
		t.Fatal(err)
	}
	format := "2006-01-02T15:04:05.000000000Z"
	if at.Nanosecond()%1e6 == 0 {
		format = "2006-01-02T15:04:05.000Z"
	}
	want := map[string]any{"@timestamp": at.UTC().Format(format), "log.level": m[3], "message": m[12], "event.type": []any{"info"}, "event.dataset": "apache.error"}
	put := func(name, value string, number bool) {
		if value == "" {
			return
		}
		want[name] = value
		if number {
			n, err := strconv.Atoi(value)
			if err != nil {
				t.Fatal(err)
			}
			want[name] = float64(n)
		}
	}
	put("apache.error.module", m[2], false)
	put("process.pid", m[4], true)
	put("process.thread.id", m[5], true)
	put("log.origin.file.name", m[6], false)
	put("log.origin.file.line", m[7], true)
	put("apache.error.errno", m[8], true)
	put("event.reason", m[9], false)
	put("source.address", m[10], false)
	put("source.ip", m[10], false)
	put("source.port", m[11], true)
	if m[8] != "" {
		want["message"] = "(" + m[8] + ")" + m[9] + ": " + m[12]
	}
	if code, _, ok := strings.Cut(m[12], ":"); ok && strings.HasPrefix(code, "AH") {
		want["error.code"] = code
	}
	if _, referrer, ok := strings.Cut(m[12], ", referer: "); ok {
		want["http.request.referrer"] = referrer
	}
	if m[3] == "error" || m[3] == "crit" {
		want["event.type"] = []any{"error"}
	}
	return want
}

var apacheErrorFields = []string{
	"@timestamp", "log.level", "message", "event.type", "event.dataset", "apache.error.module", "process.pid", "process.thread.id", "log.origin.file.name",
	"log.origin.file.line", "apache.error.errno", "event.reason", "source.address", "source.ip", "source.port", "error.code", "http.request.referrer",
	"tags", "error.message",
}

// TestApacheErrors ships what a real Apache complains of: as 2.4 writes it, with
// much detail, and as 2.2 wrote it.
func TestApacheErrors(t *testing.T) {
	es := shared.For(t)
	ports, err := servers.FreePorts(2)
	if err != nil {
		t.Fatal(err)
	}
	old, nobody := ports[0], ports[1]
	web := apache.Start(t, apache.Config{LogLevel: "debug authz_core:info rewrite:trace2", Modules: []string{"proxy", "proxy_http"}, Extra: fmt.Sprintf(`
ProxyPass /dead http://127.0.0.1:%d/
RewriteEngine on
RewriteRule ^/rewritten / [PT]
<Location /secret>
Require all denied
</Location>
Listen 127.0.0.1:%d
<VirtualHost 127.0.0.1:%[2]d>
ErrorLog old_error.log
ErrorLogFormat "[%%t] [%%l] [client\ %%{c}a] %%M%% ,\ referer:\ %%{Referer}i"
LogLevel info
<Location /secret>
Require all denied
</Location>
</VirtualHost>
`, nobody, old)})
	for _, base := range []string{web.URL, fmt.Sprintf("http://127.0.0.1:%d", old)} {
		drive(t, base, 20)
		for _, path := range []string{"/secret", "/dead/x", "/rewritten"} {
			drive(t, base+path, 2)
		}
	}
	web.Quit()
	oldLog := filepath.Join(web.Dir, "old_error.log")
	text, err := os.ReadFile(web.ErrorLog)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{", referer: ", "(111)Connection refused: ", "[rewrite:trace2]", "caught SIGTERM"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the server never logged %q", want)
		}
	}
	const stream = "logs-apache.error-e2e"
	shipLogs(t, es, "apache", "paths=[]", fmt.Sprintf("error_paths=[%q,%q]", web.ErrorLog, oldLog), "error_data_stream="+stream)
	compareEvents(t, es, stream, reading{expected: apacheError, fields: apacheErrorFields}, web.ErrorLog, oldLog)
	checkMapped(t, es, stream)
	checkDashboard(t, es, "naru-apache-error", stream)
}

const (
	apacheRequest = `(?:(\S+) (\S+) HTTP/(\d\.\d))`
	apacheText    = `((?:[^"\\]|\\.)*)`
)

// apacheFormats are LogFormats, given to naru by nickname or as their text, with
// what is to come of them.
func apacheFormats() map[string]reading {
	line := []string{"source.address+source.ip:t", "user.name:t", "http.request.method:t", "url.original:t", "http.version:t", "http.response.status_code:n"}
	combined := append(slices.Clone(line), "http.response.body.bytes:n", "http.request.referrer:q", "user_agent.original:q")
	return map[string]reading{
		"common":   byGroups(`(\S+) - (\S+) \[.*?\] "`+apacheRequest+`" (\d+) (\S+)`, append(slices.Clone(line), "http.response.body.bytes:n")...),
		"combined": byGroups(`(\S+) - (\S+) \[.*?\] "`+apacheRequest+`" (\d+) (\S+) "`+apacheText+`" "`+apacheText+`"`, combined...),
		"vhost_combined": byGroups(`([^:]+):(\d+) (\S+) - (\S+) \[.*?\] "`+apacheRequest+`" (\d+) (\S+) "`+apacheText+`" "`+apacheText+`"`,
			append([]string{"destination.domain:t", "destination.port:n"}, append(slices.Clone(line), "http.response.bytes:n", "http.request.referrer:q", "user_agent.original:q")...)...),
		`%h %l %u %t "%r" %>s %b %D %T %k %X %I %O "%{X-Forwarded-For}i" "%{User-Agent}i"`: byGroups(
			`\S+ - (\S+) \[.*?\] "`+apacheRequest+`" (\d+) (\S+) (\d+) \d+ (\d+) (.) (\d+) (\d+) "(\S+), \S+" "`+apacheText+`"`,
			append(slices.Clone(line[1:]), "http.response.body.bytes:n", "event.duration:u", "apache.access.keepalive_requests:n", "apache.access.connection_status:x",
				"http.request.bytes:n", "http.response.bytes:n", "client.ip+source.ip:t", "user_agent.original:q")...),
		"ssl_request": byGroups(`\[.*?\] (\S+) TLSv(\S+) (\S+) "`+apacheRequest+`" (\S+)`,
			"source.address+source.ip:t", "tls.version:t", "tls.cipher:t", "http.request.method:t", "url.original:t", "http.version:t", "http.response.body.bytes:n"),
	}
}

// TestApacheFormats ships what a real Apache writes by the formats that people
// use, and looks at every document and at the mapping.
func TestApacheFormats(t *testing.T) {
	es := shared.For(t)
	definitions := map[string]string{
		"common": `%h %l %u %t "%r" %>s %b`, "combined": `%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"`,
		"vhost_combined": `%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i"`, "ssl_request": `%t %h %{SSL_PROTOCOL}x %{SSL_CIPHER}x "%r" %b`,
	}
	extra, files := "RequestHeader set X-Forwarded-For \"203.0.113.9, 10.1.2.3\" early\n", map[string]string{}
	custom := func(format string) string {
		files[format] = fmt.Sprintf("format%d.log", len(files))
		return fmt.Sprintf("CustomLog %s %q env=!naru_ready\n", files[format], cmp.Or(definitions[format], format))
	}
	for format := range apacheFormats() {
		if format != "ssl_request" {
			extra += custom(format)
		}
	}
	host := apache.NewSecure(t, custom("ssl_request"))
	web := apache.Start(t, apache.Config{Modules: host.Modules, Extra: extra + host.Extra})
	drive(t, web.URL, 40)
	client := host.Client(t, 0)
	for range 3 {
		res, err := client.Get(host.URL + "/?q=1")
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
	web.Quit()
	i := 0
	for format, r := range apacheFormats() {
		t.Run(format, func(t *testing.T) {
			i++
			log, stream := filepath.Join(web.Dir, files[format]), fmt.Sprint("logs-apache.access-format", i)
			shipLogs(t, es, "apache", fmt.Sprintf("paths=[%q]", log), "format="+format, "data_stream="+stream)
			compareEvents(t, es, stream, r, log)
			checkMapped(t, es, stream)
		})
	}
}
