//go:build servers

package tomcat

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
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
	return resp.StatusCode, string(body)
}

func TestApplicationAndLogs(t *testing.T) {
	s := Start(t, Config{Contexts: []string{"jenkins"}, Pattern: `%h %l %u %t "%r" %s %b %D`, Route: "a"})
	for path, want := range map[string]int{"/x": 200, "/jenkins/job/1/": 200, "/missing": 404, "/fail?order=7": 500, "/warn": 200, "/slow?ms=20": 200} {
		if status, body := get(t, s.URL+path); status != want {
			t.Errorf("%s: status %d, want %d:\n%s", path, status, want, body)
		}
	}
	s.Quit()

	access, err := os.ReadFile(s.AccessLog)
	if err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`(?m)^127\.0\.0\.1 - - \[[^]]+\] "GET \S+ HTTP/1\.1" \d{3} (\d+|-) \d+$`)
	if n := len(want.FindAll(access, -1)); n != 6 || bytes.Count(access, []byte("\n")) != 6 {
		t.Errorf("%d lines as expected, want 6:\n%s", n, access)
	}
	for path, wants := range map[string][]string{
		s.CatalinaOut:  {"WARNING [http-nio-", "shop.App.service stock is low\nonly a few are left\n\tjava.lang.IllegalStateException: three left\n\t\tat shop.App.service("},
		s.LocalhostLog: {"SEVERE [http-nio-", "Servlet.service() for servlet [app]", "order 7 cannot be paid", "java.sql.SQLException: Connection refused\n\t\tat shop.App.checkout("},
	} {
		log, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(string(log), want) {
				t.Errorf("%s lacks %q:\n%s", path, want, log)
			}
		}
	}
}

func TestKilledAndBroughtBack(t *testing.T) {
	s := Start(t, Config{})
	s.Kill()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	if resp, err := client.Get(s.URL); err == nil {
		resp.Body.Close()
		t.Error("a killed Tomcat answers")
	}
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, _ := get(t, s.URL+"/x"); status != 200 {
		t.Errorf("status %d after the restart", status)
	}
}

func TestAConnectionThatSendsNothingIsClosed(t *testing.T) {
	s := Start(t, Config{Timeout: time.Second})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got, err := io.ReadAll(c); err != nil {
		t.Errorf("after %q: %v", got, err)
	}
}
