package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/naru-log/naru/agent"
	"github.com/naru-log/naru/agent/config"
	"github.com/naru-log/naru/pipelines"
)

const pipelineHelp = `PIPELINE is an .hcl file, a folder of them, or the name of a built-in pipeline
(`

// pipelineLong appends what a PIPELINE is to a command's description.
func pipelineLong(text string) string {
	return text + "\n\n" + pipelineHelp + strings.Join(pipelines.Names(), ", ") + ")."
}

// loader reads the configuration that a command line names.
type loader struct {
	args []string
	vars []string
}

// flags adds --var to a command.
func (l *loader) flags(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&l.vars, "var", nil, "set a variable: `name=value`, an HCL value or plain text")
	cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return pipelines.Names(), cobra.ShellCompDirectiveDefault
	}
}

// loadFunc checks the flags and returns a function that loads the files.
func (l *loader) loadFunc() (func() (*config.Config, *config.Diagnostics), error) {
	vars := map[string]string{}
	for _, v := range l.vars {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return nil, usageError{fmt.Errorf("--var %s: write it as name=value", v)}
		}
		vars[name] = value
	}
	return func() (*config.Config, *config.Diagnostics) {
		return config.Load(l.args, config.Options{Kinds: agent.Kinds(), Vars: vars, Builtin: pipelines.FS(), Env: os.LookupEnv})
	}, nil
}

// report prints diagnostics for people.
func report(w io.Writer) func(*config.Diagnostics) {
	return func(d *config.Diagnostics) {
		if len(d.Diagnostics) > 0 {
			_ = d.Write(w) // standard error is the last place to complain
		}
	}
}

// stateDir is where state is kept unless the user says otherwise.
func stateDir() string {
	if os.Geteuid() == 0 {
		return "/var/lib/naru"
	}
	if dir := os.Getenv("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "naru")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ".naru"
	}
	return filepath.Join(home, ".local", "state", "naru")
}

// makeStateDir makes the directory, readable by its owner alone: dead letters
// hold log lines.
func makeStateDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make state directory: %w (choose another with --state DIR)", err)
	}
	return nil
}

func newLogger(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}
