// Package nginx starts a real nginx (Debian's) with a configuration of the
// test's own.
package nginx

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/naru-log/naru/internal/servers"
)

// Combined is nginx's predefined combined format, spelled out.
const Combined = `'$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'`

// Config says what server to start. The zero value is a server that logs
// Combined and serves Root.
type Config struct {
	LogFormat string // the log_format directive's arguments after the name: "escape=json '…'"; Combined when empty
	LogLevel  string // of the error log; info when empty
	Gzip      bool   // compress answers
	Server    string // directives inside the server block: locations, timeouts
	HTTP      string // directives inside the http block: upstreams, maps
}

// Server is a running nginx.
type Server struct{ *servers.Website }

// Start starts a server that is stopped when the test ends.
func Start(t testing.TB, c Config) *Server {
	t.Helper()
	s, err := New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	servers.ReportLogs(t, s.ErrorLog)
	return s
}

// New starts a server and returns when it answers. Stop must be called.
func New(ctx context.Context, c Config) (*Server, error) {
	site, err := servers.NewWebsite("nginx", "html")
	if err != nil {
		return nil, err
	}
	s := &Server{site}
	return s, s.Serve(ctx, "nginx", c.text(s), readyPath, func(path string) []string { return []string{"-p", s.Dir, "-e", s.ErrorLog, "-c", path} })
}

// readyPath is asked until the server answers, and not logged.
const readyPath = "/.naru-ready"

// text writes the configuration of s.
func (c Config) text(s *Server) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("daemon off;\nworker_processes 1;\npid %s/nginx.pid;", s.Dir)
	line("error_log %s %s;", s.ErrorLog, cmp.Or(c.LogLevel, "info"))
	if os.Geteuid() == 0 {
		line("user nobody nogroup;")
	}
	line("events { worker_connections 512; }")
	line("http {")
	line("include /etc/nginx/mime.types;")
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		line("%s_temp_path %s/%s;", kind, s.Dir, kind)
	}
	line("log_format naru %s;", cmp.Or(c.LogFormat, Combined))
	if c.Gzip {
		line("gzip on;\ngzip_min_length 1;")
	}
	line("%s", c.HTTP)
	line("server {\nlisten %s;\nserver_name localhost;\nroot %s;\naccess_log %s naru;", s.Addr, s.Root, s.AccessLog)
	line("location = %s { access_log off; return 204; }", readyPath)
	line("%s\n}\n}", c.Server)
	return b.String()
}
