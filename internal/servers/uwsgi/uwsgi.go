// Package uwsgi runs the Flask application of package flask under a real uWSGI
// (Debian's), to be reached directly or through nginx.
package uwsgi

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/servers"
	"github.com/naru-log/naru/internal/servers/flask"
)

// Config says how uWSGI logs.
type Config struct {
	LogFormat string   // uWSGI's log-format; its own when empty
	Args      []string // further options
}

// Server is a running uWSGI.
type Server struct {
	Dir    string // removed by Stop
	URL    string // speaks HTTP
	Socket string // 127.0.0.1:PORT that speaks uwsgi, for nginx's uwsgi_pass
	Log    string // requests, and what the application writes to standard error

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
	servers.ReportLogs(t, s.Log)
	return s
}

// New starts a server and returns when it answers. Stop must be called. The
// readiness probe is in the log: the lines with flask.ReadyPath.
func New(ctx context.Context, c Config) (*Server, error) {
	dir, err := servers.NewDir("uwsgi", true)
	if err != nil {
		return nil, err
	}
	s := &Server{Dir: dir, Log: filepath.Join(dir, "uwsgi.log")}
	if err := s.start(ctx, c); err != nil {
		s.Stop()
		return nil, fmt.Errorf("start uWSGI: %w", err)
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, c Config) error {
	path, err := flask.WriteApp(s.Dir)
	if err != nil {
		return err
	}
	ports, err := servers.FreePorts(2)
	if err != nil {
		return err
	}
	direct := "127.0.0.1:" + strconv.Itoa(ports[0])
	s.URL, s.Socket = "http://"+direct, "127.0.0.1:"+strconv.Itoa(ports[1])
	args := []string{
		"--plugins", "python3", "--http-socket", direct, "--socket", s.Socket,
		"--wsgi-file", path, "--callable", "app", "--master", "--workers", "2", "--need-app", "--die-on-term",
	}
	if c.LogFormat != "" {
		args = append(args, "--log-format", c.LogFormat)
	}
	s.process, err = servers.Launch(servers.Command{
		Name: "uWSGI", Path: "uwsgi", Args: append(args, c.Args...),
		Env: []string{"PYTHONDONTWRITEBYTECODE=1"}, Dir: s.Dir, Log: s.Log, Unprivileged: true,
	})
	if err != nil {
		return err
	}
	return s.process.Await(ctx, servers.Answers(s.URL+flask.ReadyPath))
}

// Stop ends the server and removes Dir.
func (s *Server) Stop() {
	if s.process != nil {
		s.process.Stop(10 * time.Second)
	}
	os.RemoveAll(s.Dir)
}

// Quit ends the server and leaves its log for the test to read.
func (s *Server) Quit() { s.process.Stop(10 * time.Second) }
