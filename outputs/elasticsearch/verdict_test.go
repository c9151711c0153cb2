package elasticsearch

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Every row of the verdict table, for single items among others that succeed.
func TestVerdictOfAnItem(t *testing.T) {
	tests := []struct {
		status int
		want   verdict
	}{
		{200, accepted}, {201, accepted},
		{409, present},
		{408, undecided}, {429, undecided}, {500, undecided}, {502, undecided}, {503, undecided}, {504, undecided},
		{400, refused}, {401, refused}, {403, refused}, {404, refused}, {413, refused}, {422, refused},
		{302, undecided}, {100, undecided},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.status), func(t *testing.T) {
			f := newFake(t)
			asked := 0
			f.item = func(d doc) int {
				if !strings.Contains(d.source, "odd") {
					return 0
				}
				if asked++; asked == 1 {
					return tt.status
				}
				return 0
			}
			r := ship(t, config(t, f.URL), "a", "odd", "b")
			if want := map[bool]int{true: 2, false: 1}[tt.want == undecided]; asked != want {
				t.Errorf("the item was sent %d times, want %d", asked, want)
			}
			if want := map[bool]string{true: "a b odd", false: "a b"}[tt.want == undecided]; f.messages() != want {
				t.Errorf("stored %q, want %q", f.messages(), want)
			}
			if fmt.Sprint(f.bulks) != map[bool]string{true: "[3 1]", false: "[3]"}[tt.want == undecided] {
				t.Errorf("documents of the requests: %v; only the item at fault may be sent again", f.bulks)
			}
			if tt.want != refused {
				if len(r.dead.records) != 0 {
					t.Errorf("dead letters: %+v", r.dead.records)
				}
				return
			}
			if len(r.dead.records) != 1 {
				t.Fatalf("dead letters: %+v", r.dead.records)
			}
			d := r.dead.records[0]
			want := fmt.Sprintf("test elasticsearch logs-test-default %s %d type_%d reason \"%d\" {\"message\":\"odd\"}",
				referenceID(time.Unix(1, 0).UnixNano(), 7, 2), tt.status, tt.status, tt.status)
			if got := fmt.Sprint(d.Pipeline, " ", d.Output, " ", d.Index, " ", d.ID, " ", d.Status, " ", d.Type, " ", d.Reason, " ", string(d.Document)); got != want {
				t.Errorf("dead letter\n%s\nwant\n%s", got, want)
			}
			if time.Since(d.Time) > time.Hour {
				t.Errorf("dead letter is dated %v", d.Time)
			}
		})
	}
}

// Every row of the verdict table for the request as a whole: the fault happens
// twice, then everything is well.
func TestVerdictOfARequest(t *testing.T) {
	cut := func(w http.ResponseWriter) { panic(http.ErrAbortHandler) }
	tests := []struct {
		name   string
		fault  func(f *fake, w http.ResponseWriter, docs []doc)
		stored bool   // the fault stores the documents all the same
		log    string // what the log says
	}{
		{"408", status(408), false, "HTTP status 408"},
		{"429", status(429), false, "HTTP status 429"},
		{"500", status(500), false, "HTTP status 500"},
		{"502", status(502), false, "HTTP status 502"},
		{"503", status(503), false, "HTTP status 503"},
		{"504 from a proxy, stored behind it", func(f *fake, w http.ResponseWriter, docs []doc) { f.store(docs); w.WriteHeader(504) }, true, "HTTP status 504"},
		{"401", status(401), false, "check username and password or api_key"},
		{"403", status(403), false, "privileges"},
		{"404", status(404), false, "check the path in hosts"},
		{"405", status(405), false, "check the path in hosts"},
		{"redirect", status(302), false, "check the path in hosts"},
		{"no answer, not stored", func(_ *fake, w http.ResponseWriter, _ []doc) { cut(w) }, false, "connection was cut"},
		{"no answer, stored", func(f *fake, w http.ResponseWriter, docs []doc) { f.store(docs); cut(w) }, true, "connection was cut"},
		{"half an answer", func(f *fake, w http.ResponseWriter, docs []doc) {
			text := f.store(docs)
			w.Header().Set("Content-Length", fmt.Sprint(len(text)))
			io.WriteString(w, text[:len(text)/2])
			w.(http.Flusher).Flush()
			cut(w)
		}, true, "not that of a bulk request"},
		{"an item too few", func(f *fake, w http.ResponseWriter, docs []doc) { io.WriteString(w, f.store(docs[1:])) }, true, "another number of items"},
		{"an item too many", func(f *fake, w http.ResponseWriter, docs []doc) {
			io.WriteString(w, f.store(append(docs[:len(docs):len(docs)], docs[0])))
		}, true, "another number of items"},
		{"not JSON", func(_ *fake, w http.ResponseWriter, _ []doc) { io.WriteString(w, "<html>login</html>") }, false, "not that of a bulk request"},
		{"empty", func(_ *fake, w http.ResponseWriter, _ []doc) {}, false, "not that of a bulk request"},
		{"other JSON", func(_ *fake, w http.ResponseWriter, _ []doc) { io.WriteString(w, `{"acknowledged":true}`) }, false, "another number of items"},
		{"no items", func(_ *fake, w http.ResponseWriter, _ []doc) { io.WriteString(w, `{"errors":false}`) }, false, "another number of items"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			f.bulk = func(n int, w http.ResponseWriter, docs []doc) bool {
				if n <= 2 {
					tt.fault(f, w, docs)
				}
				return n <= 2
			}
			r := newRig(t, config(t, f.URL))
			r.start(t.Context())
			await(t, func() bool { return r.out.health.known() }) // the first check is over
			if err := r.write(t.Context(), "a", "b", "c"); err != nil {
				t.Fatal(err)
			}
			r.finish(1)
			if f.messages() != "a b c" {
				t.Errorf("stored %q, want a b c", f.messages())
			}
			if len(r.dead.records) != 0 {
				t.Errorf("dead letters: %+v", r.dead.records)
			}
			if !strings.Contains(r.log.String(), tt.log) {
				t.Errorf("the log does not say %q", tt.log)
			}
			looked := strings.Contains(fmt.Sprint(f.requestsMade()), "_search")
			if tt.stored && !looked {
				t.Error("what may be stored was sent again without looking it up")
			}
			if err := r.out.Ready(); err != nil {
				t.Errorf("not ready after it went well: %v", err)
			}
		})
	}
}

func status(code int) func(*fake, http.ResponseWriter, []doc) {
	return func(_ *fake, w http.ResponseWriter, _ []doc) {
		w.WriteHeader(code)
		io.WriteString(w, `{"error":{"type":"some_exception","reason":"for a reason"},"status":1}`)
	}
}

func TestNoAnswerInTime(t *testing.T) {
	f := newFake(t)
	c := config(t, f.URL)
	c.Timeout = 50 * time.Millisecond
	f.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "_bulk") && len(f.requestsMade()) < 3 {
			f.ServeHTTP(nopWriter{}, r) // stores, and never says so
			<-r.Context().Done()
			return
		}
		f.ServeHTTP(w, r)
	})
	r := ship(t, c, "a", "b")
	if f.messages() != "a b" {
		t.Errorf("stored %q, want a b", f.messages())
	}
	if !strings.Contains(r.log.String(), "no answer in time") {
		t.Error("the log does not say that there was no answer in time")
	}
}

type nopWriter struct{}

func (nopWriter) Header() http.Header         { return http.Header{} }
func (nopWriter) Write(p []byte) (int, error) { return len(p), nil }
func (nopWriter) WriteHeader(int)             {}

// A request that is too large is split down to the documents that are, and later
// requests are smaller from the start.
func TestTooLarge(t *testing.T) {
	f := newFake(t)
	f.bulk = func(_ int, w http.ResponseWriter, docs []doc) bool {
		size := 0
		for _, d := range docs {
			size += len(d.source)
		}
		if size > 100_000 {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
		return size > 100_000
	}
	huge, big := strings.Repeat("h", 150_000), strings.Repeat("b", 30_000)
	r := ship(t, config(t, f.URL), "a", big+"1", big+"2", huge, big+"3", big+"4", big+"5", "z")
	if got := f.messages(); got != fmt.Sprintf("a %[1]s1 %[1]s2 %[1]s3 %[1]s4 %[1]s5 z", big) {
		t.Errorf("stored %d bytes", len(got))
	}
	if len(r.dead.records) != 1 || r.dead.records[0].Type != "document_too_large" || r.dead.records[0].Status != 413 || !strings.Contains(string(r.dead.records[0].Document), huge) {
		t.Errorf("%d dead letters", len(r.dead.records))
	}
	if got := r.out.requestBytes.Load(); got >= 1<<20 || got < 64<<10 {
		t.Errorf("requests may still have %d bytes", got)
	}
	if !strings.Contains(r.log.String(), "max_request_bytes") {
		t.Error("the log does not say what to do")
	}
}

// A request that is malformed as a whole is narrowed down to the document that
// makes it so.
func TestBadRequest(t *testing.T) {
	f := newFake(t)
	f.bulk = func(_ int, w http.ResponseWriter, docs []doc) bool {
		for _, d := range docs {
			if strings.Contains(d.source, "poison") {
				status(400)(f, w, docs)
				return true
			}
		}
		return false
	}
	r := ship(t, config(t, f.URL), "a", "b", "poison", "c", "d")
	if f.messages() != "a b c d" {
		t.Errorf("stored %q, want a b c d", f.messages())
	}
	if len(r.dead.records) != 1 || r.dead.records[0].Type != "some_exception" || string(r.dead.records[0].Document) != `{"message":"poison"}` {
		t.Errorf("dead letters: %+v", r.dead.records)
	}
	if got := r.out.requestBytes.Load(); got != 1<<20 {
		t.Errorf("requests were made smaller, to %d, for another fault than size", got)
	}
}

// Credentials in files are read again when access is refused, and nothing is
// lost meanwhile.
func TestCredentialsAreReadAgain(t *testing.T) {
	f := newFake(t)
	file := filepath.Join(t.TempDir(), "password")
	secret := func(s string) {
		if err := os.WriteFile(file, []byte(s+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	secret("old-secret")
	f.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if strings.HasSuffix(r.URL.Path, "_bulk") && (user != "naru" || password != "new-secret") {
			io.Copy(io.Discard, r.Body)
			w.WriteHeader(401)
			return
		}
		f.ServeHTTP(w, r)
	})
	c := config(t, f.URL)
	c.Username, c.PasswordFile = "naru", file
	r := newRig(t, c)
	r.start(t.Context())
	if err := r.write(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if err := r.w.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	await(t, func() bool { return r.out.Ready() != nil })
	if r.acknowledged() != 0 || len(r.dead.records) != 0 {
		t.Error("decided without access")
	}
	secret("new-secret")
	r.finish(1)
	if f.messages() != "a" {
		t.Errorf("stored %q", f.messages())
	}
	if log := r.log.String(); strings.Contains(log, "secret") {
		t.Error("the log tells the password")
	}
}

// Dead letters that cannot be written are tried again before anything is
// acknowledged.
func TestDeadLettersThatFail(t *testing.T) {
	f := newFake(t)
	f.item = func(doc) int { return 400 }
	r := newRig(t, config(t, f.URL))
	r.dead.fail = errors.New("no space left on device")
	r.start(t.Context())
	if err := r.write(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	r.finish(1)
	if len(r.dead.records) != 1 {
		t.Errorf("%d dead letters, want 1", len(r.dead.records))
	}
	if !strings.Contains(r.log.String(), "no space left on device") {
		t.Error("the log does not say why")
	}
}

// Half of the items fail at random until all are stored, each once, none
// overtaken by a wrong verdict.
func TestStormOfItemFailures(t *testing.T) {
	f := newFake(t)
	n := 0
	f.item = func(doc) int {
		n++
		if n%7 < 4 && n < 5000 {
			return []int{429, 503, 500}[n%3]
		}
		return 0
	}
	var texts []string
	for i := range 500 {
		texts = append(texts, fmt.Sprintf("%04d%s", i, strings.Repeat("x", i%50)))
	}
	r := ship(t, config(t, f.URL), texts...)
	if got := f.messages(); got != strings.Join(texts, " ") {
		t.Errorf("stored %d documents, want %d, each as it was", len(f.stored), len(texts))
	}
	if len(r.dead.records) != 0 {
		t.Errorf("%d dead letters", len(r.dead.records))
	}
}
