//go:build servers

package e2e

import (
	"bytes"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/servers/cluster"
)

// combined reads a line of an access log in a way of its own, so that the
// pipelines are compared with something that is not naru.
var combined = regexp.MustCompile(`^(\S+) (\S+) (\S+) \[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-)(?: (\d+))? "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"$`)

// expected is what a document must say about a line.
func expected(t testing.TB, line string) map[string]any {
	t.Helper()
	m := combined.FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("the server wrote a line that is not combined: %s", line)
	}
	at, err := time.Parse("02/Jan/2006:15:04:05 -0700", m[4])
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"source.address": m[1], "source.ip": m[1], "@timestamp": at.UTC().Format("2006-01-02T15:04:05.000Z")}
	status, _ := strconv.Atoi(m[6])
	want["http.response.status_code"] = float64(status)
	want["event.outcome"] = "success"
	if status >= 400 {
		want["event.outcome"] = "failure"
	}
	if m[3] != "-" {
		want["user.name"] = m[3]
	}
	if method, rest, ok := strings.Cut(m[5], " "); ok {
		target, version, _ := strings.Cut(rest, " HTTP/")
		want["http.request.method"], want["url.original"], want["http.version"] = method, target, version
	}
	if m[7] != "-" {
		n, _ := strconv.Atoi(m[7])
		want["http.response.body.bytes"] = float64(n)
	}
	if m[8] != "" {
		n, _ := strconv.Atoi(m[8])
		want["event.duration"] = float64(n) * 1000
	}
	if m[9] != "-" {
		want["http.request.referrer"] = m[9]
	}
	if m[10] != "-" {
		want["user_agent.original"] = m[10]
	}
	return want
}

// compared are the fields that are compared one by one.
var compared = []string{
	"@timestamp", "source.address", "source.ip", "http.response.status_code", "event.outcome", "user.name", "http.request.method", "url.original",
	"http.version", "http.response.body.bytes", "event.duration", "http.request.referrer", "user_agent.original", "message", "error.message", "tags",
}

// compareWithLog checks that a data stream holds exactly one document for each
// line of the logs, with the fields that the line has.
func compareWithLog(t testing.TB, es *cluster.Fixture, stream string, logs ...string) {
	t.Helper()
	compareEvents(t, es, stream, reading{expected: expected, fields: compared}, logs...)
}

func field(doc map[string]any, path string) any {
	head, rest, nested := strings.Cut(path, ".")
	if !nested {
		return doc[head]
	}
	inner, _ := doc[head].(map[string]any)
	return field(inner, rest)
}

// countLines counts the lines of a file; 0 when it is not there yet.
func countLines(path string) int {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	return bytes.Count(text, []byte("\n"))
}
