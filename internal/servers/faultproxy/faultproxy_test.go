package faultproxy

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// target is a server that remembers the bodies that reached it whole, and
// answers a bulk with 201 for each operation.
type target struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
	torn   int
}

func newTarget(t *testing.T) *target {
	s := &target{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		s.mu.Lock()
		defer s.mu.Unlock()
		if err != nil {
			s.torn++
			return
		}
		s.bodies = append(s.bodies, string(body))
		if !strings.HasSuffix(r.URL.Path, "/_bulk") {
			fmt.Fprintf(w, "%s %s saw %d bytes", r.Method, r.URL, len(body))
			return
		}
		ops, err := splitBulk(body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		var items []string
		for _, op := range ops {
			items = append(items, fmt.Sprintf(`{%q:{"status":201}}`, op.name))
		}
		fmt.Fprintf(w, `{"took":1,"errors":false,"items":[%s]}`, strings.Join(items, ","))
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *target) seen() (whole []string, torn int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.bodies...), s.torn
}

// post sends a body on a connection of its own.
func post(ctx context.Context, url string, body []byte, header ...string) (int, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(got), err
}

func TestWithoutRulesEverythingPasses(t *testing.T) {
	s := newTarget(t)
	p := Start(t, s.URL, 1)
	status, body, err := post(t.Context(), p.URL()+"/a/b?c=d", []byte("hello"))
	if err != nil || status != 200 || body != "POST /a/b?c=d saw 5 bytes" {
		t.Errorf("%d %q %v", status, body, err)
	}
}

func TestStatusIsAnsweredSoManyTimes(t *testing.T) {
	s := newTarget(t)
	p := Start(t, s.URL, 1)
	rule := p.Inject(Rule{Path: "/_bulk", Times: 2, Fault: Status(503)})
	var got []int
	for _, path := range []string{"/_bulk", "/other", "/x/_bulk", "/_other"} {
		status, _, err := post(t.Context(), p.URL()+path, []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, status)
	}
	if want := []int{503, 200, 503, 200}; !reflect.DeepEqual(got, want) || rule.Hits() != 2 {
		t.Errorf("statuses %v with %d hits, want %v with 2", got, rule.Hits(), want)
	}
	if status, _, err := post(t.Context(), p.URL()+"/_bulk", nil); err != nil || status != 200 {
		t.Errorf("after the last time: %d, %v", status, err)
	}
	if whole, _ := s.seen(); len(whole) != 3 {
		t.Errorf("%d requests reached the target, want 3", len(whole))
	}
}

func TestCutRequestNeverReachesTheTargetWhole(t *testing.T) {
	s := newTarget(t)
	p := Start(t, s.URL, 1)
	p.Inject(Rule{Fault: CutRequest()})
	for range 20 {
		if status, _, err := post(t.Context(), p.URL(), bytes.Repeat([]byte("x"), 300_000)); err == nil {
			t.Errorf("the client got status %d", status)
		}
	}
	s.Close() // waits for the handlers
	if whole, torn := s.seen(); len(whole) != 0 || torn == 0 {
		t.Errorf("the target saw %d whole and %d torn requests", len(whole), torn)
	}
}

func TestAnswersAreLostAfterTheTargetDidItsWork(t *testing.T) {
	for name, fault := range map[string]Fault{"cut": CutAnswer(), "drop": DropAnswer()} {
		t.Run(name, func(t *testing.T) {
			s := newTarget(t)
			p := Start(t, s.URL, 1)
			p.Inject(Rule{Fault: fault})
			for range 20 {
				if _, body, err := post(t.Context(), p.URL(), []byte("hello")); err == nil {
					t.Errorf("the client got the whole answer %q", body)
				}
			}
			if whole, _ := s.seen(); len(whole) != 20 {
				t.Errorf("%d requests reached the target, want 20", len(whole))
			}
		})
	}
}

func TestBlackHoleHoldsUntilTheClientLeavesOrTheProxyIsCleared(t *testing.T) {
	s := newTarget(t)
	p := Start(t, s.URL, 1)
	rule := p.Inject(Rule{Fault: BlackHole()})
	held := make(chan error, 1)
	go func() {
		_, _, err := post(t.Context(), p.URL(), []byte("hello"))
		held <- err
	}()
	for rule.Hits() == 0 {
		time.Sleep(time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := post(ctx, p.URL(), []byte("hello")); err == nil {
		t.Error("a black hole answered")
	}
	p.Clear()
	if err := <-held; err == nil {
		t.Error("a black hole answered when it was cleared")
	}
	if status, _, err := post(t.Context(), p.URL(), []byte("hello")); err != nil || status != 200 {
		t.Errorf("after Clear: %d, %v", status, err)
	}
}

func TestDelayPassesTheRequestOnWhenReleased(t *testing.T) {
	s := newTarget(t)
	p := Start(t, s.URL, 1)
	rule := p.Inject(Rule{Fault: Delay(time.Hour)})
	done := make(chan int, 1)
	go func() {
		status, _, _ := post(t.Context(), p.URL(), []byte("hello"))
		done <- status
	}()
	for rule.Hits() == 0 {
		time.Sleep(time.Millisecond)
	}
	if whole, _ := s.seen(); len(whole) != 0 {
		t.Error("the request was not delayed")
	}
	p.Clear()
	if status := <-done; status != 200 {
		t.Errorf("status %d", status)
	}
}

// bulkOf makes a bulk of n creates and, at the end, a delete.
func bulkOf(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "{\"create\":{\"_id\":\"%d\"}}\n{\"n\":%d}\n", i, i)
	}
	b.WriteString("{\"delete\":{\"_id\":\"0\"}}\n")
	return b.Bytes()
}

func itemStatuses(t *testing.T, body string) (statuses []int) {
	t.Helper()
	var answer struct {
		Errors bool
		Items  []map[string]struct{ Status int }
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	bad := false
	for _, item := range answer.Items {
		for _, v := range item {
			statuses = append(statuses, v.Status)
			bad = bad || v.Status >= 300
		}
	}
	if answer.Errors != bad {
		t.Errorf("errors is %v, the statuses are %v", answer.Errors, statuses)
	}
	return statuses
}

func TestFailItemsPassesExactlyTheOthers(t *testing.T) {
	for _, share := range []float64{0, 0.5, 1} {
		s := newTarget(t)
		p := Start(t, s.URL, 1)
		p.Inject(Rule{Path: "/_bulk", Fault: FailItems(share, 429)})
		bulk := bulkOf(200)
		var zipped bytes.Buffer
		z := gzip.NewWriter(&zipped)
		z.Write(bulk)
		z.Close()
		_, body, err := post(t.Context(), p.URL()+"/_bulk", zipped.Bytes(), "Content-Encoding", "gzip", "Accept-Encoding", "gzip")
		if err != nil {
			t.Fatal(err)
		}
		statuses := itemStatuses(t, body)
		if len(statuses) != 201 {
			t.Fatalf("%d items, want 201", len(statuses))
		}
		ops, err := splitBulk(bulk)
		if err != nil {
			t.Fatal(err)
		}
		var want string
		failed := 0
		for i, op := range ops {
			if statuses[i] == 429 {
				failed++
			} else {
				want += string(op.raw)
			}
		}
		if low, high := int(share*201)-40, int(share*201)+40; failed < low || failed > high {
			t.Errorf("share %v: %d items failed", share, failed)
		}
		if whole, _ := s.seen(); strings.Join(whole, "") != want {
			t.Errorf("share %v: the target did not see exactly the operations that were answered with 201", share)
		}
	}
}

func TestShortAnswer(t *testing.T) {
	s := newTarget(t)
	p := Start(t, s.URL, 1)
	p.Inject(Rule{Fault: ShortAnswer()})
	_, body, err := post(t.Context(), p.URL()+"/_bulk", bulkOf(10))
	if err != nil {
		t.Fatal(err)
	}
	if got := itemStatuses(t, body); len(got) != 10 {
		t.Errorf("%d items for 11 operations, want 10", len(got))
	}
}

func TestTheSeedDecides(t *testing.T) {
	run := func(seed uint64) (got []int) {
		s := newTarget(t)
		p := Start(t, s.URL, seed)
		p.Inject(Rule{Share: 0.5, Fault: Status(429)})
		for range 40 {
			status, _, err := post(t.Context(), p.URL(), nil)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, status)
		}
		return got
	}
	if a, b := run(7), run(7); !reflect.DeepEqual(a, b) {
		t.Errorf("the same seed gave\n%v and\n%v", a, b)
	}
	if a, b := run(7), run(8); reflect.DeepEqual(a, b) {
		t.Error("two seeds gave the same faults")
	}
}

func TestDownAndUp(t *testing.T) {
	s := newTarget(t)
	p := Start(t, s.URL, 1)
	url := p.URL()
	p.Down()
	if _, _, err := post(t.Context(), url, nil); err == nil {
		t.Error("a proxy that is down answers")
	}
	if err := p.Up(); err != nil {
		t.Fatal(err)
	}
	if status, _, err := post(t.Context(), url, nil); err != nil || status != 200 {
		t.Errorf("after Up: %d, %v", status, err)
	}
}

func FuzzSplitBulk(f *testing.F) {
	f.Add(bulkOf(3))
	f.Add([]byte("{\"delete\":{}}\n"))
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		ops, err := splitBulk(body)
		if err != nil {
			return
		}
		var joined []byte
		for _, op := range ops {
			joined = append(joined, op.raw...)
		}
		if !bytes.Equal(joined, body) {
			t.Errorf("%q came apart into %q", body, joined)
		}
	})
}
