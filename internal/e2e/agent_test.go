//go:build servers

package e2e

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/servers"
	"github.com/naru-log/naru/internal/servers/elasticsearch"
)

// get asks the admin address; empty text while it does not answer.
func get(url string) (int, string) {
	client := http.Client{Timeout: 2 * time.Second}
	res, err := client.Get(url)
	if err != nil {
		return 0, ""
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(text)
}

func adminAddress(t *testing.T) string {
	t.Helper()
	ports, err := servers.FreePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", ports[0])
}

// TestReadinessAndSecondSignal runs naru against a cluster that is away: it says
// so, holds on to the lines, and a second signal ends it at once without losing
// them.
func TestReadinessAndSecondSignal(t *testing.T) {
	ports, err := servers.FreePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	dir, admin := t.TempDir(), adminAddress(t)
	log := filepath.Join(dir, "access.log")
	const lines = 1000
	text := strings.Repeat("192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET / HTTP/1.1\" 200 45 10 \"-\" \"-\"\n", lines)
	if err := os.WriteFile(log, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	env := []string{fmt.Sprintf("ELASTICSEARCH_HOSTS=http://127.0.0.1:%d", ports[0])}
	args := []string{"run", "apache", "--state", filepath.Join(dir, "state"), "--admin", admin, "--var", "paths=" + log}
	naru := binary.Start(t, env, args...)
	Eventually(t, 20*time.Second, "it is alive and says that it is not ready", func() bool {
		alive, _ := get("http://" + admin + "/healthz")
		ready, why := get("http://" + admin + "/readyz")
		return alive == 200 && ready == 503 && strings.Contains(why, "connection refused")
	})
	if _, stderr, status := binary.Run(t, nil, "health", "--ready", "--admin", admin); status != 1 || !strings.Contains(stderr, "not ready") {
		t.Errorf("naru health --ready: status %d, %s", status, stderr)
	}
	naru.Signal(syscall.SIGTERM)
	time.Sleep(300 * time.Millisecond)
	naru.Signal(syscall.SIGTERM)
	start := time.Now()
	if status := naru.Wait(10 * time.Second); status != 0 {
		t.Errorf("status %d after the second signal", status)
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("the second signal took %v", took)
	}

	es := elasticsearch.Start(t, elasticsearch.Options{Port: ports[0]})
	naru = binary.Start(t, env, args...)
	stream := "logs-apache.access-default"
	Eventually(t, time.Minute, "the lines arrive", func() bool {
		es.Refresh(stream)
		return es.Count(stream) >= lines
	})
	_, metrics := get("http://" + admin + "/metrics")
	for _, want := range []string{"naru_events_total", "naru_"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("metrics lack %s", want)
		}
	}
	if ready, why := get("http://" + admin + "/readyz"); ready != 200 {
		t.Errorf("not ready: %s", why)
	}
	naru.Stop()
	es.Refresh(stream)
	if n := es.Count(stream); n != lines {
		t.Errorf("%d documents for %d lines", n, lines)
	}
}

// TestReload changes the configuration of a running naru: a broken file leaves
// it as it was, a good one takes over, and no line is lost or doubled.
func TestReload(t *testing.T) {
	dir := t.TempDir()
	log, out, config := filepath.Join(dir, "a.log"), filepath.Join(dir, "out.ndjson"), filepath.Join(dir, "a.hcl")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	version := func(n int) string {
		return fmt.Sprintf("pipeline \"a\" {\n  input \"file\" {\n    paths = [%q]\n  }\n  filter \"set\" {\n    fields = { \"labels.version\" = \"v%d\" }\n  }\n  output \"file\" {\n    path = %q\n    flush_interval = \"100ms\"\n  }\n}\n", log, n, out)
	}
	lines := func() int { return countLines(out) }
	write(config, version(1))
	write(log, "one\n")
	naru := binary.Start(t, nil, "run", config, "--state", filepath.Join(dir, "state"), "--admin", "off")
	Eventually(t, 20*time.Second, "the first line arrives", func() bool { return lines() == 1 })

	write(config, "pipeline \"a\" { nonsense }\n")
	naru.Signal(syscall.SIGHUP)
	Eventually(t, 20*time.Second, "the broken file is reported", func() bool { return strings.Contains(naru.Log(), "not reloaded") })
	appendLine(t, log, "two\n")
	Eventually(t, 20*time.Second, "the second line arrives", func() bool { return lines() == 2 })

	write(config, version(2)) // noticed without a signal
	Eventually(t, 20*time.Second, "the change is noticed", func() bool { return strings.Contains(naru.Log(), "configuration reloaded") })
	appendLine(t, log, "three\n")
	Eventually(t, 20*time.Second, "the third line arrives", func() bool { return lines() >= 3 })
	naru.Stop()
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if lines() != 3 || strings.Count(string(text), `"v1"`) != 2 || strings.Count(string(text), `"v2"`) != 1 {
		t.Errorf("documents:\n%s", text)
	}
}

func appendLine(t *testing.T, path, line string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(line); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
