// Package nginx starts a real nginx (Debian's) with a configuration of the
// test's own.
package nginx

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

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
type Server struct {
	Dir       string // everything of this server; removed by Stop
	Root      string // the document root: add files at any time
	URL       string // http://127.0.0.1:PORT
	AccessLog string
	ErrorLog  string

	addr    string
	process *servers.Process
}

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
	dir, err := servers.NewDir("nginx", false)
	if err != nil {
		return nil, err
	}
	s := &Server{Dir: dir, Root: filepath.Join(dir, "html"),
		AccessLog: filepath.Join(dir, "access.log"), ErrorLog: filepath.Join(dir, "error.log")}
	if err := s.start(ctx, c); err != nil {
		s.Stop()
		return nil, fmt.Errorf("start nginx: %w", err)
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, c Config) error {
	ports, err := servers.FreePorts(1)
	if err != nil {
		return err
	}
	s.addr = "127.0.0.1:" + strconv.Itoa(ports[0])
	s.URL = "http://" + s.addr
	if err := os.Mkdir(s.Root, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(s.Root, "index.html"), []byte("<h1>it works</h1>\n"), 0o644); err != nil {
		return err
	}
	conf := filepath.Join(s.Dir, "nginx.conf")
	if err := os.WriteFile(conf, []byte(c.text(s)), 0o644); err != nil {
		return err
	}
	s.process, err = servers.Launch(servers.Command{
		Name: "nginx", Path: "nginx", Args: []string{"-p", s.Dir, "-e", s.ErrorLog, "-c", conf},
		Dir: s.Dir, Log: filepath.Join(s.Dir, "console.log"),
	})
	if err != nil {
		return err
	}
	if err := s.process.Await(ctx, servers.Answers(s.URL+readyPath)); err != nil {
		return fmt.Errorf("%w\n%s", err, servers.Tail(s.ErrorLog, 20))
	}
	return nil
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
	line("server {\nlisten %s;\nserver_name localhost;\nroot %s;\naccess_log %s naru;", s.addr, s.Root, s.AccessLog)
	line("location = %s { access_log off; return 204; }", readyPath)
	line("%s\n}\n}", c.Server)
	return b.String()
}

// Reopen makes the server close its logs and open them by name again. It
// returns once the signal is sent.
func (s *Server) Reopen() error { return s.process.Signal(syscall.SIGUSR1) }

// RotateLog renames the access log to the same name with ".N" behind it, as
// logrotate's create mode does, and makes the server open a new one.
func (s *Server) RotateLog(n int) error {
	if err := os.Rename(s.AccessLog, s.AccessLog+"."+strconv.Itoa(n)); err != nil {
		return fmt.Errorf("rotate nginx's access log: %w", err)
	}
	return s.Reopen()
}

// Stop ends the server and removes Dir.
func (s *Server) Stop() {
	if s.process != nil {
		s.process.Stop(10 * time.Second)
	}
	os.RemoveAll(s.Dir)
}

// Quit ends the server and leaves its logs for the test to read.
func (s *Server) Quit() { s.process.Stop(10 * time.Second) }
