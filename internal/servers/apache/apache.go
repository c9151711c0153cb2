// Package apache starts a real Apache HTTP Server 2.4 (Debian's apache2) with a
// configuration of the test's own, and makes it produce what real ones log.
package apache

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/servers"
)

// CombinedD is the combined format with %D between bytes and referer.
const CombinedD = `%h %l %u %t \"%r\" %>s %b %D \"%{Referer}i\" \"%{User-Agent}i\"`

// Config says what server to start. The zero value is a server that logs
// CombinedD and serves Root.
type Config struct {
	LogFormat      string        // of the access log, as after the directive's name, without the outer quotes; CombinedD when empty
	ErrorLogFormat string        // Apache's own when empty
	LogLevel       string        // of the error log; info when empty
	Pipe           string        // a program that the access log is piped to (rotatelogs …) instead of the file
	Modules        []string      // loaded beside the usual ones, by name: "jk", "ssl", "proxy_http"
	Deflate        bool          // compress answers with mod_deflate
	HeaderTimeout  time.Duration // RequestReadTimeout header=…, in whole seconds; 1 s when zero
	KeepAlive      time.Duration // KeepAliveTimeout; 5 s when zero
	Extra          string        // directives at the end of the configuration
}

// Server is a running Apache.
type Server struct {
	Dir       string // everything of this server; removed by Stop
	Root      string // DocumentRoot: add files at any time
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
	dir, err := servers.NewDir("apache", false)
	if err != nil {
		return nil, err
	}
	s := &Server{Dir: dir, Root: filepath.Join(dir, "htdocs"),
		AccessLog: filepath.Join(dir, "access.log"), ErrorLog: filepath.Join(dir, "error.log")}
	if err := s.start(ctx, c); err != nil {
		s.Stop()
		return nil, fmt.Errorf("start Apache: %w", err)
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
	conf := filepath.Join(s.Dir, "apache.conf")
	if err := os.WriteFile(conf, []byte(c.text(s)), 0o644); err != nil {
		return err
	}
	s.process, err = servers.Launch(servers.Command{
		Name: "Apache", Path: "apache2", Args: []string{"-f", conf, "-DFOREGROUND"},
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

// Graceful makes the server reopen its logs and read its configuration again,
// while requests go on. It returns once the signal is sent: the children of
// before still write what they serve to the old files.
func (s *Server) Graceful() error { return s.process.Signal(syscall.SIGUSR1) }

// RotateLog renames the access log to the same name with ".N" behind it, as
// logrotate's create mode does, and makes the server open a new one.
func (s *Server) RotateLog(n int) error {
	if err := os.Rename(s.AccessLog, s.AccessLog+"."+strconv.Itoa(n)); err != nil {
		return fmt.Errorf("rotate Apache's access log: %w", err)
	}
	return s.Graceful()
}

// Stop ends the server, finishing the requests under way, and removes Dir.
func (s *Server) Stop() {
	if s.process != nil {
		s.process.Stop(10 * time.Second)
	}
	os.RemoveAll(s.Dir)
}

// Quit ends the server and leaves its logs for the test to read.
func (s *Server) Quit() { s.process.Stop(10 * time.Second) }
