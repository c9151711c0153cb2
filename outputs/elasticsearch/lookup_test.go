package elasticsearch

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/deadletter"
	"github.com/naru-log/naru/event"
)

// uncertain ships messages as lines that an earlier run may have stored.
func uncertain(t *testing.T, c Config, messages ...string) *rig {
	t.Helper()
	r := newRig(t, c)
	r.start(t.Context())
	b := &event.Batch{Source: event.NewSource(7, "/var/log/test.log", time.Unix(1, 0)), Uncertain: true}
	if err := r.writeBatch(t.Context(), b, messages...); err != nil {
		t.Fatal(err)
	}
	r.finish(1)
	return r
}

func TestUncertainLinesAreLookedUp(t *testing.T) {
	f := newFake(t)
	ship(t, config(t, f.URL), "a", "b")
	f.forget()
	uncertain(t, config(t, f.URL), "a", "b", "c")
	if f.messages() != "a b c" || !slices.Equal(f.bulks, []int{1}) {
		t.Errorf("stored %q; documents of the requests %v, want only the new one", f.messages(), f.bulks)
	}
	made := slices.DeleteFunc(f.requestsMade(), func(r string) bool { return strings.Contains(r, "health") })
	if want := []string{"POST /logs-test-default/_refresh", "POST /logs-test-default/_search", "POST /logs-test-default/_bulk"}; !slices.Equal(made, want) {
		t.Errorf("requests %v, want %v", made, want)
	}
}

func TestAllUncertainLinesAreThere(t *testing.T) {
	f := newFake(t)
	ship(t, config(t, f.URL), "a", "b")
	f.forget()
	uncertain(t, config(t, f.URL), "a", "b")
	if len(f.bulks) != 0 {
		t.Errorf("documents were sent again: %v", f.bulks)
	}
}

func TestManyUncertainLines(t *testing.T) {
	f := newFake(t)
	var texts []string
	for i := range 2*lookupIDs + 1 {
		texts = append(texts, fmt.Sprintf("%05d", i))
	}
	c := config(t, f.URL)
	ship(t, c, texts[:lookupIDs+7]...)
	f.forget()
	uncertain(t, c, texts...)
	if f.messages() != strings.Join(texts, " ") {
		t.Errorf("%d documents stored, want %d", len(f.stored), len(texts))
	}
	searches := 0
	for _, r := range f.requestsMade() {
		if strings.HasSuffix(r, "_search") {
			searches++
		}
	}
	if searches != 3 {
		t.Errorf("%d searches, want 3", searches)
	}
}

// A look-up that fails is tried again before anything is sent, unless it can
// never succeed.
func TestLookUpFails(t *testing.T) {
	tests := []struct {
		name, path string
		status     int
		body       string
		sent       bool // the documents are sent without an answer
		log        string
	}{
		{"no shard to refresh", "_refresh", 200, `{"_shards":{"failed":1}}`, false, "some shards did not answer"},
		{"no shard to search", "_search", 503, `{"error":{"type":"search_phase_execution_exception","reason":"all shards failed"}}`, false, "all shards failed"},
		{"a part of the answer", "_search", 200, `{"_shards":{"failed":1},"hits":{"hits":[]}}`, false, "some shards did not answer"},
		{"out of time", "_search", 200, `{"timed_out":true,"_shards":{"failed":0}}`, false, "some shards did not answer"},
		{"not JSON", "_search", 200, `<html>`, false, "read the answer to a search"},
		{"not JSON to a refresh", "_refresh", 200, `<html>`, false, "read the answer to a refresh"},
		{"busy", "_search", 429, ``, false, "429"},
		{"wrong password", "_search", 401, ``, false, "check username and password"},
		{"may not refresh", "_refresh", 403, ``, true, "read and maintenance"},
		{"may not search", "_search", 403, ``, true, "read and maintenance"},
		{"no such index", "_refresh", 404, ``, true, ""},
		{"no index any more", "_search", 404, ``, true, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			failures := 0
			f.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				f.mu.Lock()
				fail := strings.HasSuffix(r.URL.Path, tt.path) && failures < 2
				if fail {
					failures++
				}
				early := !tt.sent && failures < 2 && strings.HasSuffix(r.URL.Path, "_bulk")
				f.mu.Unlock()
				if early {
					t.Error("the documents were sent before the look-up succeeded")
				}
				if fail {
					io.Copy(io.Discard, r.Body)
					w.WriteHeader(tt.status)
					io.WriteString(w, tt.body)
					return
				}
				f.ServeHTTP(w, r)
			})
			r := uncertain(t, config(t, f.URL), "a", "b")
			if f.messages() != "a b" || !strings.Contains(r.log.String(), tt.log) {
				t.Errorf("stored %q; log %s", f.messages(), &r.log)
			}
			if want := map[bool]int{true: 1, false: 2}[tt.sent]; failures != want {
				t.Errorf("looked up %d times in vain, want %d", failures, want)
			}
		})
	}
}

func TestReplay(t *testing.T) {
	f := newFake(t)
	f.item = func(d doc) int {
		if strings.Contains(d.source, "hopeless") {
			return 400
		}
		return 0
	}
	r := newRig(t, config(t, f.URL))
	defer r.out.client.close()
	record := func(id, index, document string) deadletter.Record {
		return deadletter.Record{Time: time.Now(), ID: id, Index: index, Document: []byte(document), Type: "old", Reason: "old"}
	}
	f.stored["there"] = `{"message":"there"}`
	err := r.out.Replay(t.Context(), []deadletter.Record{
		record("new", "logs-a", "{\n\"message\": \"new\"\n}"),
		record("there", "logs-a", `{"message":"there"}`),
		record("hopeless", "logs-b", `{"message":"hopeless"}`),
		record("", "logs-a", `{"message":"no id"}`),
		record(`a"b`, "logs-a", `{"message":"bad id"}`),
		record("x", "Logs", `{"message":"bad index"}`),
		record("y", "logs-a", `{"message":`),
	})
	if err != nil {
		t.Fatal(err)
	}
	if f.messages() != "new there" {
		t.Errorf("stored %q", f.messages())
	}
	var dead []string
	for _, d := range r.dead.records {
		dead = append(dead, d.Type+" "+d.ID+" "+d.Index)
	}
	if want := []string{"not_replayable  logs-a", `not_replayable a"b logs-a`, "not_replayable x Logs", "not_replayable y logs-a", "type_400 hopeless logs-b"}; !slices.Equal(dead, want) {
		t.Errorf("dead letters %q, want %q", dead, want)
	}
	if err := r.out.Replay(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func TestSetup(t *testing.T) {
	f := newFake(t)
	answers := map[string]struct {
		status int
		body   string
	}{}
	var bodies []string
	f.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		f.mu.Lock()
		defer f.mu.Unlock()
		bodies = append(bodies, r.Method+" "+r.URL.Path+" "+string(b)+" "+r.Header.Get("Authorization"))
		if a, ok := answers[r.URL.Path]; ok {
			w.WriteHeader(a.status)
			io.WriteString(w, a.body)
			return
		}
		io.WriteString(w, `{"acknowledged":true}`)
	})
	c := config(t, f.URL+"/prefix/")
	c.APIKey = "key"
	s, err := NewSetup(c, logger(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	answers["/prefix/_data_stream/there"] = struct {
		status int
		body   string
	}{400, `{"error":{"type":"resource_already_exists_exception","reason":"data_stream [there] already exists"}}`}
	answers["/prefix/_data_stream/bad"] = struct {
		status int
		body   string
	}{400, `{"error":{"type":"illegal_argument_exception","reason":"outer","caused_by":{"type":"x","reason":"no matching index template"}}}`}
	_, lifecycle := s.PutLifecycle(t.Context(), "l", []byte("3"))
	answers["/prefix/_ilm/policy/none"] = struct {
		status int
		body   string
	}{400, `{"error":"no handler found for uri [/_ilm/policy/none] and method [PUT]"}`}
	supported, none := s.PutLifecycle(t.Context(), "none", []byte("4"))
	for _, err := range []error{
		s.PutComponentTemplate(t.Context(), "c", []byte("1")), s.PutTemplate(t.Context(), "t", []byte("2")), lifecycle, none,
		s.CreateDataStream(t.Context(), "new"), s.CreateDataStream(t.Context(), "there"),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	if supported {
		t.Error("lifecycles are supported by a server that knows no such path")
	}
	if err := s.CreateDataStream(t.Context(), "bad"); err == nil || !strings.Contains(err.Error(), `create data stream "bad"`) || !strings.Contains(err.Error(), "no matching index template") {
		t.Errorf("CreateDataStream: %v", err)
	}
	if err := s.CreateDataStream(t.Context(), "Bad"); err == nil {
		t.Error("CreateDataStream takes a name that is not allowed")
	}
	for _, want := range []string{"PUT /prefix/_component_template/c 1 ApiKey key", "PUT /prefix/_index_template/t 2 ApiKey key", "PUT /prefix/_ilm/policy/l 3 ApiKey key", "PUT /prefix/_data_stream/new  ApiKey key"} {
		if !slices.Contains(bodies, want) {
			t.Errorf("no request %q in %q", want, bodies)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.URL+"/kibana", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := s.RoundTripper().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if !slices.Contains(bodies, "GET /kibana  ApiKey key") || req.Header.Get("Authorization") != "" {
		t.Errorf("RoundTripper: requests %q; headers of the original %v", bodies, req.Header)
	}
}

func TestCheck(t *testing.T) {
	healthy := newFake(t)
	tests := []struct {
		name   string
		status int
		want   string
	}{
		{"healthy", 200, ""},
		{"no right to monitor", 403, ""},
		{"wrong password", 401, "check username and password"},
		{"not Elasticsearch", 404, "check the path in hosts"},
		{"no master", 503, "503"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			f.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/" {
					t.Error("asked for /, which some distributions refuse")
				}
				w.WriteHeader(tt.status)
			})
			r := newRig(t, config(t, f.URL))
			defer r.out.client.close()
			err := r.out.Check(t.Context())
			if (err == nil) != (tt.want == "") || err != nil && (!strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), strings.TrimPrefix(f.URL, "http://"))) {
				t.Errorf("Check: %v, want %q and the host", err, tt.want)
			}
			both := newRig(t, config(t, f.URL, healthy.URL))
			defer both.out.client.close()
			if err := both.out.Check(t.Context()); err != nil {
				t.Errorf("Check with a healthy node besides: %v", err)
			}
			if warned := strings.Contains(both.log.String(), "some nodes do not answer"); warned != (tt.want != "") {
				t.Errorf("warned of the other node: %v", warned)
			}
		})
	}
	r := newRig(t, config(t, "http://127.0.0.1:1"))
	if err := r.out.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "127.0.0.1:1: connection refused") {
		t.Errorf("Check of a port where nobody listens: %v", err)
	}
	r = newRig(t, config(t, "http://no-such-host.invalid:9200"))
	var unreachable *connectionError
	if err := r.out.Check(t.Context()); !errors.As(err, &unreachable) || !strings.HasPrefix(err.Error(), "no-such-host.invalid:9200: ") {
		t.Errorf("Check of a host without a name: %v", err)
	}
}

func TestSeveralNodesWithOneDead(t *testing.T) {
	f := newFake(t)
	c := config(t, "http://127.0.0.1:1", f.URL)
	c.MaxRequestDocuments = 1
	c.MaxConcurrency = 1
	r := ship(t, c, "a", "b", "c", "d", "e", "f")
	if f.messages() != "a b c d e f" {
		t.Errorf("stored %q", f.messages())
	}
	if n := strings.Count(r.log.String(), "connection refused"); n > 2 {
		t.Errorf("the dead node was tried %d times in a row", n)
	}
}

// A node that answers, but only that it cannot, rests as well.
func TestSeveralNodesWithOneUseless(t *testing.T) {
	f, useless := newFake(t), newFake(t)
	useless.bulk = func(_ int, w http.ResponseWriter, _ []doc) bool { w.WriteHeader(503); return true }
	c := config(t, useless.URL, f.URL)
	c.MaxRequestDocuments = 1
	c.MaxConcurrency = 1
	var texts []string
	for i := range 20 {
		texts = append(texts, fmt.Sprintf("%02d", i))
	}
	ship(t, c, texts...)
	if f.messages() != strings.Join(texts, " ") || len(useless.bulks) > 3 {
		t.Errorf("stored %q; the useless node was asked %d times", f.messages(), len(useless.bulks))
	}
}

func TestRequestBodyIsRevoked(t *testing.T) {
	b := &requestBody{data: []byte("abcdef")}
	var p [2]byte
	if n, err := b.Read(p[:]); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	var rest strings.Builder
	if n, err := b.writeTo(&rest, 3); n != 3 || err != nil || rest.String() != "cde" {
		t.Errorf("writeTo wrote %q, %v", &rest, err)
	}
	if !b.revoke() {
		t.Error("revoke says that nothing was read")
	}
	if n, err := b.Read(p[:]); n != 0 || err == nil {
		t.Errorf("Read after revoke: %d, %v", n, err)
	}
	if n, err := b.writeTo(&rest, 3); n != 0 || err == nil {
		t.Errorf("writeTo after revoke: %d, %v", n, err)
	}
	if (&requestBody{data: []byte("a")}).revoke() {
		t.Error("revoke says that something was read")
	}
}

func TestProxy(t *testing.T) {
	f := newFake(t)
	c := config(t, "http://es.invalid:9200")
	c.Proxy = f.URL // a proxy is asked for the whole URL
	ship(t, c, "a")
	if f.messages() != "a" {
		t.Errorf("stored %q", f.messages())
	}
}
