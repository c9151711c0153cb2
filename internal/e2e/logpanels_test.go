//go:build servers

package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/dashboards/lens"
	"github.com/naru-log/naru/internal/servers/cluster"
)

// checkDashboard runs the search behind every panel of a dashboard over data
// streams and compares its counts with those counted from the documents.
func checkDashboard(t *testing.T, es *cluster.Fixture, id string, streams ...string) {
	t.Helper()
	var docs []map[string]any
	for _, stream := range streams {
		es.Documents(stream, func(h cluster.Hit) {
			var doc map[string]any
			if err := json.Unmarshal(h.Source, &doc); err != nil {
				t.Fatal(err)
			}
			docs = append(docs, doc)
		})
	}
	d := dashboard(t, id)
	for _, p := range d.Panels {
		t.Run(p.ID, func(t *testing.T) {
			rows := rowsOf(t, es, strings.Join(streams, ","), d, p)
			for _, id := range p.Order {
				c := p.Columns[id]
				if c.Operation != "count" && c.Operation != "unique_count" {
					continue
				}
				got := map[string]float64{}
				for _, r := range rows {
					if v := r.Values[c.Label]; v != 0 {
						got[strings.Join(r.Keys, "|")] = v
					}
				}
				want := counted(t, docs, d, p, c)
				if cut := cutOff(p); cut > 0 && len(want) > cut && len(got) >= cut {
					maps.DeleteFunc(want, func(key string, _ float64) bool { return got[key] == 0 })
				}
				if !maps.Equal(got, want) || len(want) == 0 {
					t.Errorf("%s: got %v, want %v", c.Label, got, want)
				}
			}
		})
	}
}

// cutOff is how many rows a table may be cut off at; 0 when it never is.
func cutOff(p lens.Panel) int {
	least := 0
	for _, c := range p.Columns {
		if c.Operation == "terms" && (least == 0 || c.Params.Size < least) {
			least = c.Params.Size
		}
	}
	return least
}

// counted counts documents, or the values of a field, per bucket of a panel.
func counted(t *testing.T, docs []map[string]any, d *lens.Dashboard, p lens.Panel, c lens.Column) map[string]float64 {
	t.Helper()
	counts, seen := map[string]float64{}, map[string]bool{}
	for _, doc := range docs {
		key, ok := bucketOf(t, doc, p)
		if !ok || !holds(t, doc, d.Query) || !holds(t, doc, p.Query) {
			continue
		}
		if c.Operation == "unique_count" {
			value := fmt.Sprint(key, "|", field(doc, c.Field))
			if field(doc, c.Field) == nil || seen[value] {
				continue
			}
			seen[value] = true
		}
		counts[key]++
	}
	return counts
}

// bucketOf gives the keys of the bucket that a document falls into.
func bucketOf(t *testing.T, doc map[string]any, p lens.Panel) (string, bool) {
	t.Helper()
	var keys []string
	for _, id := range p.Order {
		c := p.Columns[id]
		if c.Operation != "terms" && c.Operation != "date_histogram" {
			continue
		}
		v := field(doc, c.Field)
		if v == nil {
			return "", false
		}
		key := fmt.Sprint(v)
		if c.Operation == "date_histogram" {
			at, err := time.Parse(time.RFC3339, key)
			if err != nil {
				t.Fatal(err)
			}
			key = strconv.FormatInt(at.Truncate(interval).UnixMilli(), 10)
		}
		keys = append(keys, key)
	}
	return strings.Join(keys, "|"), true
}

var kqlComparison = regexp.MustCompile(`^([\w.]+) (:|>=) "?([^"]*)"?$`)

// holds evaluates the KQL that these dashboards use.
func holds(t *testing.T, doc map[string]any, kql string) bool {
	t.Helper()
	if kql == "" {
		return true
	}
	for part := range strings.SplitSeq(kql, " and ") {
		m := kqlComparison.FindStringSubmatch(part)
		if m == nil {
			t.Fatalf("KQL %q is not understood here", kql)
		}
		v := field(doc, m[1])
		if m[3] == "*" && v != nil {
			continue
		}
		if list, ok := v.([]any); ok && len(list) == 1 {
			v = list[0]
		}
		number, _ := v.(float64)
		least, err := strconv.ParseFloat(m[3], 64)
		if m[2] == ":" && fmt.Sprint(v) != m[3] || m[2] == ">=" && (err != nil || number < least) {
			return false
		}
	}
	return true
}
