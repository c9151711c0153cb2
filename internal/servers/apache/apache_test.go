//go:build servers

package apache

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// get asks for a path on a connection of its own and gives status and body as
// they came over the wire.
func get(t *testing.T, s *Server, path string) (*http.Response, []byte) {
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
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

// lines waits until a log has n lines.
func lines(t *testing.T, path string, n int) []string {
	t.Helper()
	for range 600 {
		b, err := os.ReadFile(path)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if got := strings.Split(string(b), "\n"); len(got) > n {
			return got[:len(got)-1]
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%s never came to hold %d lines", path, n)
	return nil
}

func TestAccessLog(t *testing.T) {
	s := Start(t, Config{})
	for i := range 20 {
		get(t, s, fmt.Sprintf("/?i=%d", i))
	}
	get(t, s, "/absent")
	want := regexp.MustCompile(`^127\.0\.0\.1 - - \[[^]]+\] "GET /(\?i=\d+|absent) HTTP/1\.1" (200 18|404 \d+) \d+ "-" "naru-test/1\.0"$`)
	got := lines(t, s.AccessLog, 21)
	if len(got) != 21 {
		t.Errorf("%d lines, want 21: is the readiness probe logged?", len(got))
	}
	for _, l := range got {
		if !want.MatchString(l) {
			t.Errorf("unexpected line %q", l)
		}
	}
}

func TestHangMakesRequestTimeouts(t *testing.T) {
	s := Start(t, Config{})
	if err := s.Hang(t.Context(), 5); err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`^127\.0\.0\.1 - - \[[^]]+\] "-" 408 - \d+ "-" "-"$`)
	for _, l := range lines(t, s.AccessLog, 5) {
		if !want.MatchString(l) {
			t.Errorf("unexpected line %q", l)
		}
	}
}

func TestDeflate(t *testing.T) {
	page := bytes.Repeat([]byte("compress me, "), 1000)
	for _, on := range []bool{false, true} {
		t.Run(fmt.Sprint(on), func(t *testing.T) {
			s := Start(t, Config{Deflate: on})
			if err := os.WriteFile(filepath.Join(s.Root, "page.html"), page, 0o644); err != nil {
				t.Fatal(err)
			}
			resp, body := get(t, s, "/page.html")
			if on != (resp.Header.Get("Content-Encoding") == "gzip") {
				t.Fatalf("Content-Encoding is %q", resp.Header.Get("Content-Encoding"))
			}
			if on {
				z, err := gzip.NewReader(bytes.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				if body, err = io.ReadAll(z); err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(body, page) {
				t.Error("the page came out different")
			}
		})
	}
}

func TestRotateLogLosesNothing(t *testing.T) {
	s := Start(t, Config{})
	for i := range 30 {
		if i == 10 || i == 20 {
			if err := s.RotateLog(i / 10); err != nil {
				t.Fatal(err)
			}
			lines(t, s.AccessLog, 0) // the new log is there
		}
		get(t, s, fmt.Sprintf("/?i=%d", i))
	}
	s.Quit()
	var all string
	for _, p := range []string{".1", ".2", ""} {
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

func TestErrorLog(t *testing.T) {
	s := Start(t, Config{Extra: "<Location /secret>\nRequire all denied\n</Location>"})
	if resp, _ := get(t, s, "/secret"); resp.StatusCode != http.StatusForbidden {
		t.Fatalf("status %d, want 403", resp.StatusCode)
	}
	b, err := os.ReadFile(s.ErrorLog)
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`\[authz_core:error\] \[pid \d+:tid \d+\] \[client 127\.0\.0\.1:\d+\] AH01630`).Match(b) {
		t.Errorf("no denial in the error log:\n%s", b)
	}
}

func TestPipedLog(t *testing.T) {
	rotatelogs, err := exec.LookPath("/usr/bin/rotatelogs")
	if err != nil {
		t.Fatalf("%v: run go run ./internal/servers/install", err)
	}
	dir := t.TempDir()
	s := Start(t, Config{Pipe: rotatelogs + " " + dir + "/access.%Y 86400"})
	get(t, s, "/")
	var files []string // rotatelogs ends with Apache: it has to have written before
	for deadline := time.Now().Add(30 * time.Second); len(files) == 0 && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if files, err = filepath.Glob(dir + "/access.*"); err != nil {
			t.Fatal(err)
		}
	}
	if len(files) != 1 {
		t.Fatalf("rotatelogs wrote %v", files)
	}
	if got := lines(t, files[0], 1); !strings.Contains(got[0], `"GET / HTTP/1.1" 200`) {
		t.Errorf("unexpected line %q", got[0])
	}
}

func TestABrokenConfigurationIsExplained(t *testing.T) {
	_, err := New(t.Context(), Config{Extra: "NoSuchDirective on"})
	if err == nil || !strings.Contains(err.Error(), "NoSuchDirective") {
		t.Errorf("New: %v, want Apache's own complaint", err)
	}
}
