//go:build servers

package e2e

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/servers/apache"
	"github.com/naru-log/naru/internal/servers/cluster"
	"github.com/naru-log/naru/internal/servers/modjk"
	"github.com/naru-log/naru/internal/servers/tomcat"
)

// Tomcat's own format takes one line, java.util.logging's takes two.
var (
	tomcatBegins = regexp.MustCompile(`^(\d\d-\w{3}-\d{4} |\w{3} \d+, \d{4} )`)
	oneLine      = regexp.MustCompile(`^(\S+ \S+) (\w+) \[([^\]]+)\] (\S+)\.(\S+) ?(.*)$`)
	twoLines     = regexp.MustCompile(`^(\w+ \d+, \d+ \S+ [AP]M) (\S+) (\S+)$`)
	thrown       = regexp.MustCompile(`^\s*([\w.]+(?:Exception|Error))(?:: (.*))?$`)
	frame        = regexp.MustCompile(`^\s+at ([\w.]+)\((\w+\.java):\d+\)$`)
)

func tomcatLog(t testing.TB, text string) map[string]any {
	t.Helper()
	lines := strings.Split(text, "\n")
	want := map[string]any{"event.dataset": "tomcat.log", "event.type": []any{"info"}}
	layout, when, message := "02-Jan-2006 15:04:05.000", "", ""
	if m := oneLine.FindStringSubmatch(lines[0]); m != nil {
		when, message = m[1], m[6]
		want["log.level"], want["process.thread.name"], want["log.logger"], want["log.origin.function"] = m[2], m[3], m[4], m[5]
	} else if m := twoLines.FindStringSubmatch(lines[0]); m != nil && len(lines) > 1 {
		layout, when = "Jan 2, 2006 3:04:05 PM", m[1]
		want["log.logger"], want["log.origin.function"] = m[2], m[3]
		want["log.level"], message, _ = strings.Cut(lines[1], ": ")
		lines = lines[1:]
	} else {
		t.Fatalf("Tomcat wrote what is no event of its log: %s", text)
	}
	at, err := time.ParseInLocation(layout, when, time.Local)
	if err != nil {
		t.Fatal(err)
	}
	want["@timestamp"] = at.UTC().Format("2006-01-02T15:04:05.000Z")
	for i, line := range lines[1:] {
		if m := thrown.FindStringSubmatch(line); m != nil {
			want["error.type"], want["error.message"] = m[1], m[2]
			want["error.stack_trace"] = strings.TrimRight(strings.Join(lines[1+i:], "\n"), " \n")
			raised := frame.FindStringSubmatch(lines[2+i])
			if raised == nil {
				t.Fatalf("no place where it was raised: %s", text)
			}
			want["log.origin.function"], want["log.origin.file.name"] = raised[1], raised[2]
			break
		}
		message += "\n" + line
	}
	want["message"] = strings.TrimRight(message, " \n")
	if want["log.level"] == "SEVERE" || want["log.level"] == "WARNING" {
		want["event.type"] = []any{"error"}
	}
	return want
}

var tomcatLogFields = []string{
	"@timestamp", "log.level", "log.logger", "log.origin.function", "log.origin.file.name", "process.thread.name", "message", "event.dataset", "event.type",
	"error.type", "error.message", "error.stack_trace", "tags",
}

var (
	jkLine   = regexp.MustCompile(`^\[([^\]]+)\] \[(\d+):(\d+)\] \[(\w+)\] (\w+)::(\S+) \((\d+)\): (.*)$`)
	jkWorker = regexp.MustCompile(`^\((\w+)\) |worker (\w+) is in |worker=(\w+)$`)
	jkErrno  = regexp.MustCompile(`errno=(\d+)`)
	jkPeer   = regexp.MustCompile(`127\.0\.0\.1:(\d+)`)
)

func modJK(t testing.TB, line string) map[string]any {
	t.Helper()
	m := jkLine.FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("mod_jk wrote a line that is none of its log: %s", line)
	}
	at, err := time.ParseInLocation("Mon Jan _2 15:04:05.000 2006", m[1], time.Local)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"@timestamp": at.UTC().Format("2006-01-02T15:04:05.000Z"), "log.level": m[4], "log.origin.function": m[5],
		"log.origin.file.name": m[6], "message": m[8], "event.dataset": "mod_jk.log"}
	for name, text := range map[string]string{"process.pid": m[2], "process.thread.id": m[3], "log.origin.file.line": m[7]} {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		want[name] = float64(n)
	}
	if w := jkWorker.FindStringSubmatch(m[8]); w != nil {
		want["mod_jk.worker.name"] = w[1] + w[2] + w[3]
	}
	if e := jkErrno.FindStringSubmatch(m[8]); e != nil {
		want["error.code"] = e[1]
		want["event.reason"] = map[string]string{"111": "Connection refused", "110": "Connection timed out", "104": "Connection reset by peer"}[e[1]]
	}
	if p := jkPeer.FindStringSubmatch(m[8]); p != nil {
		n, err := strconv.Atoi(p[1])
		if err != nil {
			t.Fatal(err)
		}
		want["destination.ip"], want["destination.port"] = "127.0.0.1", float64(n)
	}
	return want
}

var modJKFields = []string{
	"@timestamp", "log.level", "log.origin.function", "log.origin.file.name", "log.origin.file.line", "message", "event.dataset", "process.pid",
	"process.thread.id", "mod_jk.worker.name", "error.code", "event.reason", "destination.ip", "destination.port", "tags", "error.message",
}

// balancedLog is modjk.LogFormat.
func balancedLog() reading {
	return byGroups(`(\S+) - - \[.*?\] "(?:(\S+) (\S+) HTTP/(\d\.\d))" (\d+) (\S+) (\d+) "-" "(.*?)" (\S+) (\S+) (\S+)`,
		"source.address+source.ip:t", "http.request.method:t", "url.original:t", "http.version:t", "http.response.status_code:n", "http.response.body.bytes:n",
		"event.duration:u", "user_agent.original:t", "mod_jk.worker.name:t", "mod_jk.lb.last.name:t", "mod_jk.request.duration:s")
}

const valvePattern = `%h %l %u %t "%r" %s %b %D %F %S "%I" "%{User-Agent}i"`

func valveLog() reading {
	return byGroups(`(\S+) - - \[.*?\] "(?:(\S+) (\S+) HTTP/(\d\.\d))" (\d+) (\S+) (\d+) (\d+|-) (\S+) "(.*?)" "(.*?)"`,
		"source.address+source.ip:t", "http.request.method:t", "url.original:t", "http.version:t", "http.response.status_code:n", "http.response.body.bytes:n",
		"event.duration:u", "tomcat.access.time_to_commit:m", "tomcat.access.session_id:t", "process.thread.name:t", "user_agent.original:t")
}

// startTomcats starts the workers side by side, since each takes its time.
func startTomcats(t *testing.T, configs map[string]tomcat.Config) map[string]*tomcat.Server {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	started := map[string]*tomcat.Server{}
	for name, c := range configs {
		wg.Go(func() {
			s, err := tomcat.New(t.Context(), c)
			if err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(s.Stop)
			mu.Lock()
			started[name] = s
			mu.Unlock()
		})
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return started
}

// TestBalancedTomcats drives an Apache with mod_jk in front of three Tomcats, of
// which one stops, and ships everything that they log.
func TestBalancedTomcats(t *testing.T) {
	es := shared.For(t)
	configs := map[string]tomcat.Config{}
	for _, name := range []string{"one", "two", "three"} {
		configs[name] = tomcat.Config{Route: name, Pattern: valvePattern}
	}
	two := configs["two"]
	two.Formatter = "java.util.logging.SimpleFormatter"
	configs["two"] = two
	tomcats := startTomcats(t, configs)
	var workers []modjk.Worker
	for name, s := range tomcats {
		workers = append(workers, modjk.Worker{Name: name, Port: s.AJPPort})
	}
	balancer := modjk.New(t, workers...)
	web := apache.Start(t, apache.Config{LogFormat: modjk.LogFormat, Modules: balancer.Modules, Extra: balancer.Extra})
	const round = 30
	askTomcats(t, web.URL, round)
	tomcats["two"].Quit()
	stopped := countLines(web.AccessLog)
	askTomcats(t, web.URL, round)
	web.Quit()
	var access, logs []string
	for _, s := range tomcats {
		s.Quit()
		access = append(access, s.AccessLog)
		logs = append(logs, s.CatalinaOut, s.LocalhostLog)
	}

	t.Run("balancer", func(t *testing.T) {
		const stream = "logs-apache.access-balanced"
		shipLogs(t, es, "apache", fmt.Sprintf("paths=[%q]", web.AccessLog), "format="+strings.ReplaceAll(modjk.LogFormat, `\"`, `"`), "data_stream="+stream)
		compareEvents(t, es, stream, balancedLog(), web.AccessLog)
		checkMapped(t, es, stream)
		checkLoad(t, es, stream, web.AccessLog, stopped)
	})
	t.Run("mod_jk", func(t *testing.T) {
		const stream = "logs-mod_jk.log-e2e"
		shipLogs(t, es, "mod_jk", fmt.Sprintf("paths=[%q]", balancer.Log), "data_stream="+stream)
		compareEvents(t, es, stream, reading{expected: modJK, fields: modJKFields}, balancer.Log)
		checkMapped(t, es, stream)
		checkFailed(t, es, stream)
	})
	t.Run("dashboard", func(t *testing.T) {
		checkDashboard(t, es, "naru-mod-jk", "logs-apache.access-balanced", "logs-mod_jk.log-e2e")
	})
	t.Run("tomcat", func(t *testing.T) {
		const stream, accessStream = "logs-tomcat.log-e2e", "logs-tomcat.access-e2e"
		// The other logs lie beside the access logs, and are found there.
		shipLogs(t, es, "tomcat", "paths="+quoted(t, access), "format="+valvePattern, "data_stream="+accessStream, "log_data_stream="+stream)
		compareEvents(t, es, accessStream, valveLog(), access...)
		compareEvents(t, es, stream, reading{begins: tomcatBegins, expected: tomcatLog, fields: tomcatLogFields}, logs...)
		checkMapped(t, es, accessStream)
		checkMapped(t, es, stream)
		checkTraces(t, es, stream, logs)
		checkDashboard(t, es, "naru-tomcat-log", stream)
	})
}

// askTomcats sends n requests, some of which fail or make the application log.
func askTomcats(t *testing.T, base string, n int) {
	t.Helper()
	asked := []string{"/shop?i=1", "/fail?order=7", "/warn", "/missing", "/slow?ms=20"}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for i := range n {
		res, err := client.Get(base + asked[i%len(asked)])
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
	}
}

// checkLoad reads from the documents which Tomcat stopped.
func checkLoad(t *testing.T, es *cluster.Fixture, stream, path string, stopped int) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	boundary := 0
	for line := range bytes.Lines(text) {
		if stopped == 0 {
			break
		}
		stopped--
		boundary += len(line)
	}
	load := func(side string) []string {
		body := map[string]any{"size": 0, "query": map[string]any{"range": map[string]any{"log.offset": map[string]any{side: boundary}}},
			"aggs": map[string]any{"members": map[string]any{"terms": map[string]any{"field": "mod_jk.lb.last.name"}}}}
		return slices.Sorted(maps.Keys(termCounts(t, es, stream, body, "members")))
	}
	if before := load("lt"); !slices.Equal(before, []string{"one", "three", "two"}) {
		t.Errorf("before one stopped the load was on %v", before)
	}
	if after := load("gte"); !slices.Equal(after, []string{"one", "three"}) {
		t.Errorf("after two stopped the load was on %v", after)
	}
}

// checkFailed reads from mod_jk's documents which worker fails and why.
func checkFailed(t *testing.T, es *cluster.Fixture, stream string) {
	t.Helper()
	for field, want := range map[string]string{"mod_jk.worker.name": "two", "event.reason": "Connection refused"} {
		body := map[string]any{"size": 0, "query": map[string]any{"term": map[string]any{"log.level": "error"}},
			"aggs": map[string]any{"who": map[string]any{"terms": map[string]any{"field": field}}}}
		counts := termCounts(t, es, stream, body, "who")
		if counts[want] == 0 || len(counts) != 1 {
			t.Errorf("%s of errors: %v, want %s alone", field, counts, want)
		}
	}
}

// checkTraces compares the exceptions in the documents with those in the logs.
func checkTraces(t *testing.T, es *cluster.Fixture, stream string, logs []string) {
	t.Helper()
	want := map[string]float64{}
	for _, path := range logs {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, class := range []string{"java.sql.SQLException", "java.lang.IllegalStateException"} {
			want[class] += float64(bytes.Count(text, []byte(class+": ")))
		}
	}
	body := map[string]any{"size": 0, "aggs": map[string]any{"types": map[string]any{"terms": map[string]any{"field": "error.type"}}}}
	got := termCounts(t, es, stream, body, "types")
	if !maps.Equal(got, want) || want["java.sql.SQLException"] == 0 {
		t.Errorf("exceptions %v, want %v", got, want)
	}
}
