//go:build servers

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/naru-log/naru/internal/servers/cluster"
)

// reading says how a test reads a log, in a way of its own.
type reading struct {
	begins   *regexp.Regexp // the first line of an event; nil when every line is one
	expected func(t testing.TB, text string) map[string]any
	fields   []string // are compared one by one; absent where expected says nothing
}

// anything is expected of a field that the text does not tell.
const anything = "\x00anything"

// events cuts a log into events by where they begin.
func (r reading) events(text []byte) map[int]string {
	events, offset, at := map[int]string{}, 0, 0
	for line := range bytes.Lines(text) {
		if r.begins == nil || r.begins.Match(line) {
			at = offset
		}
		events[at] += string(line)
		offset += len(line)
	}
	return events
}

// compareEvents checks that a data stream holds exactly one document for each
// event of the logs, with the fields that the event has.
func compareEvents(t testing.TB, es *cluster.Fixture, stream string, r reading, logs ...string) {
	t.Helper()
	want := map[string]string{} // path and offset -> event
	for _, path := range logs {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for offset, event := range r.events(text) {
			want[fmt.Sprint(path, "@", offset)] = strings.TrimRight(event, "\n")
		}
	}
	es.Refresh(stream)
	seen := 0
	es.Documents(stream, func(h cluster.Hit) {
		seen++
		var doc map[string]any
		if err := json.Unmarshal(h.Source, &doc); err != nil {
			t.Fatal(err)
		}
		path, _ := field(doc, "log.file.path").(string)
		offset, _ := field(doc, "log.offset").(float64)
		key := fmt.Sprint(path, "@", int(offset))
		event, ok := want[key]
		if !ok {
			t.Errorf("document %s at %s: no event begins there, or it is there twice", h.ID, key)
			return
		}
		delete(want, key)
		fields := r.expected(t, event)
		for _, name := range r.fields {
			if got := field(doc, name); fields[name] != anything && !reflect.DeepEqual(got, fields[name]) {
				t.Errorf("%s: got %#v, want %#v in the document of\n%s", name, got, fields[name], event)
			}
		}
	})
	for key, event := range want {
		t.Errorf("lost %s: %s", key, event)
	}
	if seen == 0 {
		t.Errorf("%s is empty", stream)
	}
	t.Logf("%d documents for the events of %d files", seen, len(logs))
}

// byGroups reads lines by a regular expression, whose groups are the columns:
// field:kind, or several fields joined by +. Kinds are t text, q text with escaped
// quotes, n number, u microseconds, m milliseconds, s seconds, x Apache's connection status, and
// N and T lists of numbers and texts; "-" stands for nothing in all of them.
func byGroups(pattern string, columns ...string) reading {
	line := regexp.MustCompile("^" + pattern + "$")
	r := reading{fields: []string{"tags", "message", "error.message"}}
	for _, c := range columns {
		names, _, _ := strings.Cut(c, ":")
		r.fields = append(r.fields, strings.Split(names, "+")...)
	}
	r.expected = func(t testing.TB, text string) map[string]any {
		t.Helper()
		m := line.FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("not as expected: %s", text)
		}
		want := map[string]any{}
		for i, c := range columns {
			names, kind, _ := strings.Cut(c, ":")
			for name := range strings.SplitSeq(names, "+") {
				if m[i+1] != "-" && m[i+1] != "" || kind == "x" {
					want[name] = columnValue(t, kind, m[i+1])
				}
			}
		}
		return want
	}
	return r
}

func columnValue(t testing.TB, kind, text string) any {
	t.Helper()
	number := func(text string) float64 {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	var list []any
	switch kind {
	case "q":
		return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(text)
	case "n":
		return number(text)
	case "u":
		return number(text) * 1e3
	case "m":
		return number(text) * 1e6
	case "s":
		return math.Round(number(text) * 1e9)
	case "x":
		return map[string]string{"X": "aborted", "+": "keep-alive", "-": "close"}[text]
	case "N":
		for one := range strings.SplitSeq(text, ", ") {
			list = append(list, number(one))
		}
		return list
	case "T":
		for one := range strings.SplitSeq(text, ", ") {
			list = append(list, one)
		}
		return list
	}
	return text
}

// shipLogs sets up what a built-in pipeline needs and ships what is in its logs.
// vars are name=value.
func shipLogs(t testing.TB, es *cluster.Fixture, pipeline string, vars ...string) {
	t.Helper()
	for _, args := range [][]string{{"setup", pipeline}, {"run", pipeline, "--once", "--admin", "off", "--state", t.TempDir()}} {
		for _, v := range vars {
			args = append(args, "--var", v)
		}
		if _, stderr, status := binary.Run(t, []string{"ELASTICSEARCH_HOSTS=" + es.URL()}, args...); status != 0 {
			t.Fatalf("naru %s: status %d\n%s", strings.Join(args, " "), status, stderr)
		}
	}
}

// byName are objects whose fields are named after headers, cookies and the like,
// and so cannot be in a template.
var byName = regexp.MustCompile(`^\w+\.access\.(request_headers|response_headers|cookies|env|notes|args|tls|upstream\.headers)\.`)

// checkMapped checks that the cluster had to map no field by itself.
func checkMapped(t *testing.T, es *cluster.Fixture, stream string) {
	t.Helper()
	known := templateFields(t)
	for f, kind := range indexFields(t, es, stream) {
		if known[f] == "" && !byName.MatchString(f) {
			t.Errorf("%s: field %s was mapped by the cluster, as %s", stream, f, kind)
		}
	}
}

// termCounts searches with a terms aggregation and gives the documents of each
// bucket.
func termCounts(t testing.TB, es *cluster.Fixture, stream string, body any, name string) map[string]float64 {
	t.Helper()
	var aggs map[string]struct {
		Buckets []struct {
			Key   string
			Count float64 `json:"doc_count"`
		}
	}
	if err := json.Unmarshal(es.Search(stream, body).Aggregations, &aggs); err != nil {
		t.Fatal(err)
	}
	counts := map[string]float64{}
	for _, b := range aggs[name].Buckets {
		counts[b.Key] = b.Count
	}
	return counts
}
