// Package tomcat starts real Apache Tomcats 10 (Debian's tomcat10) that run a
// small application, which answers, waits, logs and fails as it is asked to.
package tomcat

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/servers"
)

//go:embed App.java
var appSource []byte

// home is where Debian has Tomcat.
const home = "/usr/share/tomcat10"

// Config says what server to start. The zero value is a Tomcat with an HTTP
// connector, the application as ROOT, and the common access log.
//
// The application answers /slow?ms=100 late, /fail?order=7 with an exception
// that has two causes, /warn after it has logged a warning of two lines with a
// stack trace, /missing with 404, and any other path with itself.
type Config struct {
	Pattern   string        // of the access log valve; common when empty
	Route     string        // jvmRoute: the worker's name in a mod_jk balancer
	Contexts  []string      // further context paths of the application: "jenkins"
	Timeout   time.Duration // connectionTimeout of the HTTP connector; 20 s when zero
	Formatter string        // class of catalina.out's formatter; Tomcat's OneLineFormatter when empty
}

// Server is a Tomcat.
type Server struct {
	Dir         string // CATALINA_BASE; removed by Stop
	URL         string // of the HTTP connector
	AJPPort     int    // of the AJP connector, on 127.0.0.1, without a secret
	AccessLog   string
	CatalinaOut string // what a service has as catalina.out: log lines and stack traces

	// LocalhostLog has what the application's requests made Tomcat log, such as
	// uncaught exceptions. It is complete only after Quit.
	LocalhostLog string

	command servers.Command
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
	servers.ReportLogs(t, s.CatalinaOut)
	return s
}

// New starts a server and returns when it answers. Stop must be called.
func New(ctx context.Context, c Config) (*Server, error) {
	dir, err := servers.NewDir("tomcat", false)
	if err != nil {
		return nil, err
	}
	s := &Server{
		Dir:          dir,
		AccessLog:    filepath.Join(dir, "logs", "localhost_access_log.txt"),
		CatalinaOut:  filepath.Join(dir, "logs", "catalina.out"),
		LocalhostLog: filepath.Join(dir, "logs", "localhost.log"),
	}
	if err = s.prepare(ctx, c); err == nil {
		err = s.Restart(ctx)
	}
	if err != nil {
		s.Stop()
		return nil, fmt.Errorf("start Tomcat: %w", err)
	}
	return s, nil
}

// prepare fills CATALINA_BASE.
func (s *Server) prepare(ctx context.Context, c Config) error {
	ports, err := servers.FreePorts(2)
	if err != nil {
		return err
	}
	java, err := servers.JavaHome()
	if err != nil {
		return err
	}
	s.URL, s.AJPPort = "http://127.0.0.1:"+strconv.Itoa(ports[0]), ports[1]
	for _, d := range []string{"conf", "logs", "temp", "work", "webapps"} {
		if err := os.Mkdir(filepath.Join(s.Dir, d), 0o755); err != nil {
			return err
		}
	}
	if err := c.write(filepath.Join(s.Dir, "conf"), ports[0], ports[1]); err != nil {
		return err
	}
	if err := s.deploy(ctx, filepath.Join(java, "bin", "javac"), append([]string{"ROOT"}, c.Contexts...)); err != nil {
		return err
	}
	s.command = servers.Command{
		Name: "Tomcat",
		Path: filepath.Join(home, "bin", "catalina.sh"),
		Args: []string{"run"},
		Env: []string{
			"CATALINA_HOME=" + home, "CATALINA_BASE=" + s.Dir, "CATALINA_TMPDIR=" + filepath.Join(s.Dir, "temp"),
			"JAVA_HOME=" + java, "JAVA_OPTS=-Xmx128m -Djava.awt.headless=true", "CATALINA_PID=",
		},
		Dir: s.Dir, Log: s.CatalinaOut, Unprivileged: true,
	}
	return servers.GiveToNobody(s.Dir)
}

// deploy compiles the application once and puts it under every context.
func (s *Server) deploy(ctx context.Context, javac string, contexts []string) error {
	source := filepath.Join(s.Dir, "temp", "App.java")
	if err := os.WriteFile(source, appSource, 0o644); err != nil {
		return err
	}
	classes := filepath.Join(s.Dir, "temp", "classes")
	out, err := exec.CommandContext(ctx, javac, "-d", classes, "-cp", filepath.Join(home, "lib", "servlet-api.jar"), source).CombinedOutput()
	if err != nil {
		return fmt.Errorf("compile the application (run: go run ./internal/servers/install): %w\n%s", err, out)
	}
	for _, name := range contexts {
		inf := filepath.Join(s.Dir, "webapps", name, "WEB-INF")
		if err := os.CopyFS(filepath.Join(inf, "classes"), os.DirFS(classes)); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(inf, "web.xml"), []byte(webXML), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Restart starts the server again at the same ports after Kill or Quit, and
// returns when it answers.
func (s *Server) Restart(ctx context.Context) error {
	if s.process != nil {
		s.Quit()
	}
	p, err := servers.Launch(s.command)
	if err != nil {
		return err
	}
	s.process = p
	return p.Await(ctx, servers.Answers(s.URL+readyPath))
}

// Kill ends the server at once.
func (s *Server) Kill() { s.process.Kill() }

// Quit ends the server in order and leaves its logs for the test to read.
func (s *Server) Quit() { s.process.Stop(20 * time.Second) }

// Stop ends the server and removes Dir.
func (s *Server) Stop() {
	if s.process != nil {
		s.process.Kill() // nothing of it is kept, so nothing needs an orderly end
	}
	os.RemoveAll(s.Dir)
}
