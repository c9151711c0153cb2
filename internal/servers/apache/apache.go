// Package apache starts a real Apache HTTP Server 2.4 (Debian's apache2) with a
// configuration of the test's own, and makes it produce what real ones log.
package apache

import (
	"context"
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
	site, err := servers.NewWebsite("apache", "htdocs")
	if err != nil {
		return nil, err
	}
	s := &Server{site}
	return s, s.Serve(ctx, "apache2", c.text(s), readyPath, func(path string) []string { return []string{"-f", path, "-DFOREGROUND"} })
}

// Graceful makes the server reopen its logs and read its configuration again,
// while requests go on. It returns once the signal is sent: the children of
// before still write what they serve to the old files.
func (s *Server) Graceful() error { return s.Reopen() }
