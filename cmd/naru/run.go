package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/naru-log/naru/agent"
	"github.com/naru-log/naru/agent/config"
	"github.com/naru-log/naru/pipelines"
)

// grace is how long a stop may take to deliver what was read. It is shorter
// than what systemd, Docker and Kubernetes wait before they kill.
const grace = 8 * time.Second

type runFlags struct {
	loader
	once, stdout bool
	state, admin string
	verbose      bool
}

func runCommand() *cobra.Command {
	f := &runFlags{}
	cmd := &cobra.Command{
		Use:   "run PIPELINE...",
		Short: "Run pipelines until stopped",
		Long: pipelineLong(`Run pipelines until SIGTERM or SIGINT, which delivers what was read and stops; a
second signal stops at once and still loses nothing. SIGHUP, or a change of a
file, reloads; a configuration with errors leaves the old one running.`),
		Example: `  naru run apache
  naru run pipelines/ --state /var/lib/naru
  naru run my.hcl --once --stdout --var 'paths=["/tmp/access.log"]'`,
		Args: needArgs("a pipeline to run"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.args = args
			return f.run(cmd)
		},
	}
	f.flags(cmd)
	fl := cmd.Flags()
	fl.BoolVar(&f.once, "once", false, "read to the end of what is there, deliver it and exit")
	fl.BoolVar(&f.stdout, "stdout", false, "print documents on standard output instead of the pipelines' outputs;\nkeeps no state unless --state is given")
	fl.StringVar(&f.state, "state", "", "`directory` of the checkpoint and the dead letters (default "+stateDir()+")")
	fl.StringVar(&f.admin, "admin", "", "`address` of /metrics, /healthz and /readyz, or off (default 127.0.0.1:9600;\noff with --once)")
	fl.BoolVarP(&f.verbose, "verbose", "v", false, "log more")
	return cmd
}

func (f *runFlags) run(cmd *cobra.Command) error {
	keepHeapSmall()
	load, err := f.loadFunc()
	if err != nil {
		return err
	}
	cfg, diags := load() // the block agent decides where state lies, so look first
	show := report(cmd.ErrOrStderr())
	if diags.HasErrors() {
		show(diags)
		return agent.ErrConfig
	}
	dir, done, err := f.stateDir(cfg)
	if err != nil {
		return err
	}
	level := cfg.Agent.LogLevel
	if f.verbose {
		level = slog.LevelDebug
	}
	a, err := agent.New(agent.Options{
		Load: load, Report: show, Watch: f.watch(), StateDir: dir, Admin: f.adminAddress(cfg),
		Once: f.once, ToStdout: f.stdout, Stdout: cmd.OutOrStdout(), Grace: grace,
		Version: versionText(), Log: newLogger(cmd.ErrOrStderr(), level),
	})
	if err != nil {
		return errors.Join(err, done())
	}
	return errors.Join(supervise(cmd.Context(), a), done())
}

// keepHeapSmall makes the collector run at half of the usual headroom, unless
// the environment says otherwise. Lines make no garbage, so collections are rare
// all the same: at full speed it takes 8 MB of 64 less, for 2 % of the time.
func keepHeapSmall() {
	const percent = 50
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}

// stateDir makes the state directory, and a function that cleans up.
func (f *runFlags) stateDir(cfg *config.Config) (string, func() error, error) {
	nothing := func() error { return nil }
	if f.stdout && f.state == "" {
		dir, err := os.MkdirTemp("", "naru-")
		if err != nil {
			return "", nothing, fmt.Errorf("make a state directory for this run: %w", err)
		}
		return dir, func() error { return os.RemoveAll(dir) }, nil
	}
	dir := cmp.Or(f.state, cfg.Agent.StateDir, stateDir())
	return dir, nothing, makeStateDir(dir)
}

func (f *runFlags) adminAddress(cfg *config.Config) string {
	addr := f.admin
	if addr == "" && !f.once {
		addr = cmp.Or(cfg.Agent.Admin, "127.0.0.1:9600")
	}
	if addr == "off" {
		return ""
	}
	return addr
}

// watch lists the arguments that are files or folders.
func (f *runFlags) watch() []string {
	var paths []string
	for _, arg := range f.args {
		if !slices.Contains(pipelines.Names(), arg) {
			paths = append(paths, arg)
		}
	}
	return paths
}

// supervise runs the agent under the process's signals: the first SIGTERM or
// SIGINT drains, the second ends at once, SIGHUP reloads.
func supervise(ctx context.Context, a *agent.Agent) error {
	if ctx == nil {
		ctx = context.Background()
	}
	read, drain := context.WithCancel(ctx)
	defer drain()
	hard, quit := context.WithCancel(ctx)
	defer quit()
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	defer signal.Stop(signals)
	finished := make(chan struct{})
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		for {
			select {
			case s := <-signals:
				switch {
				case s == syscall.SIGHUP:
					a.Reload()
				case read.Err() == nil:
					drain()
				default:
					quit()
				}
			case <-finished:
				return
			}
		}
	}()
	err := a.Run(read, hard)
	close(finished)
	<-listening
	return err
}
