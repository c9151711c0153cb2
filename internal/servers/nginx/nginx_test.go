//go:build servers

package nginx

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func get(t *testing.T, s *Server, path string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	req.Header.Set("User-Agent", "naru-test/1.0")
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp
}

func lines(t *testing.T, s *Server) []string {
	t.Helper()
	s.Quit() // writes what is under way
	b, err := os.ReadFile(s.AccessLog)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Split(string(b), "\n")
	return all[:len(all)-1]
}

func TestAccessLog(t *testing.T) {
	s := Start(t, Config{})
	for i := range 20 {
		get(t, s, fmt.Sprintf("/?i=%d", i))
	}
	want := regexp.MustCompile(`^127\.0\.0\.1 - - \[[^]]+\] "GET /\?i=\d+ HTTP/1\.1" 200 18 "-" "naru-test/1\.0"$`)
	got := lines(t, s)
	if len(got) != 20 {
		t.Errorf("%d lines, want 20: is the readiness probe logged?", len(got))
	}
	for _, l := range got {
		if !want.MatchString(l) {
			t.Errorf("unexpected line %q", l)
		}
	}
}

func TestJSONLogFormat(t *testing.T) {
	s := Start(t, Config{LogFormat: `escape=json '{"status":$status,"uri":"$request_uri","time":$request_time}'`})
	get(t, s, "/absent?q=\"x")
	got := lines(t, s)
	if len(got) != 1 {
		t.Fatalf("%d lines, want 1: %q", len(got), got)
	}
	var doc struct {
		Status int
		URI    string
	}
	if err := json.Unmarshal([]byte(got[0]), &doc); err != nil || doc.Status != 404 || doc.URI != `/absent?q="x` {
		t.Errorf("logged %s (%v)", got[0], err)
	}
}

func TestUpstream(t *testing.T) {
	s := Start(t, Config{
		LogFormat: `'$status $upstream_status $upstream_response_time'`,
		HTTP:      "upstream dead { server 127.0.0.1:1; server 127.0.0.1:2; }",
		Server:    "location /app { proxy_pass http://dead; }",
	})
	if resp := get(t, s, "/app"); resp.StatusCode != http.StatusBadGateway {
		t.Errorf("status %d, want 502", resp.StatusCode)
	}
	got := lines(t, s)
	if len(got) != 1 || !regexp.MustCompile(`^502 502, 502 [\d.]+, [\d.]+$`).MatchString(got[0]) {
		t.Errorf("logged %q", got)
	}
	if log, err := os.ReadFile(s.ErrorLog); err != nil || !strings.Contains(string(log), "Connection refused) while connecting to upstream") {
		t.Errorf("no refusal in the error log (%v):\n%s", err, log)
	}
}

func TestGzip(t *testing.T) {
	for _, on := range []bool{false, true} {
		s := Start(t, Config{Gzip: on})
		if err := os.WriteFile(filepath.Join(s.Root, "page.html"), make([]byte, 1000), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := get(t, s, "/page.html").Header.Get("Content-Encoding"); (got == "gzip") != on {
			t.Errorf("with gzip %v Content-Encoding is %q", on, got)
		}
	}
}

func TestRotateLogLosesNothing(t *testing.T) {
	s := Start(t, Config{})
	for i := range 30 {
		if i == 10 || i == 20 {
			if err := s.RotateLog(i / 10); err != nil {
				t.Fatal(err)
			}
			for range 600 { // until the new log is there
				if _, err := os.Stat(s.AccessLog); err == nil {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
		}
		get(t, s, fmt.Sprintf("/?i=%d", i))
	}
	all := strings.Join(lines(t, s), "\n")
	for _, p := range []string{".1", ".2"} {
		b, err := os.ReadFile(s.AccessLog + p)
		if err != nil {
			t.Fatal(err)
		}
		all += string(b)
	}
	for i := range 30 {
		if n := strings.Count(all, fmt.Sprintf("/?i=%d ", i)); n != 1 {
			t.Errorf("request %d is logged %d times", i, n)
		}
	}
}

func TestABrokenConfigurationIsExplained(t *testing.T) {
	_, err := New(t.Context(), Config{Server: "no_such_directive on;"})
	if err == nil || !strings.Contains(err.Error(), "no_such_directive") {
		t.Errorf("New: %v, want nginx's own complaint", err)
	}
}
