// Package flask has a small Flask application and runs it: under werkzeug's own
// server here, under Apache's mod_wsgi by ModWSGI, under uWSGI by package uwsgi.
//
// The application answers /slow?ms=100 late, /fail?order=7 with an exception
// that has a cause, /warn after it has logged a warning of two lines, /missing
// with 404, and any other path with itself.
package flask

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/servers"
)

//go:embed app.py
var app []byte

// ReadyPath is answered by the application and asked until it is.
const ReadyPath = "/.naru-ready"

// WriteApp writes the application to dir/app.py, as a WSGI callable named app.
func WriteApp(dir string) (string, error) {
	path := filepath.Join(dir, "app.py")
	if err := os.WriteFile(path, app, 0o644); err != nil {
		return "", fmt.Errorf("write the Flask application: %w", err)
	}
	return path, nil
}

// Config says how the application logs.
type Config struct {
	// BasicConfig sets up Python's root logger, as logging.basicConfig does: lines
	// begin with INFO:werkzeug: and the like, and werkzeug's are in colours.
	BasicConfig bool
}

// Server is the application under werkzeug.
type Server struct {
	Dir string // removed by Stop
	URL string
	Log string // werkzeug's request lines, the application's own, and tracebacks

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

// New starts a server and returns when it answers. Stop must be called.
func New(ctx context.Context, c Config) (*Server, error) {
	dir, err := servers.NewDir("flask", true)
	if err != nil {
		return nil, err
	}
	s := &Server{Dir: dir, Log: filepath.Join(dir, "flask.log")}
	if err := s.start(ctx, c); err != nil {
		s.Stop()
		return nil, fmt.Errorf("start Flask: %w", err)
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, c Config) error {
	path, err := WriteApp(s.Dir)
	if err != nil {
		return err
	}
	ports, err := servers.FreePorts(1)
	if err != nil {
		return err
	}
	port := strconv.Itoa(ports[0])
	s.URL = "http://127.0.0.1:" + port
	env := []string{"PYTHONDONTWRITEBYTECODE=1"}
	if c.BasicConfig {
		env = append(env, "SHOP_LOGGING=basic")
	}
	// Debian's modules belong to Debian's Python, whatever else is in the PATH.
	s.process, err = servers.Launch(servers.Command{
		Name: "Flask", Path: "/usr/bin/python3", Args: []string{"-m", "flask", "--app", path, "run", "--port", port},
		Env: env, Dir: s.Dir, Log: s.Log, Unprivileged: true,
	})
	if err != nil {
		return err
	}
	return s.process.Await(ctx, servers.Answers(s.URL+ReadyPath))
}

// Stop ends the server and removes Dir.
func (s *Server) Stop() {
	if s.process != nil {
		s.process.Stop(10 * time.Second)
	}
	os.RemoveAll(s.Dir)
}

// ModWSGI gives the directives (for apache.Config's Extra, with module "wsgi")
// under which Apache runs the application at every path. Its files are removed
// when the test ends, so call it before Apache is started.
func ModWSGI(t testing.TB) string {
	t.Helper()
	dir, err := servers.NewDir("wsgi", false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path, err := WriteApp(dir)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`WSGIScriptAlias / %q
WSGICallableObject app
WSGIDaemonProcess naru processes=1 threads=2 home=%q
WSGIProcessGroup naru
WSGISocketPrefix %q
<Directory %q>
Require all granted
</Directory>
`, path, dir, filepath.Join(dir, "wsgi"), dir)
}

// Quit ends the server and leaves its log for the test to read.
func (s *Server) Quit() { s.process.Stop(10 * time.Second) }
