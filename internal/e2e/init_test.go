//go:build servers

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/servers/apache"
	"github.com/naru-log/naru/internal/servers/nginx"
	"github.com/naru-log/naru/internal/servers/tomcat"
)

// TestInit starts servers that log in formats of their own, has naru init find
// them among all processes of this machine, and reads their logs by what it
// wrote: every line has to fit. Other servers may run here: the test looks at
// its own.
func TestInit(t *testing.T) {
	a := apache.Start(t, apache.Config{LogFormat: `%v:%p %h %l %u %t \"%r\" %>s %b %D %k %X \"%{Referer}i\" \"%{User-Agent}i\" \"%{X-Forwarded-For}i\"`})
	n := nginx.Start(t, nginx.Config{LogFormat: `escape=json '{"time":"$time_iso8601","client":"$remote_addr",' "\"request\":\"$request\"," '"status":$status,"took":$request_time}'`})
	j := tomcat.Start(t, tomcat.Config{Pattern: `%h %l %u %t "%r" %s %b %D "%{User-Agent}i"`})
	for _, url := range []string{a.URL, n.URL, j.URL} {
		drive(t, url, 40)
	}
	if err := a.Hang(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{a.AccessLog: 42, n.AccessLog: 40, j.AccessLog: 40}
	for path, want := range counts {
		Eventually(t, 20*time.Second, path+" is written", func() bool { return countLines(path) >= want })
	}

	file := filepath.Join(t.TempDir(), "naru.hcl")
	stdout, stderr, status := binary.Run(t, nil, "init", "-o", file)
	if status != 0 {
		t.Fatalf("naru init: status %d\n%s", status, stderr)
	}
	t.Log(stdout)
	for _, dir := range []string{a.Dir, n.Dir, j.Dir} {
		if strings.Contains(stderr, dir) {
			t.Errorf("naru init complains:\n%s", stderr)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for path := range counts {
		if !strings.Contains(string(text), `"`+path+`"`) {
			t.Errorf("%s is not in the file:\n%s", path, text)
		}
	}
	for _, args := range [][]string{{"check", file}, {"fmt", "--check", file}} {
		if stdout, stderr, status := binary.Run(t, nil, args...); status != 0 {
			t.Errorf("naru %v: status %d\n%s%s", args, status, stdout, stderr)
		}
	}

	stdout, stderr, status = binary.Run(t, nil, "run", file, "--once", "--stdout", "--state", t.TempDir())
	if status != 0 {
		t.Fatalf("naru run: status %d\n%s", status, stderr)
	}
	for line := range strings.Lines(stdout) {
		var doc map[string]any
		if err := json.Unmarshal([]byte(line), &doc); err != nil {
			t.Fatal(err)
		}
		path, _ := field(doc, "log.file.path").(string)
		if _, ours := counts[path]; !ours {
			continue
		}
		counts[path]--
		if field(doc, "tags") != nil || field(doc, "http.response.status_code") == nil || field(doc, "event.duration") == nil {
			t.Errorf("not parsed: %s", line)
		}
	}
	for path, left := range counts {
		if left != 0 {
			t.Errorf("%s: %d lines too few were read (negative: too many)", path, left)
		}
	}
}
