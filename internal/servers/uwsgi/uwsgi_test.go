//go:build servers

package uwsgi

import (
	"net/http"
	"os"
	"regexp"
	"testing"

	"github.com/naru-log/naru/internal/servers/nginx"
)

func TestBehindNginx(t *testing.T) {
	for name, c := range map[string]struct{ format, want string }{
		"own format":   {"", `\[pid: \d+\|app: 0\|req: \d+/\d+\] 127\.0\.0\.1 \(\) \{\d+ vars in \d+ bytes\} \[[^]]+\] GET /shop => generated 6 bytes in \d+ msecs \(HTTP/1\.1 200\)`},
		"a log-format": {`%(addr) "%(method) %(uri) %(proto)" %(status) %(rsize) %(micros)`, `(?m)^127\.0\.0\.1 "GET /shop HTTP/1\.1" 200 6 \d+$`},
	} {
		t.Run(name, func(t *testing.T) {
			s := Start(t, Config{LogFormat: c.format})
			front := nginx.Start(t, nginx.Config{Server: "location / { include /etc/nginx/uwsgi_params; uwsgi_pass " + s.Socket + "; }"})
			client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			for path, want := range map[string]int{"/shop": 200, "/fail?order=7": 500} {
				resp, err := client.Get(front.URL + path)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				if resp.StatusCode != want {
					t.Errorf("%s: status %d, want %d", path, resp.StatusCode, want)
				}
			}
			s.Quit() // writes what is under way
			log, err := os.ReadFile(s.Log)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{c.want, `\nRuntimeError: order 7 cannot be paid\n`} {
				if !regexp.MustCompile(want).Match(log) {
					t.Errorf("the log lacks %q:\n%s", want, log)
				}
			}
		})
	}
}
