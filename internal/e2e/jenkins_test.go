//go:build servers

package e2e

import (
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/servers/jenkins"
	"github.com/naru-log/naru/internal/servers/tomcat"
)

// jenkinsPage is an address of Jenkins and what its document says of it.
type jenkinsPage struct {
	method, target string
	request, job   any
	build          any
}

func jenkinsPages() []jenkinsPage {
	return []jenkinsPage{
		{"GET", "/jenkins/", "page", nil, nil},
		{"GET", "/jenkins/job/shop/", "job", "shop", nil},
		{"POST", "/jenkins/job/shop/job/main/build?token=x", "trigger", "shop/main", nil},
		{"GET", "/jenkins/view/all/job/shop/job/main/42/console", "build", "shop/main", 42.0},
		{"GET", "/jenkins/job/%EB%82%98%EB%A3%A8/lastBuild/consoleText", "build", "나루", nil},
		{"GET", "/jenkins/job/shop/42/api/json?tree=result", "api", "shop", 42.0},
		{"GET", "/jenkins/job/shop/42/logText/progressiveText?start=0", "poll", "shop", 42.0},
		{"GET", "/jenkins/static/f0c5e1a2/css/style.css", "static", nil, nil},
		{"POST", "/jenkins/j_spring_security_check", "login", nil, nil},
		{"POST", "/jenkins/github-webhook/", "webhook", nil, nil},
		{"GET", "/jenkins/computer/node1/", "agent", nil, nil},
		{"GET", "/jenkins/manage/", "manage", nil, nil},
		{"GET", "/jenkins/slow?ms=30", "page", nil, nil},
		{"GET", "/jenkins/fail?order=7", "page", nil, nil},
		{"GET", "/shop/job/1/", nil, nil, nil},
	}
}

// TestJenkins ships the access log of a Tomcat under /jenkins and Jenkins' own log,
// and runs the dashboard over both.
func TestJenkins(t *testing.T) {
	t.Run("access", testJenkinsAccess)
	t.Run("log", testJenkinsLog)
	checkDashboard(t, shared.For(t), "naru-jenkins", "logs-jenkins.access-default", "logs-jenkins.log-default")
}

// testJenkinsAccess sends Jenkins' addresses to a Tomcat with an application under
// /jenkins and checks the document of every request.
func testJenkinsAccess(t *testing.T) {
	es := shared.For(t)
	const pattern = `%h %l %u %t "%r" %s %b %D`
	web := tomcat.Start(t, tomcat.Config{Contexts: []string{"jenkins"}, Pattern: pattern})
	pages := map[string]jenkinsPage{}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, p := range jenkinsPages() {
		pages[p.target] = p
		req, err := http.NewRequestWithContext(t.Context(), p.method, web.URL+p.target, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	web.Quit()
	if n := countLines(web.AccessLog); n != len(pages) {
		t.Fatalf("%d lines for %d requests", n, len(pages))
	}
	r := reading{
		expected: func(t testing.TB, text string) map[string]any { return jenkinsRequest(t, text, pages) },
		fields: []string{
			"@timestamp", "message", "tags", "source.ip", "http.request.method", "url.original", "http.version", "http.response.status_code", "http.response.body.bytes",
			"event.duration", "event.outcome", "event.type", "jenkins.request", "jenkins.job", "jenkins.build", "jenkins.path",
		},
	}
	stream := "logs-jenkins.access-default"
	shipJenkins(t, "paths="+web.AccessLog, "format="+pattern, "log_paths=/nowhere.log")
	compareEvents(t, es, stream, r, web.AccessLog)
	checkMapped(t, es, stream)
}

// shipJenkins ships what the pipelines of Jenkins are told to read.
func shipJenkins(t *testing.T, vars ...string) {
	t.Helper()
	shipLogs(t, shared.For(t), "jenkins", vars...)
}

// jenkinsRequest is what a document must say about a request: what any access log
// says, and what Jenkins' addresses mean.
func jenkinsRequest(t testing.TB, line string, pages map[string]jenkinsPage) map[string]any {
	t.Helper()
	want := expected(t, line+` "-" "-"`)
	target, _ := want["url.original"].(string)
	p := pages[target]
	want["event.type"], want["jenkins.request"], want["jenkins.job"], want["jenkins.build"] = []any{"access"}, p.request, p.job, p.build
	return want
}

// testJenkinsLog checks the document of every record in both of Jenkins' formats.
func testJenkinsLog(t *testing.T) {
	es := shared.For(t)
	logs, err := jenkins.WriteLogs(t.Context(), t.TempDir(), 20)
	if err != nil {
		t.Fatal(err)
	}
	fields := []string{
		"@timestamp", "message", "tags", "log.level", "log.logger", "log.origin.function", "log.origin.file.name", "process.thread.id", "event.type",
		"error.type", "error.message", "error.stack_trace",
	}
	for _, c := range []struct {
		path, stream string
		begins       *regexp.Regexp
		head         *regexp.Regexp // time, thread, level, class, method, message and trace
		layout       string
	}{
		{logs.Recent, "logs-jenkins.log-default", regexp.MustCompile(`^\d{4}-`), regexp.MustCompile(`(?s)^(?<time>\S+ \S+) \[id=(?<thread>\d+)\]\t(?<level>\w+)\t(?<class>[\w.]+)#(?<method>\w+): (?<message>.*?)(?:\n(?<trace>java\..*))?$`), "2006-01-02 15:04:05.000-0700"},
		{logs.Old, "logs-jenkins.log-old", regexp.MustCompile(`^[A-Z][a-z]{2} \d\d, `), regexp.MustCompile(`(?s)^(?<time>\w+ \d+, \d+ [\d:]+ [AP]M) (?<class>[\w.]+) (?<method>\w+)\n(?<level>\w+): (?<message>.*?)(?:\n(?<trace>java\..*))?$`), "Jan 02, 2006 3:04:05 PM"},
	} {
		shipJenkins(t, "paths=/nowhere.log", "log_paths="+c.path, "log_data_stream="+c.stream)
		compareEvents(t, es, c.stream, reading{begins: c.begins, fields: fields, expected: func(t testing.TB, text string) map[string]any {
			return jenkinsRecord(t, text, c.head, c.layout)
		}}, c.path)
		checkMapped(t, es, c.stream)
	}
	text, err := os.ReadFile(logs.Recent)
	if err != nil || !strings.Contains(string(text), "\nCaused: java.io.IOException") {
		t.Errorf("no trace in Jenkins' own style: %v", err)
	}
}

func jenkinsRecord(t testing.TB, text string, head *regexp.Regexp, layout string) map[string]any {
	t.Helper()
	m := head.FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("the record is\n%s", text)
	}
	part := func(name string) string {
		if i := head.SubexpIndex(name); i > 0 {
			return m[i]
		}
		return ""
	}
	at, err := time.ParseInLocation(layout, part("time"), time.Local)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"@timestamp": at.UTC().Format("2006-01-02T15:04:05.000Z"), "message": part("message"), "log.level": part("level"),
		"log.logger": part("class"), "log.origin.function": part("method"), "event.type": []any{"info"},
	}
	if n, err := strconv.Atoi(part("thread")); err == nil {
		want["process.thread.id"] = float64(n)
	}
	if trace := part("trace"); trace != "" {
		number := regexp.MustCompile(`#(\d+): no place`).FindStringSubmatch(trace)
		want["error.type"], want["error.message"] = "java.io.IOException", "shop #"+number[1]+": no place to save"
		want["error.stack_trace"], want["event.type"] = trace, []any{"error"}
	}
	return want
}
