package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/naru-log/naru/agent"
	"github.com/naru-log/naru/agent/config"
	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/demolog"
	"github.com/naru-log/naru/outputs/live"
)

// shownDocuments is how many documents the demo prints in full.
const shownDocuments = 2

type demoFlags struct {
	length time.Duration
	rate   int
}

func demoCommand() *cobra.Command {
	f := &demoFlags{}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show the main job on a machine with nothing else",
		Long: `Write the access log of an imaginary, busy Apache and run it through the built-in
pipeline apache, as it happens: documents first, then a picture of who comes and
what they get. With ELASTICSEARCH_HOSTS set the documents also go there.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	cmd.Flags().DurationVar(&f.length, "for", 15*time.Second, "how long to run; 0 until interrupted")
	cmd.Flags().IntVar(&f.rate, "rate", 2000, "lines to write per second")
	return cmd
}

func (f *demoFlags) run(cmd *cobra.Command) error {
	if f.rate < 1 {
		return usageError{fmt.Errorf("--rate %d: at least one line per second", f.rate)}
	}
	dir, err := os.MkdirTemp("", "naru-demo-")
	if err != nil {
		return fmt.Errorf("make a directory for the demo: %w", err)
	}
	err = f.runIn(cmd, dir)
	return errors.Join(err, os.RemoveAll(dir))
}

func (f *demoFlags) runIn(cmd *cobra.Command, dir string) error {
	out := cmd.OutOrStdout()
	logPath := filepath.Join(dir, "access.log")
	hosts := os.Getenv("ELASTICSEARCH_HOSTS")
	where := "Set ELASTICSEARCH_HOSTS to ship them."
	if hosts != "" {
		where = "They also go to " + hosts + ", data stream logs-apache.access-default."
	}
	fmt.Fprintf(out, "An imaginary Apache writes %d lines a second to %s.\nThe pipeline \"apache\" (naru run apache) turns them into documents. %s\n", f.rate, logPath, where)

	load, err := loadDemo(logPath)
	if err != nil {
		return err
	}
	screen := &screen{out: out, start: time.Now()}
	a, err := agent.New(agent.Options{
		Load: load, Report: report(cmd.ErrOrStderr()), StateDir: dir, Grace: grace, Version: versionText(),
		Log: newLogger(cmd.ErrOrStderr(), slog.LevelWarn), Stdout: io.Discard,
		Extra: screen.output, ExtraOnly: hosts == "",
	})
	if err != nil {
		return err
	}
	return f.play(cmd.Context(), a, screen, logPath)
}

// loadDemo loads the built-in pipeline of Apache's access log. The one of its
// error log is left out: there is none, and the screen shows one pipeline.
func loadDemo(logPath string) (func() (*config.Config, *config.Diagnostics), error) {
	l := &loader{args: []string{"apache"}, vars: []string{fmt.Sprintf("paths=[%q]", logPath)}}
	load, err := l.loadFunc()
	if err != nil {
		return nil, err
	}
	return func() (*config.Config, *config.Diagnostics) {
		cfg, diags := load()
		if cfg != nil {
			cfg.Pipelines = slices.DeleteFunc(cfg.Pipelines, func(p *config.Pipeline) bool { return p.Name != "apache_access" })
		}
		return cfg, diags
	}, nil
}

// play writes the log and runs the agent until the time is over or the user
// interrupts.
func (f *demoFlags) play(ctx context.Context, a *agent.Agent, s *screen, logPath string) error {
	if ctx == nil {
		ctx = context.Background()
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if f.length > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, f.length)
		defer cancel()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// Before the agent looks for it, and warns that it is not there.
	file, err := os.OpenFile(logPath, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write the demo's log: %w", err)
	}
	defer file.Close()
	var wg sync.WaitGroup
	var writeErr error
	wg.Go(func() {
		writeErr = writeLog(ctx, file, f.rate)
		cancel()
	})
	wg.Go(func() { s.run(ctx) })
	err = a.Run(ctx, context.WithoutCancel(ctx))
	cancel()
	wg.Wait()
	s.final()
	return errors.Join(err, writeErr)
}

// writeLog appends lines at a rate until ctx ends.
func writeLog(ctx context.Context, to io.Writer, rate int) error {
	gen := demolog.New(408)
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	start, written := time.Now(), 0
	var buf []byte
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-ticker.C:
			buf = buf[:0]
			for due := int(now.Sub(start).Seconds() * float64(rate)); written < due; written++ {
				buf = gen.Append(buf, now)
			}
			if _, err := to.Write(buf); err != nil {
				return fmt.Errorf("write the demo's log: %w", err)
			}
		}
	}
}

// screen shows the demo: the first documents in full, then a picture, redrawn
// every second on a terminal.
type screen struct {
	out   io.Writer
	start time.Time

	mu    sync.Mutex
	live  *live.Output
	lines int // height of the picture on the terminal
	total int
	at    time.Time
	rate  float64
}

// output is the agent's extra output.
func (s *screen) output(schema *event.Schema) (event.Output, error) {
	o, err := live.New(schema, shownDocuments, s.document)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.live = o
	s.mu.Unlock()
	return o, nil
}

func (s *screen) document(doc []byte) {
	var pretty bytes.Buffer
	if json.Indent(&pretty, doc, "", "  ") == nil {
		fmt.Fprintf(s.out, "\nDocument %.2f s after the start:\n%s\n", time.Since(s.start).Seconds(), pretty.Bytes())
	}
}

// run redraws until ctx ends.
func (s *screen) run(ctx context.Context) {
	every := 5 * time.Second
	if s.terminal() {
		every = time.Second
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.draw()
		}
	}
}

// draw replaces the picture on a terminal and appends it elsewhere.
func (s *screen) draw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	snapshot, now := s.live.Snapshot(), time.Now()
	if since := now.Sub(s.at); !s.at.IsZero() && since > 500*time.Millisecond {
		s.rate = float64(snapshot.Total-s.total) / since.Seconds()
	}
	s.total, s.at = snapshot.Total, now
	text := "\n" + snapshot.Render(now.Sub(s.start), s.rate)
	if s.terminal() {
		if s.lines > 0 {
			fmt.Fprintf(s.out, "\x1b[%dA\x1b[J", s.lines)
		}
		s.lines = strings.Count(text, "\n")
	}
	fmt.Fprint(s.out, text)
}

// final draws the last picture and says where to go from here.
func (s *screen) final() {
	s.draw()
	fmt.Fprint(s.out, "\nYour own log:  naru run apache --once --stdout --var 'paths=[\"/var/log/apache2/access.log\"]'\n")
}

func (s *screen) terminal() bool {
	f, ok := s.out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
