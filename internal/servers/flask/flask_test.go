//go:build servers

package flask

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/naru-log/naru/internal/servers/apache"
)

func status(t *testing.T, url string) int {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

var paths = map[string]int{"/shop": 200, "/missing": 404, "/fail?order=7": 500, "/warn": 200, "/slow?ms=20": 200}

func TestWerkzeug(t *testing.T) {
	s := Start(t, Config{})
	for path, want := range paths {
		if got := status(t, s.URL+path); got != want {
			t.Errorf("%s: status %d, want %d", path, got, want)
		}
	}
	log, err := os.ReadFile(s.Log)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`127\.0\.0\.1 - - \[[^]]+\] "(\x1b\S+ ?)?GET /missing HTTP/1\.1(\x1b\S+)?" 404 -`,
		`WARNING in app: stock is low\nonly a few are left\n`,
		`Exception on /fail \[GET\]\nTraceback \(most recent call last\):\n`,
		`\nRuntimeError: order 7 cannot be paid\n`,
	} {
		if !regexp.MustCompile(want).Match(log) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
}

func TestModWSGI(t *testing.T) {
	s := apache.Start(t, apache.Config{Modules: []string{"wsgi"}, Extra: ModWSGI(t)})
	for path, want := range paths {
		if got := status(t, s.URL+path); got != want {
			t.Errorf("%s: status %d, want %d", path, got, want)
		}
	}
	s.Quit()
	log, err := os.ReadFile(s.ErrorLog)
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`\[wsgi:error\] \[pid \d+:tid \d+\] \[remote 127\.0\.0\.1:\d+\] RuntimeError: order 7 cannot be paid`).Match(log) {
		t.Errorf("no traceback in Apache's error log:\n%s", log)
	}
	access, err := os.ReadFile(s.AccessLog)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(access), "\n"); n != len(paths) {
		t.Errorf("%d lines in the access log, want %d:\n%s", n, len(paths), access)
	}
}
