//go:build servers

package elasticsearch

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/naru-log/naru/internal/servers/cluster"
)

// fill indexes n documents {"n": i} with ids "0" … in one bulk.
func fill(t *testing.T, es *cluster.Fixture, index string, n int) {
	t.Helper()
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "{\"create\":{\"_id\":\"%d\"}}\n{\"n\":%d}\n", i, i)
	}
	a := es.Must(http.MethodPost, "/"+index+"/_bulk", b.String())
	var got struct{ Errors bool }
	if err := json.Unmarshal(a.Body, &got); err != nil || got.Errors {
		t.Fatalf("bulk: %v: %.500s", err, a.Body)
	}
}

func TestOneNode(t *testing.T) {
	es := Start(t, Options{})

	if n := es.Count("absent"); n != 0 {
		t.Errorf("an index that does not exist holds %d documents", n)
	}
	fill(t, es, "numbers", 6000) // more than a page of Documents
	if n := es.Count("numbers"); n != 6000 {
		t.Errorf("%d documents, want 6000", n)
	}
	seen := map[string]bool{}
	es.Documents("numbers", func(h cluster.Hit) {
		var doc struct{ N int }
		if err := json.Unmarshal(h.Source, &doc); err != nil || fmt.Sprint(doc.N) != h.ID || seen[h.ID] {
			t.Errorf("document %s: %s (%v)", h.ID, h.Source, err)
		}
		seen[h.ID] = true
	})
	if len(seen) != 6000 {
		t.Errorf("Documents visited %d, want 6000", len(seen))
	}
	r := es.Search("numbers", map[string]any{"size": 1,
		"query": map[string]any{"range": map[string]any{"n": map[string]int{"gte": 5990}}},
		"aggs":  map[string]any{"sum": map[string]any{"sum": map[string]string{"field": "n"}}}})
	if r.Total != 10 || len(r.Hits) != 1 || !strings.Contains(string(r.Aggregations), "59945") {
		t.Errorf("Search: %d found, %d given, %s", r.Total, len(r.Hits), r.Aggregations)
	}

	url := es.URL()
	es.Kill()
	if _, err := es.Cluster().Do(t.Context(), http.MethodGet, "/_cluster/health", nil); err == nil {
		t.Error("a killed cluster answers")
	}
	es.Restart()
	if es.URL() != url {
		t.Errorf("back at %s, was at %s", es.URL(), url)
	}
	if n := es.Count("numbers"); n != 6000 {
		t.Errorf("%d documents after kill and restart, want 6000", n)
	}
}

func TestSecurity(t *testing.T) {
	es := Start(t, Options{Security: &Security{
		ClientAuth: true,
		Users:      []User{{Name: "shipper", Password: "sail-away", Roles: []string{"writer"}}},
		Roles:      "writer:\n  indices:\n  - names: ['logs-*']\n    privileges: [create_doc, auto_configure]\n",
	}})
	config, err := es.Cluster().Authority().ClientConfig(es.Cluster().ClientCert())
	if err != nil {
		t.Fatal(err)
	}
	status := func(user, password, index string) int {
		t.Helper()
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: config}}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, es.URL()+"/"+index+"/_doc", strings.NewReader(`{"@timestamp":"2018-04-26T00:00:00Z"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.SetBasicAuth(user, password)
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	for _, c := range []struct {
		user, password, index string
		want                  int
	}{
		{es.User(), es.Password(), "anything", http.StatusCreated},
		{"shipper", "sail-away", "logs-a-b", http.StatusCreated},
		{"shipper", "sail-away", "secrets", http.StatusForbidden},
		{"shipper", "wrong-password", "logs-a-b", http.StatusUnauthorized},
	} {
		if got := status(c.user, c.password, c.index); got != c.want {
			t.Errorf("%s writes to %s: status %d, want %d", c.user, c.index, got, c.want)
		}
	}

	bare := config.Clone()
	bare.Certificates = nil
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: bare}}
	if resp, err := client.Get(es.URL() + "/_cluster/health"); err == nil {
		resp.Body.Close()
		t.Error("a client without a certificate is let in")
	}
}

func TestThreeNodesAndOneIsLost(t *testing.T) {
	es := Start(t, Options{Nodes: 3})
	if len(es.URLs()) != 3 {
		t.Fatalf("nodes: %v", es.URLs())
	}
	es.Must(http.MethodPut, "/numbers", `{"settings":{"number_of_shards":3,"number_of_replicas":1}}`)
	es.Must(http.MethodGet, "/_cluster/health/numbers?wait_for_status=green&timeout=60s", nil)
	fill(t, es, "numbers", 100)
	es.KillNode(0)
	es.Must(http.MethodGet, "/_cluster/health?wait_for_nodes=2&wait_for_status=yellow&timeout=60s", nil)
	if n := es.Count("numbers"); n != 100 {
		t.Errorf("%d documents with a node lost, want 100", n)
	}
	es.RestartNode(0)
	es.Must(http.MethodGet, "/_cluster/health?wait_for_nodes=3&wait_for_status=green&timeout=60s", nil)
}

func TestABadSettingIsExplained(t *testing.T) {
	_, err := New(t.Context(), Options{Settings: []string{"no.such.setting: 1"}})
	if err == nil || !strings.Contains(err.Error(), "no.such.setting") {
		t.Fatalf("New: %v, want Elasticsearch's own complaint", err)
	}
	dir := regexp.MustCompile(`\S+/naru-elasticsearch-\w+`).FindString(err.Error())
	if _, err := os.Stat(dir); dir == "" || !os.IsNotExist(err) {
		t.Errorf("directory %q is left behind (%v)", dir, err)
	}
}
