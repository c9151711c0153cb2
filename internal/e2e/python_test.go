//go:build servers

package e2e

import (
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/servers/apache"
	"github.com/naru-log/naru/internal/servers/flask"
	"github.com/naru-log/naru/internal/servers/nginx"
	"github.com/naru-log/naru/internal/servers/uwsgi"
)

// visit asks for what the Flask application fails, waits and warns at.
func visit(t *testing.T, base string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for path, want := range map[string]int{"/fail?order=7": 500, "/fail?order=8": 500, "/warn": 200, "/slow?ms=30": 200, "/missing": 404, "/shop/%EB%82%98%EB%A3%A8?q=a": 200} {
		resp, err := client.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: status %d, want %d", path, resp.StatusCode, want)
		}
	}
}

// record reads what Flask's default handler writes, with a traceback perhaps.
var record = regexp.MustCompile(`(?s)^\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3})\] ([A-Z]+) in (\w+): (.*?)(\nTraceback .*)?$`)

// recordFields is what a document must say about a record.
func recordFields(t testing.TB, text string) (map[string]any, bool) {
	t.Helper()
	m := record.FindStringSubmatch(text)
	if m == nil {
		return nil, false
	}
	at, err := time.ParseInLocation("2006-01-02 15:04:05,000", m[1], time.Local)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"@timestamp": at.UTC().Format("2006-01-02T15:04:05.000Z"), "log.level": m[2], "log.logger": m[3], "message": m[4], "event.type": []any{"info"},
	}
	if m[5] != "" {
		addTraceback(want, m[5][1:])
	}
	return want, true
}

var tracePlace = regexp.MustCompile(`File "([^"]+)", line (\d+), in (\w+)`)

// addTraceback says what becomes of a traceback of the application's /fail.
func addTraceback(want map[string]any, traceback string) {
	last := traceback[strings.LastIndexByte(traceback, '\n')+1:]
	class, message, _ := strings.Cut(last, ": ")
	want["error.type"], want["error.message"] = class, message
	want["error.stack_trace"], want["event.type"] = traceback, []any{"error"}
	places := tracePlace.FindAllStringSubmatch(traceback, -1)
	place := places[len(places)-1]
	n, _ := strconv.Atoi(place[2])
	want["log.origin.file.name"], want["log.origin.file.line"], want["log.origin.function"] = place[1], float64(n), place[3]
}

var uwsgiLine = regexp.MustCompile(`^\[pid: (\d+)\|app: 0\|req: (\d+)/(\d+)\] (\S+) \(\) \{(\d+) vars in (\d+) bytes\} \[([^\]]+)\] (\w+) (\S+) => generated (\d+) bytes in (\d+) msecs \(HTTP/(\S+) (\d+)\) (\d+) headers in (\d+) bytes \((\d+) switches on core (\d+)\)$`)

// uwsgiFields are compared one by one.
var uwsgiFields = []string{
	"@timestamp", "message", "tags", "event.type", "event.outcome", "event.duration", "process.pid", "source.ip", "http.request.method", "url.original", "http.version",
	"http.response.status_code", "http.response.body.bytes", "uwsgi.access.app_requests", "uwsgi.access.total_requests", "uwsgi.access.variables", "uwsgi.access.packet_bytes",
	"uwsgi.access.headers", "uwsgi.access.header_bytes", "uwsgi.access.switches", "uwsgi.access.core", "log.level", "log.logger", "error.type", "error.message",
	"error.stack_trace", "log.origin.file.name", "log.origin.file.line", "log.origin.function",
}

func uwsgiExpected(t testing.TB, text string) map[string]any {
	t.Helper()
	if m := uwsgiLine.FindStringSubmatch(text); m != nil {
		at, err := time.ParseInLocation(time.ANSIC, m[7], time.Local)
		if err != nil {
			t.Fatal(err)
		}
		number := func(i int) float64 {
			n, err := strconv.Atoi(m[i])
			if err != nil {
				t.Fatal(err)
			}
			return float64(n)
		}
		want := map[string]any{
			"@timestamp": at.UTC().Format("2006-01-02T15:04:05.000Z"), "event.type": []any{"access"}, "event.outcome": "success", "event.duration": number(11) * 1e6,
			"process.pid": number(1), "source.ip": m[4], "http.request.method": m[8], "url.original": m[9], "http.version": m[12], "http.response.status_code": number(13),
			"http.response.body.bytes": number(10), "uwsgi.access.app_requests": number(2), "uwsgi.access.total_requests": number(3), "uwsgi.access.variables": number(5),
			"uwsgi.access.packet_bytes": number(6), "uwsgi.access.headers": number(14), "uwsgi.access.header_bytes": number(15), "uwsgi.access.switches": number(16), "uwsgi.access.core": number(17),
		}
		if number(13) >= 400 {
			want["event.outcome"] = "failure"
		}
		return want
	}
	if want, ok := recordFields(t, text); ok {
		return want
	}
	want := map[string]any{"@timestamp": anything, "message": text, "event.type": []any{"info"}}
	if strings.HasPrefix(text, "*** WARNING") {
		want["log.level"] = "WARNING"
	}
	return want
}

// TestUWSGI runs Flask under uWSGI behind Nginx and checks the document of every
// line that the two write.
func TestUWSGI(t *testing.T) {
	es := shared.For(t)
	app := uwsgi.Start(t, uwsgi.Config{})
	front := nginx.Start(t, nginx.Config{Server: "location / { include /etc/nginx/uwsgi_params; uwsgi_pass " + app.Socket + "; }"})
	visit(t, front.URL)
	drive(t, front.URL, 40)
	front.Quit()
	app.Quit()
	// Nothing that uWSGI says begins with these, and the lines of a traceback do.
	r := reading{begins: regexp.MustCompile(`^[^\sTRC]`), expected: uwsgiExpected, fields: uwsgiFields}
	shipLogs(t, es, "uwsgi", "paths="+app.Log)
	compareEvents(t, es, "logs-uwsgi.log-default", r, app.Log)
	checkMapped(t, es, "logs-uwsgi.log-default")
	checkDashboard(t, es, "naru-uwsgi", "logs-uwsgi.log-default")
	shipLogs(t, es, "nginx", "paths="+front.AccessLog, "data_stream=logs-nginx.access-uwsgi")
	compareWithLog(t, es, "logs-nginx.access-uwsgi", front.AccessLog)
}

var uwsgiOwn = regexp.MustCompile(`^(\S+) \[(\d+)\] "(\S+) (\S+) HTTP/(\S+)" (\d+) (\d+) "(.*)" (\d+)$`)

// TestUWSGILogFormat is the same with a log-format, in which requests and
// tracebacks follow each other.
func TestUWSGILogFormat(t *testing.T) {
	es := shared.For(t)
	const format = `%(addr) [%(tmsecs)] "%(method) %(uri) %(proto)" %(status) %(rsize) "%(uagent)" %(micros)`
	app := uwsgi.Start(t, uwsgi.Config{LogFormat: format})
	for range 3 {
		visit(t, app.URL)
	}
	app.Quit()
	r := reading{begins: regexp.MustCompile(`^[^\sTRC]`), fields: uwsgiFields, expected: func(t testing.TB, text string) map[string]any {
		m := uwsgiOwn.FindStringSubmatch(text)
		if m == nil {
			return uwsgiExpected(t, text)
		}
		millis, _ := strconv.ParseInt(m[2], 10, 64)
		status, _ := strconv.Atoi(m[6])
		size, _ := strconv.Atoi(m[7])
		micros, _ := strconv.Atoi(m[9])
		want := map[string]any{
			"@timestamp": time.UnixMilli(millis).UTC().Format("2006-01-02T15:04:05.000Z"), "event.type": []any{"access"}, "event.outcome": "success", "event.duration": float64(micros) * 1000,
			"source.ip": m[1], "http.request.method": m[3], "url.original": m[4], "http.version": m[5], "http.response.status_code": float64(status), "http.response.body.bytes": float64(size),
		}
		if status >= 400 {
			want["event.outcome"] = "failure"
		}
		return want
	}}
	shipLogs(t, es, "uwsgi", "paths="+app.Log, "data_stream=logs-uwsgi.log-format", "format="+format)
	compareEvents(t, es, "logs-uwsgi.log-format", r, app.Log)
	checkMapped(t, es, "logs-uwsgi.log-format")
}

var (
	werkzeugLine   = regexp.MustCompile(`^(\S+) - - \[([^\]]+)\] "(.*)" (\d+) -$`)
	werkzeugReason = regexp.MustCompile(`^(\S+) - - \[([^\]]+)\] (code .*)$`)
	basicRecord    = regexp.MustCompile(`(?s)^([A-Z]+):(\w+):(.*?)(\nTraceback .*)?$`)
	colours        = regexp.MustCompile(`\x1b\[[0-9;]*m`)
)

// flaskFields are compared one by one.
var flaskFields = []string{
	"@timestamp", "message", "tags", "event.type", "event.outcome", "source.ip", "http.request.method", "url.original", "http.version", "http.response.status_code",
	"flask.access.request", "log.level", "log.logger", "error.type", "error.message", "error.stack_trace", "log.origin.file.name", "log.origin.file.line", "log.origin.function",
}

func flaskExpected(t testing.TB, text string) map[string]any {
	t.Helper()
	if want, ok := recordFields(t, text); ok {
		return want
	}
	text = colours.ReplaceAllString(text, "")
	want := map[string]any{"@timestamp": anything, "message": text, "event.type": []any{"info"}}
	if m := basicRecord.FindStringSubmatch(text); m != nil {
		want["log.level"], want["log.logger"], want["message"] = m[1], m[2], m[3]
		if m[4] != "" {
			addTraceback(want, m[4][1:])
		}
		text = m[3]
	}
	if m := werkzeugLine.FindStringSubmatch(text); m != nil {
		status, _ := strconv.Atoi(m[4])
		want["@timestamp"], want["source.ip"], want["log.logger"] = werkzeugTime(t, m[2]), m[1], "werkzeug"
		want["http.response.status_code"], want["event.type"], want["event.outcome"] = float64(status), []any{"access"}, "success"
		if delete(want, "message"); status >= 400 {
			want["event.outcome"] = "failure"
		}
		if parts := strings.Split(m[3], " "); len(parts) == 3 {
			want["http.request.method"], want["url.original"], want["http.version"] = parts[0], parts[1], strings.TrimPrefix(parts[2], "HTTP/")
		} else {
			want["flask.access.request"] = m[3]
		}
	}
	if m := werkzeugReason.FindStringSubmatch(text); m != nil {
		want["@timestamp"], want["source.ip"], want["message"], want["log.logger"] = werkzeugTime(t, m[2]), m[1], m[3], "werkzeug"
		want["log.level"], want["event.type"] = "ERROR", []any{"error"}
	}
	return want
}

func werkzeugTime(t testing.TB, text string) string {
	t.Helper()
	at, err := time.ParseInLocation("02/Jan/2006 15:04:05", text, time.Local)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC().Format("2006-01-02T15:04:05.000Z")
}

// TestFlask checks the document of every line that Flask's development server and
// its application write, by Flask's own handler and by logging.basicConfig.
func TestFlask(t *testing.T) {
	es := shared.For(t)
	for i, c := range []flask.Config{{}, {BasicConfig: true}} {
		t.Run(fmt.Sprintf("basicConfig=%v", c.BasicConfig), func(t *testing.T) {
			app := flask.Start(t, c)
			visit(t, app.URL)
			drive(t, app.URL, 20)
			garbage(t, app.URL)
			app.Quit()
			r := reading{begins: regexp.MustCompile(`^(\[\d{4}-| \* |Press |(\x1b\S+)?WARNING: This|[A-Z]+:\w+:|\S+ - - )`), expected: flaskExpected, fields: flaskFields}
			stream := []string{"logs-flask.log-default", "logs-flask.log-basic"}[i]
			shipLogs(t, es, "flask", "paths="+app.Log, "data_stream="+stream)
			compareEvents(t, es, stream, r, app.Log)
			checkMapped(t, es, stream)
			checkDashboard(t, es, "naru-flask", stream)
		})
	}
}

// garbage sends what is no request and waits until the server has closed.
func garbage(t *testing.T, base string) {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "garbage\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, conn); err != nil {
		t.Fatal(err)
	}
}

var wsgiHead = regexp.MustCompile(`(?m)^\[([^\]]+)\] \[wsgi:error\] \[pid (\d+):tid (\d+)\] \[remote ([\d.]+):(\d+)\] ?`)

// wsgiError is what a document must say about a line of Apache's error log, or
// about several that belong to one exception.
func wsgiError(t testing.TB, text string) map[string]any {
	t.Helper()
	m := wsgiHead.FindStringSubmatch(text)
	if m == nil {
		if strings.Contains(text, "] [wsgi:") {
			text = strings.Replace(text, "[remote ", "[client ", 1)
		}
		return apacheError(t, text)
	}
	first, _, _ := strings.Cut(text, "\n")
	want := apacheError(t, strings.Replace(first, "[remote ", "[client ", 1))
	delete(want, "http.request.referrer")
	text, referrer := referred.ReplaceAllString(text, ""), referred.FindStringSubmatch(text)
	if referrer != nil {
		want["http.request.referrer"] = referrer[1]
	}
	text = strings.TrimRight(wsgiHead.ReplaceAllString(text, ""), "\n")
	want["message"] = text
	if said, ok := recordFields(t, text); ok {
		delete(said, "@timestamp")
		maps.Copy(want, said)
		want["log.level"] = map[string]string{"ERROR": "error", "WARNING": "warn"}[said["log.level"].(string)]
		want["event.type"] = []any{"error"} // as for Apache's warnings
	}
	return want
}

var referred = regexp.MustCompile(`(?m), referer: (\S+)$`)

// TestModWSGI runs Flask under Apache with mod_wsgi and checks the document of
// every line of both logs.
func TestModWSGI(t *testing.T) {
	es := shared.For(t)
	web := apache.Start(t, apache.Config{Modules: []string{"wsgi"}, Extra: flask.ModWSGI(t)})
	visit(t, web.URL)
	drive(t, web.URL, 40)
	web.Quit()
	r := reading{
		begins:   regexp.MustCompile(`^\[[^\]]+\] (?:\[\w*:(?:notice|info|warn|debug)\]|\[(?:[^w]|w[^s])|\[wsgi:error\] (?:\[[^\]]+\] )*(?:\[\d{4}-|only a few))`),
		expected: wsgiError,
		fields:   append([]string{"log.logger", "error.type", "error.stack_trace", "log.origin.function", "destination.ip"}, apacheErrorFields...),
	}
	const access, errors = "logs-apache.access-wsgi", "logs-apache.error-wsgi"
	shipLogs(t, es, "apache", "paths="+web.AccessLog, "data_stream="+access, "error_paths="+web.ErrorLog, "error_data_stream="+errors)
	compareWithLog(t, es, access, web.AccessLog)
	compareEvents(t, es, errors, r, web.ErrorLog)
	checkMapped(t, es, errors)
}
