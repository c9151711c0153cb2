//go:build servers

package logformat

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/servers/uwsgi"
)

var uwsgiFormats = []string{
	`%(addr) - %(user) [%(ltime)] "%(method) %(uri) %(proto)" %(status) %(rsize) "%(referer)" "%(uagent)" %(micros)`,
	`[pid: %(pid)] %(addr) {%(vars) vars in %(pktsize) bytes} [%(ctime)] "%(method) %(uri) %(proto)" => %(rsize) bytes in %(msecs) msecs %(status) %(headers) headers in %(hsize) bytes (%(switches) switches on core %(core))`,
	`{"time":%(tmsecs),"end":%(epoch),"status":%(status),"took":%(secs),"host":"%(host)","forwarded":"%(var.HTTP_X_FORWARDED_FOR)","size":%(size),"memory":%(rss)}`,
	`%(ftime) "%(method) %(uri) %(proto)" %(status) %(var.SERVER_NAME):%(var.SERVER_PORT) %(wid) %(cl) %(ioerr) %(nothing) %(rsize)`,
}

var uwsgiMarks = marks{
	"status": {"%(status)"}, "time": {"time)", "%(tmsecs)"}, "duration": {"%(micros)", "%(msecs)", "%(secs)"}, "request": {`%(method) %(uri) %(proto)`},
	"agent": {"%(uagent)"}, "referer": {"%(referer)"}, "bytes": {"%(rsize)"}, "host": {"%(host)"},
}

// mark tells requests from what uWSGI says in the same log.
const mark = "request: "

// What a real uWSGI writes by its log-format is what the clients sent.
func TestUWSGI(t *testing.T) {
	for _, format := range uwsgiFormats {
		s := uwsgi.Start(t, uwsgi.Config{LogFormat: mark + format, Args: []string{"--log-date=%Y-%m-%d %H:%M:%S", "--logformat-strftime", "--workers", "1"}})
		var all []*exchange
		for _, x := range traffic() {
			if x.proper() && !x.keep && x.referer != `" "` { // uWSGI escapes nothing: two such texts cannot be told apart
				all = append(all, x)
			}
		}
		drive(t, s.URL, all)
		lines := requestLines(t, s.Log, len(all))
		s.Quit()
		path := filepath.Join(s.Dir, "requests.log")
		if err := os.WriteFile(path, []byte(strings.Join(lines, "")), 0o644); err != nil {
			t.Fatal(err)
		}
		c := Defaults()
		c.UWSGI, c.UWSGIDate = mark+format, "%Y-%m-%d %H:%M:%S"
		verify(t, c, format, path, uwsgiMarks, all)
	}
}

// requestLines waits for the last n requests, which uWSGI logs when their clients
// have gone already, until the log grows no more. Before them are those that asked
// until it answered.
func requestLines(t *testing.T, path string, n int) []string {
	t.Helper()
	before := 0
	for range 100 {
		log, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines := slices.DeleteFunc(strings.SplitAfter(string(log), "\n"), func(l string) bool { return !strings.HasPrefix(l, mark) })
		if len(lines) > n && len(lines) == before {
			return lines[len(lines)-n:]
		}
		before = len(lines)
		time.Sleep(300 * time.Millisecond)
	}
	t.Fatalf("%d lines for %d requests", before, n)
	return nil
}
