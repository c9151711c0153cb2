package agent

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/naru-log/naru/agent/config"
	"github.com/naru-log/naru/deadletter"
)

// moody is a cluster that refuses every document for its mapping until it is
// mended.
type moody struct {
	mended atomic.Bool
	bodies atomic.Pointer[string] // what it took last
}

func (m *moody) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasSuffix(r.URL.Path, "/_bulk"):
		body, _ := io.ReadAll(r.Body) // a short body is too few items
		item := `{"create":{"status":400,"error":{"type":"document_parsing_exception","reason":"no number"}}}`
		if m.mended.Load() {
			item = `{"create":{"status":201}}`
			text := string(body)
			m.bodies.Store(&text)
		}
		n := bytes.Count(body, []byte("\n")) / 2
		fmt.Fprintf(w, `{"errors":%v,"items":[%s]}`, !m.mended.Load(), strings.TrimSuffix(strings.Repeat(item+",", n), ","))
	case strings.HasSuffix(r.URL.Path, "/_refresh"):
		io.WriteString(w, `{"_shards":{"failed":0}}`)
	case strings.HasSuffix(r.URL.Path, "/_search"):
		io.WriteString(w, `{"timed_out":false,"_shards":{"failed":0},"hits":{"hits":[]}}`)
	default:
		io.WriteString(w, `{}`)
	}
}

// TestReplay: documents that a cluster refuses are acknowledged as dead letters,
// and go to the cluster, with the same ids, once it takes them.
func TestReplay(t *testing.T) {
	server := &moody{}
	es := httptest.NewServer(server)
	defer es.Close()
	dir := t.TempDir()
	file, log := filepath.Join(dir, "a.hcl"), filepath.Join(dir, "a.log")
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(log, "one\ntwo\nthree\n")
	write(file, fmt.Sprintf("pipeline \"a\" {\n  input \"file\" {\n    paths = [%q]\n  }\n  output \"elasticsearch\" {\n    hosts = [%q]\n    index = \"logs\"\n  }\n}\n", log, es.URL))
	load := func() (*config.Config, *config.Diagnostics) {
		return config.Load([]string{file}, config.Options{Kinds: Kinds(), Env: os.LookupEnv})
	}
	state := filepath.Join(dir, "state")
	if err := os.Mkdir(state, 0o755); err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	a, err := New(Options{
		Load: load, Report: func(d *config.Diagnostics) {
			if d.HasErrors() {
				t.Error(d.Diagnostics)
			}
		},
		StateDir: state, Once: true, Grace: time.Minute, Version: "test", Log: quiet,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Run(t.Context(), t.Context()); err != nil {
		t.Fatal(err)
	}
	cfg, diags := load()
	if diags.HasErrors() {
		t.Fatal(diags.Diagnostics)
	}
	replay := func(want string) {
		t.Helper()
		var said strings.Builder
		if err := Replay(t.Context(), cfg, state, &said, quiet); err != nil || said.String() != want {
			t.Errorf("Replay said %q, %v; want %q", said.String(), err, want)
		}
	}
	replay("3 dead letters sent again\n") // in vain: they come back as dead letters
	server.mended.Store(true)
	replay("3 dead letters sent again\n")
	got := ""
	if p := server.bodies.Load(); p != nil {
		got = *p
	}
	for _, line := range []string{"one", "two", "three"} {
		if strings.Count(got, `"message":"`+line+`"`) != 1 {
			t.Errorf("the cluster took\n%s\nwant each line once", got)
		}
	}
	replay("0 dead letters sent again\n")

	store, err := deadletter.Open(DeadLetterDir(state), deadletter.Options{Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Append(t.Context(), deadletter.Record{Pipeline: "other", Index: "logs", ID: "x", Document: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	err = Replay(context.Background(), cfg, state, io.Discard, quiet)
	if err == nil || !strings.Contains(err.Error(), `pipeline "other"`) {
		t.Errorf("a dead letter of a pipeline that is not there: %v", err)
	}
}
