//go:build servers

package e2e

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/dashboards/lens"
)

// request is a line of a log as the oracle reads it.
type request struct {
	client, target, path, agent string
	status                      int
	bytes, nanos                float64
	at                          time.Time
	minute                      string // Unix milliseconds of its begin
	cause                       string // of a 408
}

// nginxLine is combined with the time taken in seconds behind it.
var nginxLine = regexp.MustCompile(`^(.* "(?:[^"\\]|\\.)*") (\d+)\.(\d{3})$`)

func requests(t *testing.T, lines []string) []request {
	t.Helper()
	var all []request
	for _, line := range lines {
		r := request{}
		if m := nginxLine.FindStringSubmatch(line); m != nil {
			line = m[1]
			millis, err := strconv.Atoi(m[2] + m[3])
			if err != nil {
				t.Fatal(err)
			}
			r.nanos = float64(millis) * 1e6
		}
		fields := expected(t, line)
		if nanos, ok := fields["event.duration"].(float64); ok {
			r.nanos = nanos
		}
		r.client, _ = fields["source.address"].(string)
		r.target, _ = fields["url.original"].(string)
		r.agent, _ = fields["user_agent.original"].(string)
		r.bytes, _ = fields["http.response.body.bytes"].(float64)
		r.status = int(fields["http.response.status_code"].(float64))
		at, err := time.Parse(time.RFC3339, fields["@timestamp"].(string))
		if err != nil {
			t.Fatal(err)
		}
		r.at, r.minute = at, strconv.FormatInt(at.Truncate(interval).UnixMilli(), 10)
		if r.status == 408 && r.target == "" {
			r.cause = "no_request"
		}
		if r.target != "" {
			u, err := url.ParseRequestURI(r.target)
			if err != nil {
				t.Fatal(err)
			}
			r.path = u.Path
		}
		all = append(all, r)
	}
	return all
}

// oracle is what is known about the shipped lines.
type oracle struct {
	lines []request
	docs  []map[string]any
}

// sum adds a number per key over the lines that have one.
func (o *oracle) sum(number func(request) float64, key func(request) (string, bool)) map[string]float64 {
	sums := map[string]float64{}
	for _, r := range o.lines {
		if k, ok := key(r); ok {
			sums[k] += number(r)
		}
	}
	return sums
}

func one(request) float64 { return 1 }

// count counts lines per key.
func (o *oracle) count(key func(request) (string, bool)) map[string]float64 { return o.sum(one, key) }

// durations collects the time taken per key, in order of size.
func (o *oracle) durations(key func(request) (string, bool)) map[string][]float64 {
	all := map[string][]float64{}
	for _, r := range o.lines {
		if k, ok := key(r); ok {
			all[k] = append(all[k], r.nanos)
		}
	}
	for _, d := range all {
		slices.Sort(d)
	}
	return all
}

// documents counts documents per value of a field that has no other oracle here.
func (o *oracle) documents(name string) map[string]float64 {
	counts := map[string]float64{}
	for _, doc := range o.docs {
		if v := field(doc, name); v != nil {
			counts[fmt.Sprint(v)]++
		}
	}
	return counts
}

// panelChecks says for every panel what its table has to hold.
func panelChecks() map[string]func(*testing.T, *oracle, []lens.Row) {
	all := func(request) (string, bool) { return "", true }
	timeout := func(r request) bool { return r.status == 408 }
	return map[string]func(*testing.T, *oracle, []lens.Row){
		"requests": func(t *testing.T, o *oracle, rows []lens.Row) { same(t, rows, "Requests", o.count(all)) },
		"clients": func(t *testing.T, o *oracle, rows []lens.Row) {
			clients := o.count(func(r request) (string, bool) { return r.client, true })
			same(t, rows, "Clients", map[string]float64{"": float64(len(clients))})
		},
		"timeouts": func(t *testing.T, o *oracle, rows []lens.Row) {
			same(t, rows, "408 Request Timeout", o.count(func(r request) (string, bool) { return "", timeout(r) }))
		},
		"bytes-sent": func(t *testing.T, o *oracle, rows []lens.Row) {
			same(t, rows, "Bytes sent", o.sum(func(r request) float64 { return r.bytes }, all))
		},
		"ok-against-timeout": func(t *testing.T, o *oracle, rows []lens.Row) {
			names := map[int]string{200: "200 OK", 408: "408 Request Timeout"}
			same(t, rows, "Requests", o.count(func(r request) (string, bool) { return r.minute + "|" + names[r.status], names[r.status] != "" }))
		},
		"statuses": func(t *testing.T, o *oracle, rows []lens.Row) {
			same(t, rows, "Requests", o.count(func(r request) (string, bool) { return r.minute + "|" + strconv.Itoa(r.status), true }))
		},
		"agents":   checkAgents,
		"bots":     checkBots,
		"top-bots": checkTopBots,
		"countries-map": func(t *testing.T, o *oracle, rows []lens.Row) {
			same(t, rows, "Requests", o.documents("source.geo.country_iso_code"))
			if len(rows) < 5 {
				t.Errorf("%d countries", len(rows))
			}
		},
		"timeout-clients": func(t *testing.T, o *oracle, rows []lens.Row) {
			top(t, rows, "408s", o.count(func(r request) (string, bool) { return r.client, timeout(r) }))
		},
		"timeouts-hourly": func(t *testing.T, o *oracle, rows []lens.Row) {
			same(t, rows, "408s", o.count(func(r request) (string, bool) { return r.hour() + "|" + r.cause, timeout(r) }))
		},
		"timeout-share": func(t *testing.T, o *oracle, rows []lens.Row) {
			names := map[bool]string{true: "408 Request Timeout", false: "All others"}
			same(t, rows, "Requests", o.count(func(r request) (string, bool) { return r.minute + "|" + names[timeout(r)], true }))
		},
		"timeout-causes": func(t *testing.T, o *oracle, rows []lens.Row) {
			same(t, rows, "408s", o.count(func(r request) (string, bool) { return r.cause, timeout(r) }))
		},
		"timeout-since": checkSince,
		"slowest":       checkSlowest,
		"bytes": func(t *testing.T, o *oracle, rows []lens.Row) {
			same(t, rows, "Bytes", o.sum(func(r request) float64 { return r.bytes }, func(r request) (string, bool) { return r.minute, true }))
		},
		"errors": checkErrors,
		"time-taken": func(t *testing.T, o *oracle, rows []lens.Row) {
			percentiles(t, rows, o.durations(func(r request) (string, bool) { return r.minute, true }))
		},
	}
}

// same compares a column of a table with the truth; rows of nothing do not count.
func same(t *testing.T, rows []lens.Row, column string, want map[string]float64) {
	t.Helper()
	got := map[string]float64{}
	for _, r := range rows {
		if v := r.Values[column]; v != 0 {
			got[strings.Join(r.Keys, "|")] = v
		}
	}
	want = maps.Clone(want)
	maps.DeleteFunc(want, func(_ string, v float64) bool { return v == 0 })
	if len(want) == 0 {
		t.Error("the log holds nothing for this panel")
	}
	if !maps.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", column, got, want)
	}
}

// top compares a table that is cut off: its rows hold the largest numbers.
func top(t *testing.T, rows []lens.Row, column string, truth map[string]float64) {
	t.Helper()
	largest := slices.Sorted(maps.Values(truth))
	slices.Reverse(largest)
	for i, r := range rows {
		key, got := strings.Join(r.Keys, "|"), r.Values[column]
		if got != truth[key] || got != largest[i] {
			t.Errorf("row %d: %s has %v, want %v, the largest but %d being %v", i, key, got, truth[key], i, largest[i])
		}
	}
}

// percentiles checks that each percentile lies near its rank: the cluster
// estimates them.
func percentiles(t *testing.T, rows []lens.Row, truth map[string][]float64) {
	t.Helper()
	for _, r := range rows {
		all := truth[strings.Join(r.Keys, "|")]
		if len(all) == 0 {
			t.Errorf("%v: nothing of the kind was logged", r.Keys)
			continue
		}
		for name, rank := range map[string]float64{"p50": .50, "p95": .95, "p99": .99} {
			at := rank * float64(len(all)-1)
			slack := 1 + 0.02*float64(len(all))
			low, high := all[max(0, int(at-slack))], all[min(len(all)-1, int(at+slack)+1)]
			if got := r.Values[name]; got < low || got > high {
				t.Errorf("%v: %s is %v, want %v to %v", r.Keys, name, got, low, high)
			}
		}
	}
}

// checkErrors expects every status, with the targets that have most of it.
func checkErrors(t *testing.T, o *oracle, rows []lens.Row) {
	statuses := o.count(func(r request) (string, bool) { return strconv.Itoa(r.status), r.status >= 400 })
	for status := range statuses {
		var of []lens.Row
		for _, r := range rows {
			if r.Keys[0] == status {
				of = append(of, r)
			}
		}
		truth := o.count(func(r request) (string, bool) {
			return status + "|" + cmp.Or(r.target, "__missing__"), strconv.Itoa(r.status) == status
		})
		if len(of) != min(len(truth), 15) {
			t.Errorf("%d rows for status %s, want %d or 15", len(of), status, len(truth))
		}
		top(t, of, "Requests", truth)
	}
}

func (r request) hour() string {
	return strconv.FormatInt(r.at.Truncate(time.Hour).UnixMilli(), 10)
}

// checkSince expects every cause, with the clients that have most of it and the
// times of their first and last 408.
func checkSince(t *testing.T, o *oracle, rows []lens.Row) {
	for cause := range o.count(func(r request) (string, bool) { return r.cause, r.status == 408 }) {
		key := func(r request) (string, bool) { return r.cause + "|" + r.client, r.status == 408 && r.cause == cause }
		truth := o.count(key)
		first, last := map[string]float64{}, map[string]float64{}
		for _, r := range o.lines {
			if k, ok := key(r); ok {
				ms := float64(r.at.UnixMilli())
				first[k], last[k] = min(cmp.Or(first[k], ms), ms), max(last[k], ms)
			}
		}
		var of []lens.Row
		for _, r := range rows {
			if r.Keys[0] != cause {
				continue
			}
			of = append(of, r)
			if k := strings.Join(r.Keys, "|"); r.Values["First"] != first[k] || r.Values["Last"] != last[k] {
				t.Errorf("%s: first %v, last %v, want %v and %v", k, r.Values["First"], r.Values["Last"], first[k], last[k])
			}
		}
		if len(of) != min(len(truth), 10) {
			t.Errorf("%d rows for %s, want %d or 10", len(of), cause, len(truth))
		}
		top(t, of, "408s", truth)
	}
}

func checkSlowest(t *testing.T, o *oracle, rows []lens.Row) {
	path := func(r request) (string, bool) { return r.path, r.path != "" }
	percentiles(t, rows, o.durations(path))
	counts := o.count(path)
	for i, r := range rows {
		if got := r.Values["Requests"]; got != counts[r.Keys[0]] {
			t.Errorf("%s has %v requests, want %v", r.Keys[0], got, counts[r.Keys[0]])
		}
		if i > 0 && r.Values["p95"] > rows[i-1].Values["p95"] {
			t.Errorf("%s comes after %s, which is faster", r.Keys[0], rows[i-1].Keys[0])
		}
	}
	if want := "/report/monthly.pdf"; rows[0].Keys[0] != want {
		t.Errorf("the slowest is %s, want %s", rows[0].Keys[0], want)
	}
}

// products are what user agents of the generated log call themselves, and the
// names that the rules of uap-core give them.
func products() map[string]string {
	return map[string]string{
		"Googlebot/": "Googlebot", "bingbot/": "bingbot", "AhrefsBot/": "AhrefsBot", "YandexBot/": "YandexBot", "Yeti/": "Yeti",
		"curl/": "curl", "python-requests/": "Python Requests", "Wget/": "Wget", "Go-http-client/": "Go-http-client",
	}
}

// automatic counts the lines of crawlers and tools by name.
func (o *oracle) automatic() map[string]float64 {
	return o.count(func(r request) (string, bool) {
		for product, name := range products() {
			if strings.Contains(r.agent, product) {
				return name, true
			}
		}
		return "", false
	})
}

func checkAgents(t *testing.T, o *oracle, rows []lens.Row) {
	top(t, rows, "Requests", o.documents("user_agent.name"))
	automatic := o.automatic()
	found := 0
	for _, r := range rows {
		if want, ok := automatic[r.Keys[0]]; ok {
			found++
			if r.Values["Requests"] != want {
				t.Errorf("%s has %v requests, want %v", r.Keys[0], r.Values["Requests"], want)
			}
		}
	}
	if found < 3 {
		t.Errorf("only %d of the crawlers and tools are among %v", found, rows)
	}
}

func checkBots(t *testing.T, o *oracle, rows []lens.Row) {
	total := 0.0
	for _, n := range o.automatic() {
		total += n
	}
	sum := 0.0
	for _, r := range rows {
		sum += r.Values["Requests"]
		if r.Keys[0] == "bot" && r.Values["Requests"] != total {
			t.Errorf("bots have %v requests, want %v", r.Values["Requests"], total)
		}
	}
	agents := o.count(func(r request) (string, bool) { return "", r.agent != "" })
	if sum != agents[""] {
		t.Errorf("all kinds have %v requests, want %v", sum, agents[""])
	}
}

func checkTopBots(t *testing.T, o *oracle, rows []lens.Row) { same(t, rows, "Requests", o.automatic()) }
