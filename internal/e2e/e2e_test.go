//go:build servers

package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/servers/apache"
	"github.com/naru-log/naru/internal/servers/elasticsearch"
	"github.com/naru-log/naru/internal/servers/nginx"
)

var (
	binary Binary
	shared = elasticsearch.NewShared(elasticsearch.Options{})
)

func TestMain(m *testing.M) {
	status := m.Run()
	shared.Stop()
	binary.Remove()
	os.Exit(status)
}

var agents = []string{
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
	"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
	`odd "quoted" \ agent`, "curl/8.5.0", "",
}

var paths = []string{"/", "/missing", "/%EB%82%98%EB%A3%A8?q=%EA%B2%80%EC%83%89", "/a%20b.html?x=\"y\"", "/index.html?page=2"}

// drive sends n requests with a few connections at a time and returns when each
// is answered.
func drive(t testing.TB, base string, n int) {
	t.Helper()
	client := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := worker; i < n; i += 4 {
				req, err := http.NewRequest([]string{"GET", "POST", "HEAD"}[i%3], base+paths[i%len(paths)], nil)
				if err != nil {
					t.Error(err)
					return
				}
				req.Header.Set("User-Agent", agents[i%len(agents)])
				if i%2 == 0 {
					req.Header.Set("Referer", "https://www.example.com/?from="+fmt.Sprint(i))
				}
				if i%7 == 0 {
					req.SetBasicAuth("minji", "secret")
				}
				res, err := client.Do(req)
				if err != nil {
					t.Errorf("request %d: %v", i, err)
					return
				}
				_, _ = io.Copy(io.Discard, res.Body)
				res.Body.Close()
			}
		})
	}
	wg.Wait()
}

// TestApache is the main job: real traffic and real 408s through a real Apache
// into a real Elasticsearch, which is killed in the middle, as naru is.
func TestApache(t *testing.T) {
	for _, deflate := range []bool{false, true} {
		t.Run(fmt.Sprintf("deflate=%v", deflate), func(t *testing.T) {
			es := elasticsearch.Start(t, elasticsearch.Options{})
			web := apache.Start(t, apache.Config{Deflate: deflate, HeaderTimeout: time.Second})
			if err := os.WriteFile(filepath.Join(web.Root, "index.html"), []byte(strings.Repeat("<p>나루</p>", 500)), 0o644); err != nil {
				t.Fatal(err)
			}
			env := []string{"ELASTICSEARCH_HOSTS=" + es.URL()}
			if _, stderr, status := binary.Run(t, env, "setup", "apache"); status != 0 {
				t.Fatalf("naru setup: status %d\n%s", status, stderr)
			}
			args := []string{"run", "apache", "--state", t.TempDir(), "--admin", "off", "--var", fmt.Sprintf("paths=[%q]", web.AccessLog)}
			const round, hanging = 300, 5
			start := countLines(web.AccessLog)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()

			naru := binary.Start(t, env, args...)
			drive(t, web.URL, round)
			es.Kill() // in the middle of what arrives
			drive(t, web.URL, round)
			if err := web.Hang(ctx, hanging); err != nil {
				t.Fatal(err)
			}
			naru.Kill() // with the cluster down and lines on their way
			naru = binary.Start(t, env, args...)
			es.Restart()
			drive(t, web.URL, round)
			naru.Stop() // and once politely
			naru = binary.Start(t, env, args...)
			drive(t, web.URL, round)

			total := start + 4*round + hanging
			Eventually(t, time.Minute, "the log has every request", func() bool { return countLines(web.AccessLog) >= total })
			stream := "logs-apache.access-default"
			Eventually(t, 2*time.Minute, "the documents arrive", func() bool {
				es.Refresh(stream)
				return es.Count(stream) >= total
			})
			naru.Stop()
			if lines := countLines(web.AccessLog); lines != total {
				t.Errorf("%d lines for %d requests", lines, total)
			}
			compareWithLog(t, es, stream, web.AccessLog)
		})
	}
}

// TestNginx is the same for Nginx, without the accidents.
func TestNginx(t *testing.T) {
	es := shared.For(t)
	web := nginx.Start(t, nginx.Config{})
	env := []string{"ELASTICSEARCH_HOSTS=" + es.URL()}
	if _, stderr, status := binary.Run(t, env, "setup", "nginx"); status != 0 {
		t.Fatalf("naru setup: status %d\n%s", status, stderr)
	}
	start := countLines(web.AccessLog)
	naru := binary.Start(t, env, "run", "nginx", "--state", t.TempDir(), "--admin", "off", "--var", fmt.Sprintf("paths=[%q]", web.AccessLog))
	drive(t, web.URL, 500)
	stream := "logs-nginx.access-default"
	Eventually(t, time.Minute, "the documents arrive", func() bool {
		es.Refresh(stream)
		return es.Count(stream) >= start+500
	})
	naru.Stop()
	compareWithLog(t, es, stream, web.AccessLog)
}
