package elasticsearch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/naru-log/naru/event"
)

func TestDelivers(t *testing.T) {
	for _, level := range []int{0, 1} {
		t.Run(fmt.Sprint("compression level ", level), func(t *testing.T) {
			f := newFake(t)
			c := config(t, f.URL)
			c.CompressionLevel = level
			c.Headers = map[string]string{"X-Tenant": "ops"}
			c.APIKey = "id:key"
			ship(t, c, "a", "b", "c")
			if got := f.messages(); got != "a b c" {
				t.Errorf("stored %q, want a b c", got)
			}
			if want := referenceID(time.Unix(1, 0).UnixNano(), 7, 2); f.order[1] != want {
				t.Errorf("_id of the second line is %q, want %q", f.order[1], want)
			}
			if !slices.Contains(f.requests, "POST /logs-test-default/_bulk") {
				t.Errorf("requests: %v", f.requests)
			}
			if h := f.headers; h.Get("X-Tenant") != "ops" || h.Get("Authorization") != "ApiKey aWQ6a2V5" || h.Get("User-Agent") != userAgent {
				t.Errorf("headers: %v", h)
			}
		})
	}
}

func TestPipelineAndRouting(t *testing.T) {
	f := newFake(t)
	var query atomic.Pointer[url.Values]
	f.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/_bulk") {
			q := r.URL.Query()
			query.Store(&q)
		}
		f.ServeHTTP(w, r)
	})
	c := config(t, f.URL)
	c.Pipeline, c.Routing = "add geo&co", "seoul"
	ship(t, c, "a")
	if q := *query.Load(); q.Get("pipeline") != c.Pipeline || q.Get("routing") != c.Routing {
		t.Errorf("query of the bulk: %v", q)
	}
}

func TestRequestsAreBounded(t *testing.T) {
	tests := []struct {
		name  string
		set   func(*Config)
		bulks []int
	}{
		{"documents", func(c *Config) { c.MaxRequestDocuments = 2 }, []int{2, 2, 1}},
		{"bytes", func(c *Config) { c.MaxRequestBytes = 3 * 700 }, []int{2, 2, 1}}, // a document takes more than 700
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			c := config(t, f.URL)
			c.MaxConcurrency = 1
			tt.set(&c)
			var longest int64
			f.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				f.mu.Lock()
				longest = max(longest, r.ContentLength)
				f.mu.Unlock()
				f.ServeHTTP(w, r)
			})
			text := strings.Repeat("x", 680)
			ship(t, c, text+"1", text+"2", text+"3", text+"4", text+"5")
			if !slices.Equal(f.bulks, tt.bulks) {
				t.Errorf("documents of the requests: %v, want %v", f.bulks, tt.bulks)
			}
			if longest > int64(c.MaxRequestBytes) {
				t.Errorf("a request has %d bytes, more than %d", longest, c.MaxRequestBytes)
			}
			if len(f.stored) != 5 {
				t.Errorf("%d documents stored, want 5", len(f.stored))
			}
		})
	}
}

func TestOneHugeDocumentGoesAlone(t *testing.T) {
	f := newFake(t)
	c := config(t, f.URL)
	c.MaxRequestBytes = 4096
	huge := strings.Repeat("h", 100_000)
	r := ship(t, c, "a", huge, "b")
	if got := f.messages(); got != "a b "+huge {
		t.Errorf("stored %d bytes of messages", len(got))
	}
	if n := len(r.out.pool.stack); n != 1+c.MaxConcurrency {
		t.Errorf("%d bodies came back", n)
	}
	for _, b := range r.out.pool.stack {
		if cap(b.buf) > 2*4096 {
			t.Errorf("a body keeps %d bytes", cap(b.buf))
		}
	}
}

func TestDeadlineIsTheAgeOfTheFirstDocument(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, config(t, "http://127.0.0.1:1"))
		if !r.w.Deadline().IsZero() {
			t.Error("a flush is due before the first document")
		}
		start := time.Now()
		for range 3 {
			if err := r.write(t.Context(), "a"); err != nil {
				t.Fatal(err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if got, want := r.w.Deadline(), start.Add(time.Second); !got.Equal(want) {
			t.Errorf("a flush is due at %v, want %v", got, want)
		}
		if err := r.w.Flush(t.Context()); err != nil || !r.w.Deadline().IsZero() {
			t.Errorf("after a flush one is due at %v (%v)", r.w.Deadline(), err)
		}
	})
}

func TestAcknowledgesOnlyWhatIsStored(t *testing.T) {
	f := newFake(t)
	release := make(chan struct{})
	f.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "_bulk") {
			<-release
		}
		f.ServeHTTP(w, r)
	})
	r := newRig(t, config(t, f.URL))
	r.start(t.Context())
	for range 3 {
		if err := r.write(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		if err := r.w.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := r.acknowledged(); n != 0 {
		t.Errorf("%d batches acknowledged before the cluster answered", n)
	}
	close(release)
	r.finish(3)
}

// A cluster that takes nothing stops the writer once all bodies are full, and
// the end of the context stops everything without an acknowledgement.
func TestBackPressure(t *testing.T) {
	f := newFake(t)
	f.bulk = func(_ int, w http.ResponseWriter, _ []doc) bool { w.WriteHeader(503); return true }
	c := config(t, f.URL)
	c.MaxRequestDocuments = 1
	r := newRig(t, c)
	ctx, cancel := context.WithCancel(t.Context())
	r.start(ctx)
	written := 0
	go func() {
		for len(f.requestsMade()) < 20 {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	var err error
	for err == nil {
		if err = r.write(ctx, "a"); err == nil {
			written++
		}
	}
	if !errors.Is(err, context.Canceled) || !errors.Is(<-r.done, context.Canceled) {
		t.Errorf("Write: %v, want %v", err, context.Canceled)
	}
	if want := 1 + c.MaxConcurrency; written != want {
		t.Errorf("%d documents were taken, want %d", written, want)
	}
	if r.acknowledged() != 0 {
		t.Error("acknowledged what was not delivered")
	}
}

func (f *fake) requestsMade() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.requests)
}

func TestManyWriters(t *testing.T) {
	f := newFake(t)
	c := config(t, f.URL)
	c.MaxRequestDocuments = 7
	s := event.NewSchema()
	out, err := New(c, s, Options{Logger: slog.New(slog.DiscardHandler), DeadLetters: &graveyard{}})
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	var acked, workers sync.WaitGroup
	for i := range 8 {
		w, ev := out.Writer(event.NewEncoder(s)), event.NewEvent(s)
		workers.Go(func() {
			source := event.NewSource(uint64(i), "/log", time.Unix(0, 0))
			for k := range 50 {
				b := &event.Batch{Source: source}
				acked.Add(1)
				b.Arm(nil, func(*event.Batch) { acked.Done() })
				for n := range 3 {
					ev.Reset(b, fmt.Appendf(nil, "%d-%d-%d", i, k, n), int64(k*3+n))
					if err := w.Write(t.Context(), ev); err != nil {
						t.Error(err)
					}
				}
				b.Done()
			}
			if err := w.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	if err := out.Run(t.Context()); err != nil {
		t.Error(err)
	}
	workers.Wait()
	acked.Wait()
	if len(f.stored) != 8*50*3 {
		t.Errorf("%d documents stored, want %d", len(f.stored), 8*50*3)
	}
}

func TestNameFromFields(t *testing.T) {
	f := newFake(t)
	f.item = func(d doc) int {
		if strings.Contains(d.source, "refuse") {
			return 400
		}
		return 0
	}
	c := config(t, f.URL)
	c.DataStream = parse(t, `"logs-${service.name}-default"`)
	r := newRig(t, c)
	r.start(t.Context())
	slot, _ := r.ev.Schema().Lookup("service.name")
	indexes := map[string]string{}
	f.bulk = func(_ int, _ http.ResponseWriter, docs []doc) bool {
		for _, d := range docs {
			indexes[d.index] += "."
		}
		return false
	}
	b := &event.Batch{Source: event.NewSource(7, "/log", time.Unix(0, 0))}
	b.Arm(nil, func(*event.Batch) { r.ackedMu.Lock(); r.acked++; r.ackedMu.Unlock() })
	for i, service := range []string{"a", "b", "b", "Upper", ""} {
		r.ev.Reset(b, []byte("refuse"), int64(i))
		if service != "" {
			r.ev.SetString(slot, service)
		}
		if err := r.w.Write(t.Context(), r.ev); err != nil {
			t.Fatal(err)
		}
	}
	b.Done()
	r.finish(1)
	if len(indexes) != 2 || indexes["logs-a-default"] != "." || indexes["logs-b-default"] != ".." {
		t.Errorf("documents by index: %v", indexes)
	}
	var got []string
	for _, d := range r.dead.records {
		got = append(got, d.Type+" "+d.Index)
	}
	slices.Sort(got)
	if want := "[invalid_index_name  invalid_index_name logs-Upper-default type_400 logs-a-default type_400 logs-b-default type_400 logs-b-default]"; fmt.Sprint(got) != want {
		t.Errorf("dead letters: %v, want %v", got, want)
	}
	if slices.Contains(f.requestsMade(), "POST /logs-a-default/_bulk") {
		t.Error("the path names an index though the action lines do")
	}
}

func TestWriteDoesNotAllocate(t *testing.T) {
	c := config(t, "http://127.0.0.1:1")
	c.MaxRequestDocuments = maxDocuments
	r := newRig(t, c)
	b := &event.Batch{Source: event.NewSource(7, "/log", time.Unix(0, 0))}
	b.Arm(nil, nil)
	line := []byte("GET /index.html HTTP/1.1")
	write := func() {
		r.ev.Reset(b, line, 0)
		if err := r.w.Write(t.Context(), r.ev); err != nil {
			t.Fatal(err)
		}
	}
	for range 3000 {
		write() // the list of items grows to its size once
	}
	w := r.w.(*writer)
	w.body.reset()
	w.body.batches = append(w.body.batches, b)
	if n := testing.AllocsPerRun(2000, write); n != 0 {
		t.Errorf("%v allocations per event", n)
	}
}

func TestRunWithoutWritersEnds(t *testing.T) {
	f := newFake(t)
	r := newRig(t, config(t, f.URL))
	if err := r.w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.out.Run(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestReadyFollowsTheCluster(t *testing.T) {
	f := newFake(t)
	down := true
	f.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		refuse := down
		f.mu.Unlock()
		if refuse {
			w.WriteHeader(503)
			io.WriteString(w, `{"error":{"type":"master_not_discovered_exception","reason":"no master"}}`)
			return
		}
		f.ServeHTTP(w, r)
	})
	r := newRig(t, config(t, f.URL))
	r.start(t.Context())
	await(t, func() bool { return r.out.Ready() != nil })
	if err := r.out.Ready().Error(); !strings.Contains(err, "master_not_discovered") || !strings.Contains(err, strings.TrimPrefix(f.URL, "http://")) {
		t.Errorf("Ready: %v, want the host and the reason", err)
	}
	f.mu.Lock()
	down = false
	f.mu.Unlock()
	await(t, func() bool { return r.out.Ready() == nil })
	r.finish(0)
	if log := r.log.String(); !strings.Contains(log, "cannot deliver") || !strings.Contains(log, "delivers again") {
		t.Errorf("log: %s", log)
	}
}

// await polls until ok, for as long as the test may run.
func await(t *testing.T, ok func() bool) {
	t.Helper()
	for !ok() {
		if t.Context().Err() != nil {
			t.Fatal("gave up waiting")
		}
		time.Sleep(time.Millisecond)
	}
}
