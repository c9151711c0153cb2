package elasticsearch

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/naru-log/naru/deadletter"
	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/expr"
)

func TestMain(m *testing.M) {
	if os.Getenv(sinkVariable) != "" {
		runSink()
	}
	goleak.VerifyTestMain(m)
}

// fake stores documents as the bulk API does and does what a test tells it to
// instead. What it cannot show is how a real server behaves: see the tests with
// the tag servers.
type fake struct {
	*httptest.Server
	t *testing.T

	mu       sync.Mutex
	stored   map[string]string // by _id
	order    []string
	requests []string // method and path
	bulks    []int    // documents of each bulk
	headers  http.Header
	// bulk, when not nil, answers a bulk instead of the fake when it returns true.
	bulk func(n int, w http.ResponseWriter, docs []doc) bool
	// item, when not nil, gives the status of a document instead of storing it when
	// it is not 0.
	item func(d doc) int
}

type doc struct{ id, index, source string }

func newFake(t *testing.T) *fake {
	f := &fake{t: t, stored: make(map[string]string)}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.requests = append(f.requests, r.Method+" "+r.URL.Path)
	f.headers = r.Header.Clone()
	f.mu.Unlock()
	switch {
	case strings.HasSuffix(r.URL.Path, "/_bulk"):
		f.serveBulk(w, r)
	case strings.HasSuffix(r.URL.Path, "/_refresh"):
		io.WriteString(w, `{"_shards":{"failed":0}}`)
	case strings.HasSuffix(r.URL.Path, "/_search"):
		f.serveSearch(w, r)
	case r.URL.Path == "/_cluster/health":
		io.WriteString(w, `{"status":"green"}`)
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

func (f *fake) serveBulk(w http.ResponseWriter, r *http.Request) {
	docs, err := readBulk(r)
	if err != nil { // cut in the middle
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bulks = append(f.bulks, len(docs))
	if f.bulk != nil && f.bulk(len(f.bulks), w, docs) {
		return
	}
	io.WriteString(w, f.store(docs))
}

// store keeps the documents and gives the answer. The caller holds mu.
func (f *fake) store(docs []doc) string {
	var items []string
	failed := false
	for _, d := range docs {
		status := 0
		if f.item != nil {
			status = f.item(d)
		}
		if _, there := f.stored[d.id]; there && status == 0 {
			status = 409
		}
		if status == 0 {
			f.stored[d.id] = d.source
			f.order = append(f.order, d.id)
			status = 201
		}
		item := fmt.Sprintf(`{"create":{"status":%d}}`, status)
		if status/100 != 2 {
			failed = true
			item = fmt.Sprintf(`{"create":{"status":%d,"error":{"type":"type_%d","reason":"reason \"%d\"","caused_by":{"type":"x","reason":"y"}}}}`, status, status, status)
		}
		items = append(items, item)
	}
	return fmt.Sprintf(`{"errors":%v,"items":[%s]}`, failed, strings.Join(items, ","))
}

func (f *fake) serveSearch(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Query struct{ IDs struct{ Values []string } }
	}
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		f.t.Errorf("search is not JSON: %v", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var hits []string
	for _, id := range q.Query.IDs.Values {
		if _, there := f.stored[id]; there {
			hits = append(hits, fmt.Sprintf(`{"_id":%q}`, id))
		}
	}
	fmt.Fprintf(w, `{"timed_out":false,"_shards":{"failed":0},"hits":{"hits":[%s]}}`, strings.Join(hits, ","))
}

func readBulk(r *http.Request) ([]doc, error) {
	var in io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, err
		}
		in = z
	}
	text, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	var docs []doc
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var action struct {
			Create struct {
				ID    string `json:"_id"`
				Index string `json:"_index"`
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &action); err != nil || !lines.Scan() || !json.Valid(lines.Bytes()) {
			return nil, fmt.Errorf("not a bulk: %v", err)
		}
		docs = append(docs, doc{action.Create.ID, action.Create.Index, lines.Text()})
	}
	return docs, nil
}

// forget empties the lists of requests.
func (f *fake) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests, f.bulks = nil, nil
}

// messages gives the stored messages, sorted, and fails when one is there twice.
func (f *fake) messages() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []string
	for _, source := range f.stored {
		var d struct{ Message string }
		if err := json.Unmarshal([]byte(source), &d); err != nil {
			f.t.Error(err)
		}
		all = append(all, d.Message)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// graveyard is a DeadLetters in memory.
type graveyard struct {
	mu      sync.Mutex
	records []deadletter.Record
	fail    error
}

func (g *graveyard) Append(_ context.Context, records ...deadletter.Record) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.fail; err != nil {
		g.fail = nil
		return err
	}
	g.records = append(g.records, records...)
	return nil
}

// rig is an output under test with one writer.
type rig struct {
	t       *testing.T
	out     *Output
	dead    graveyard
	log     lockedBuffer
	w       event.Writer
	ev      *event.Event
	acked   int
	ackedMu sync.Mutex
	offset  int64
	done    chan error
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *lockedBuffer) lines() int { return strings.Count(l.String(), "\n") }

func logger(to io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(to, nil)) }

// literal is the expression of a string.
func literal(t testing.TB, text string) expr.Expression { return parse(t, strconv.Quote(text)) }

func parse(t testing.TB, source string) expr.Expression {
	t.Helper()
	e, diags := expr.Parse(source, "test.hcl", nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return e
}

// config is fast and small.
func config(t testing.TB, hosts ...string) Config {
	c := Defaults()
	c.Hosts = hosts
	c.DataStream = literal(t, "logs-test-default")
	c.RetryInitialBackoff, c.RetryMaxBackoff = time.Millisecond, 10*time.Millisecond
	c.Timeout = 5 * time.Second
	return c
}

func newRig(t *testing.T, c Config) *rig {
	t.Helper()
	r := &rig{t: t, done: make(chan error, 1)}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	s := event.NewSchema()
	if _, err := s.Slot("service.name", event.String); err != nil {
		t.Fatal(err)
	}
	out, err := New(c, s, Options{Pipeline: "test", Logger: logger(&r.log), DeadLetters: &r.dead})
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	r.out = out
	r.ev = event.NewEvent(s)
	r.w = out.Writer(event.NewEncoder(s))
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("log:\n%s", &r.log)
		}
	})
	return r
}

// start runs the output in the background.
func (r *rig) start(ctx context.Context) { go func() { r.done <- r.out.Run(ctx) }() }

// write writes messages as lines of one batch.
func (r *rig) write(ctx context.Context, messages ...string) error {
	b := &event.Batch{Source: event.NewSource(7, "/var/log/test.log", time.Unix(1, 0))}
	return r.writeBatch(ctx, b, messages...)
}

func (r *rig) writeBatch(ctx context.Context, b *event.Batch, messages ...string) error {
	b.Arm(nil, func(*event.Batch) {
		r.ackedMu.Lock()
		defer r.ackedMu.Unlock()
		r.acked++
	})
	for _, m := range messages {
		r.ev.Reset(b, []byte(m), r.offset)
		r.ev.IDTime = b.Source.FirstSeen.UnixNano()
		r.offset += int64(len(m)) + 1
		if err := r.w.Write(ctx, r.ev); err != nil {
			return err
		}
	}
	b.Done()
	return nil
}

// finish closes the writer, waits for the output and checks how many batches
// were acknowledged.
func (r *rig) finish(acked int) {
	r.t.Helper()
	if err := r.w.Close(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	if err := <-r.done; err != nil {
		r.t.Fatalf("Run: %v", err)
	}
	if r.acknowledged() != acked {
		r.t.Errorf("%d batches acknowledged, want %d", r.acknowledged(), acked)
	}
}

func (r *rig) acknowledged() int {
	r.ackedMu.Lock()
	defer r.ackedMu.Unlock()
	return r.acked
}

// ship runs an output over messages, one batch for all, until all is decided.
func ship(t *testing.T, c Config, messages ...string) *rig {
	t.Helper()
	r := newRig(t, c)
	r.start(t.Context())
	if err := r.write(t.Context(), messages...); err != nil {
		t.Fatal(err)
	}
	r.finish(1)
	return r
}
