//go:build servers

package opensearch

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/naru-log/naru/internal/servers/cluster"
)

var shared = NewShared(Options{})

func TestMain(m *testing.M) {
	code := m.Run()
	shared.Stop()
	os.Exit(code)
}

func TestKilledAndBroughtBack(t *testing.T) {
	server := shared.For(t)

	server.Must(http.MethodPut, "/_index_template/logs", `{"index_patterns":["logs-*"],"data_stream":{},"priority":200,
		"template":{"mappings":{"properties":{"url":{"type":"wildcard"},"message":{"type":"match_only_text"}}}}}`)
	create := `{"create":{"_id":"a"}}` + "\n" + `{"@timestamp":"2018-04-26T01:28:08Z","url":"/x","message":"m"}` + "\n"
	statuses := func() string {
		var got struct {
			Items []struct{ Create struct{ Status int } }
		}
		a := server.Must(http.MethodPost, "/logs-a-b/_bulk", create)
		if err := json.Unmarshal(a.Body, &got); err != nil || len(got.Items) != 1 {
			t.Fatalf("bulk: %v: %s", err, a.Body)
		}
		return http.StatusText(got.Items[0].Create.Status)
	}
	if first, second := statuses(), statuses(); first != "Created" || second != "Conflict" {
		t.Errorf("create answers %s, then %s", first, second)
	}

	server.Kill()
	server.Restart()
	n := 0
	server.Documents("logs-a-b", func(h cluster.Hit) { n++ })
	if n != 1 || server.Count("logs-a-b") != 1 {
		t.Errorf("%d documents after kill and restart, want 1", n)
	}
}

func TestSharedIsWholeForTheNextTest(t *testing.T) {
	server := shared.For(t)
	server.Kill()
	server = shared.For(t)
	if n := server.Count("absent"); n != 0 {
		t.Errorf("an index that does not exist holds %d documents", n)
	}
}

func TestIngestPipelinesAreThere(t *testing.T) {
	server := shared.For(t)
	a := server.Must(http.MethodPost, "/_ingest/pipeline/_simulate",
		`{"pipeline":{"processors":[{"grok":{"field":"m","patterns":["%{IP:ip}"]}}]},"docs":[{"_source":{"m":"from 1.2.3.4"}}]}`)
	if !strings.Contains(string(a.Body), `"ip":"1.2.3.4"`) {
		t.Errorf("simulate: %s", a.Body)
	}
}

func TestTwoNodes(t *testing.T) {
	server := Start(t, Options{Nodes: 2})
	server.Must(http.MethodGet, "/_cluster/health?wait_for_nodes=2&timeout=30s", nil)
}
