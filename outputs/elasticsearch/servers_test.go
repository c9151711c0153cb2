//go:build servers

package elasticsearch

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/servers/cluster"
	es "github.com/naru-log/naru/internal/servers/elasticsearch"
	"github.com/naru-log/naru/internal/servers/faultproxy"
	"github.com/naru-log/naru/internal/servers/opensearch"
)

func TestOnElasticsearch(t *testing.T) { onServer(t, es.Start(t, es.Options{})) }

func TestOnOpenSearch(t *testing.T) { onServer(t, opensearch.Start(t, opensearch.Options{})) }

// onServer runs everything that both servers do alike.
func onServer(t *testing.T, server *cluster.Fixture) {
	for _, tt := range []struct {
		name string
		run  func(*testing.T, *cluster.Fixture)
	}{
		{"setup", testSetup},
		{"create", testCreate},
		{"conflict", testMappingConflict},
		{"rollover", testRollover},
		{"replay", testReplay},
		{"names", testNamesFromFields},
		{"faults", testFaults},
		{"kill", testKill},
		{"down at start", testDownAtStart},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, server.Cluster().For(t)) })
	}
}

// stream makes a data stream of its own for the test and gives a configuration
// that writes to it.
func stream(t *testing.T, server *cluster.Fixture, mappings string) (Config, string) {
	t.Helper()
	name := "logs-" + strings.NewReplacer("/", ".", "_", ".").Replace(strings.ToLower(t.Name())) + "-default"
	s := setup(t, server)
	template := fmt.Sprintf(`{"index_patterns":[%q],"data_stream":{},"priority":500,"template":{"settings":{"number_of_replicas":0},"mappings":%s}}`, name, mappings)
	if err := s.PutTemplate(t.Context(), name, []byte(template)); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time it is there
		if err := s.CreateDataStream(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	c := serverConfig(t, server.URLs()...)
	c.DataStream = literal(t, name)
	return c, name
}

// serverConfig is for a real server, which on a busy machine takes its time for
// a change of the cluster's state, the more so after a restart.
func serverConfig(t *testing.T, hosts ...string) Config {
	c := config(t, hosts...)
	c.Timeout = 2 * time.Minute
	c.RetryMaxBackoff = time.Second
	return c
}

const plainMappings = `{"properties":{"@timestamp":{"type":"date"},"message":{"type":"keyword"}}}`

func setup(t *testing.T, server *cluster.Fixture) *Setup {
	t.Helper()
	s, err := NewSetup(serverConfig(t, server.URL()), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// dated writes messages with a timestamp, which data streams want.
func (r *rig) dated(ctx context.Context, uncertain bool, messages ...string) {
	r.t.Helper()
	b := &event.Batch{Source: event.NewSource(7, "/var/log/test.log", time.Unix(1, 0)), Uncertain: uncertain}
	b.Arm(nil, func(*event.Batch) {
		r.ackedMu.Lock()
		defer r.ackedMu.Unlock()
		r.acked++
	})
	for _, m := range messages {
		r.ev.Reset(b, []byte(m), r.offset)
		r.ev.IDTime = 1524673708e9 + r.offset*1e6
		r.ev.SetUnixNano(event.Timestamp, r.ev.IDTime)
		r.offset += int64(len(m)) + 1
		if err := r.w.Write(ctx, r.ev); err != nil {
			r.t.Error(err)
			return
		}
	}
	b.Done()
}

func run(t *testing.T, c Config, uncertain bool, messages ...string) *rig {
	t.Helper()
	r := newRig(t, c)
	r.start(t.Context())
	r.dated(t.Context(), uncertain, messages...)
	r.finish(1)
	return r
}

// numbered checks that each of n numbered messages is there exactly once.
func numbered(t *testing.T, server *cluster.Fixture, name string, n int) {
	t.Helper()
	seen := make(map[string]int)
	server.Documents(name, func(h cluster.Hit) {
		var d struct{ Message string }
		if err := json.Unmarshal(h.Source, &d); err != nil {
			t.Error(err)
		}
		seen[d.Message]++
	})
	lost, doubled := 0, 0
	for i := range n {
		switch seen[fmt.Sprintf("line %06d", i)] {
		case 0:
			lost++
		case 1:
		default:
			doubled++
		}
	}
	if lost > 0 || doubled > 0 || len(seen) != n {
		t.Errorf("%d of %d lines are lost, %d doubled; %d different messages", lost, n, doubled, len(seen))
	}
}

func lines(from, to int) []string {
	var all []string
	for i := from; i < to; i++ {
		all = append(all, fmt.Sprintf("line %06d", i))
	}
	return all
}

func testSetup(t *testing.T, server *cluster.Fixture) {
	s := setup(t, server)
	for range 2 {
		if err := s.PutComponentTemplate(t.Context(), "naru-test-component", []byte(`{"template":{"mappings":`+plainMappings+`}}`)); err != nil {
			t.Error(err)
		}
		if err := s.PutTemplate(t.Context(), "naru-test", []byte(`{"index_patterns":["naru-test-*"],"composed_of":["naru-test-component"]}`)); err != nil {
			t.Error(err)
		}
		if supported, err := s.PutLifecycle(t.Context(), "naru-test", []byte(`{"policy":{"phases":{"hot":{"actions":{}}}}}`)); supported || err != nil {
			t.Errorf("PutLifecycle: %v, %v; neither server has index lifecycle management", supported, err)
		}
	}
	if err := s.PutTemplate(t.Context(), "naru-bad", []byte(`{"index_patterns":["naru-bad"],"template":{"mappings":{"properties":{"x":{"type":"no_such_type"}}}}}`)); err == nil || !strings.Contains(err.Error(), "no_such_type") {
		t.Errorf("a bad template: %v, want the reason", err)
	}
	if server.Do(http.MethodGet, "/_data_stream", nil).Status != http.StatusOK {
		return // the small Elasticsearch makes data streams with their first document only
	}
	if err := s.CreateDataStream(t.Context(), "naru-no-template"); err == nil || !strings.Contains(err.Error(), "naru-no-template") {
		t.Errorf("a data stream without a template: %v", err)
	}
}

func testCreate(t *testing.T, server *cluster.Fixture) {
	c, name := stream(t, server, plainMappings)
	for range 2 {
		r := run(t, c, false, lines(0, 500)...)
		if len(r.dead.records) != 0 {
			t.Errorf("dead letters: %+v", r.dead.records[0])
		}
		if err := r.out.Check(t.Context()); err != nil {
			t.Errorf("Check: %v", err)
		}
		r.out.client.close()
	}
	numbered(t, server, name, 500)
	found := server.Search(name, `{"query":{"ids":{"values":["`+referenceID(1524673708e9, 7, 0)+`"]}}}`)
	if found.Total != 1 {
		t.Errorf("the first line is not there under its id")
	}
}

func testMappingConflict(t *testing.T, server *cluster.Fixture) {
	c, name := stream(t, server, `{"properties":{"@timestamp":{"type":"date"},"message":{"type":"long"}}}`)
	r := run(t, c, false, "1", "two", "3")
	if n := server.Count(name); n != 2 {
		t.Errorf("%d documents, want 2", n)
	}
	if len(r.dead.records) != 1 {
		t.Fatalf("%d dead letters, want 1", len(r.dead.records))
	}
	d := r.dead.records[0]
	if d.Status != 400 || !strings.HasSuffix(d.Type, "parsing_exception") || !strings.Contains(d.Reason, "message") || !strings.Contains(string(d.Document), `"message":"two"`) || d.Index != name {
		t.Errorf("dead letter: %+v", d)
	}
}

// Lines that an earlier run stored are not stored again after a rollover. That
// they would be without the look-up is checked too.
func testRollover(t *testing.T, server *cluster.Fixture) {
	c, name := stream(t, server, plainMappings)
	run(t, c, false, lines(0, 1500)...)
	server.Must(http.MethodPost, "/"+name+"/_rollover", nil)
	run(t, c, true, lines(0, 2500)...)
	numbered(t, server, name, 2500)
	run(t, c, false, lines(0, 10)...)
	if n := server.Count(name); n != 2510 {
		t.Errorf("%d documents; without a look-up 10 lines of the older index should be there twice", n)
	}
}

func testReplay(t *testing.T, server *cluster.Fixture) {
	c, name := stream(t, server, `{"properties":{"@timestamp":{"type":"date"},"message":{"type":"long"}}}`)
	r := run(t, c, false, "1", "two", "3")
	s := setup(t, server)
	template := fmt.Sprintf(`{"index_patterns":[%q],"data_stream":{},"priority":500,"template":{"mappings":%s}}`, name, plainMappings)
	if err := s.PutTemplate(t.Context(), name, []byte(template)); err != nil {
		t.Fatal(err)
	}
	server.Must(http.MethodPost, "/"+name+"/_rollover", nil)
	records := r.dead.records
	again := newRig(t, c)
	defer again.out.client.close()
	for range 2 {
		if err := again.out.Replay(t.Context(), records); err != nil {
			t.Fatal(err)
		}
	}
	if n := server.Count(name); n != 3 || len(again.dead.records) != 0 {
		t.Errorf("%d documents and %d dead letters, want 3 and none", n, len(again.dead.records))
	}
}

func testNamesFromFields(t *testing.T, server *cluster.Fixture) {
	c, name := stream(t, server, plainMappings)
	c.DataStream = parse(t, "service.name")
	r := newRig(t, c)
	r.start(t.Context())
	slot, _ := r.ev.Schema().Lookup("service.name")
	b := &event.Batch{Source: event.NewSource(7, "/log", time.Unix(0, 0)), Uncertain: true}
	b.Arm(nil, func(*event.Batch) { r.ackedMu.Lock(); r.acked++; r.ackedMu.Unlock() })
	for i := range 10 {
		r.ev.Reset(b, fmt.Appendf(nil, "line %06d", i), int64(i))
		r.ev.SetUnixNano(event.Timestamp, 1524673708e9)
		r.ev.SetString(slot, []string{name, "naru-absent-" + name}[i%2])
		if err := r.w.Write(t.Context(), r.ev); err != nil {
			t.Fatal(err)
		}
	}
	b.Done()
	r.finish(1)
	if a, b := server.Count(name), server.Count("naru-absent-"+name); a != 5 || b != 5 {
		t.Errorf("%d and %d documents, want 5 each", a, b)
	}
}

// Through a proxy that breaks a third of the requests in every way it knows,
// each line arrives once.
func testFaults(t *testing.T, server *cluster.Fixture) {
	c, name := stream(t, server, plainMappings)
	proxy := faultproxy.Start(t, server.URL(), 1)
	for _, f := range []faultproxy.Fault{
		faultproxy.CutRequest(), faultproxy.CutAnswer(), faultproxy.DropAnswer(), faultproxy.Status(503), faultproxy.Status(429),
		faultproxy.FailItems(0.5, 429), faultproxy.FailItems(0.3, 503), faultproxy.ShortAnswer(),
	} {
		proxy.Inject(faultproxy.Rule{Path: "/_bulk", Share: 0.06, Fault: f})
	}
	c.Hosts = []string{proxy.URL()}
	c.MaxRequestDocuments = 100
	r := newRig(t, c)
	r.start(t.Context())
	for i := 0; i < 10_000; i += 50 {
		r.dated(t.Context(), false, lines(i, i+50)...)
	}
	r.finish(200)
	numbered(t, server, name, 10_000)
	if len(r.dead.records) != 0 {
		t.Errorf("%d dead letters: %+v", len(r.dead.records), r.dead.records[0])
	}
}

func testKill(t *testing.T, server *cluster.Fixture) {
	c, name := stream(t, server, plainMappings)
	c.MaxRequestDocuments = 100
	r := newRig(t, c)
	r.start(t.Context())
	killed := make(chan struct{})
	go func() {
		defer close(killed)
		for r.acknowledged() < 40 {
			time.Sleep(time.Millisecond)
		}
		server.Kill()
		if err := server.Cluster().Restart(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	for i := 0; i < 20_000; i += 50 {
		r.dated(t.Context(), false, lines(i, i+50)...)
	}
	if <-killed; t.Failed() {
		return // nothing can be delivered
	}
	r.finish(400)
	numbered(t, server, name, 20_000)
}

func testDownAtStart(t *testing.T, server *cluster.Fixture) {
	c, name := stream(t, server, plainMappings)
	server.Kill()
	r := newRig(t, c)
	r.start(t.Context())
	r.dated(t.Context(), true, lines(0, 100)...)
	if err := r.w.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	await(t, func() bool { // what is just gone may also have cut the connection
		err := r.out.Ready()
		return err != nil && strings.Contains(err.Error(), "connection refused")
	})
	server.Restart()
	r.finish(1)
	numbered(t, server, name, 100)
}
