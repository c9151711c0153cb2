//go:build servers

package modjk

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/naru-log/naru/internal/servers/apache"
	"github.com/naru-log/naru/internal/servers/tomcat"
)

func TestThreeTomcatsAndOneStops(t *testing.T) {
	tomcats := map[string]*tomcat.Server{}
	var workers []Worker
	for _, name := range []string{"one", "two", "three"} {
		tomcats[name] = tomcat.Start(t, tomcat.Config{Route: name})
		workers = append(workers, Worker{name, tomcats[name].AJPPort})
	}
	b := New(t, workers...)
	s := apache.Start(t, apache.Config{LogFormat: LogFormat, Modules: b.Modules, Extra: b.Extra})

	ask := func(n int) {
		t.Helper()
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		for i := range n {
			resp, err := client.Get(fmt.Sprintf("%s/shop?i=%d", s.URL, i))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || resp.StatusCode != http.StatusOK || string(body) != "/shop\n" {
				t.Fatalf("status %d, %q, %v", resp.StatusCode, body, err)
			}
		}
	}
	ask(30)
	tomcats["two"].Quit()
	ask(30)
	s.Quit()

	access, err := os.ReadFile(s.AccessLog)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(access)), "\n")
	if len(lines) != 60 {
		t.Fatalf("%d lines, want 60", len(lines))
	}
	answered := regexp.MustCompile(` balancer (one|two|three) [\d.]+$`)
	before, after := map[string]int{}, map[string]int{}
	for i, l := range lines {
		m := answered.FindStringSubmatch(l)
		if m == nil {
			t.Fatalf("no balancer facts in %q", l)
		}
		if i < 30 {
			before[m[1]]++
		} else {
			after[m[1]]++
		}
	}
	if len(before) != 3 || after["two"] != 0 || len(after) != 2 {
		t.Errorf("the load spread as %v, and after two stopped as %v", before, after)
	}
	log, err := os.ReadFile(b.Log)
	if err != nil || !regexp.MustCompile(`\(two\) connecting to backend failed.*errno=111`).Match(log) {
		t.Errorf("mod_jk.log does not tell of the refusal (%v):\n%s", err, log)
	}
}
