// Command naru follows the logs of web servers, parses and enriches each line
// and puts ECS documents into Elasticsearch.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/naru-log/naru/agent"
)

// Exit statuses.
const (
	exitDone  = 0
	exitRun   = 1 // failed at run time
	exitUsage = 2 // wrong usage or configuration
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the program with its surroundings handed in, and gives its exit status.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := rootCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return exitStatus(root.Execute(), stderr)
}

// usageError marks an error as the user's: exit status 2.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// errReported is an error that the user has already been told about.
var errReported = errors.New("reported")

// exitStatus prints an error, unless it was reported, and gives its status.
func exitStatus(err error, stderr io.Writer) int {
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, agent.ErrConfig):
		return exitUsage
	case errors.Is(err, errReported):
		return exitRun
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "naru: %v\n", err)
		return exitUsage
	}
	fmt.Fprintf(stderr, "naru: %v\n", err)
	return exitRun
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "naru",
		Short: "Follow web-server logs and put ECS documents into Elasticsearch",
		Long: `naru follows the logs of web servers, parses and enriches each line, and puts
ECS documents into Elasticsearch or OpenSearch, each exactly once.

See it work, with nothing installed:   naru demo
Look at your own log on the terminal:  naru run apache --once --stdout --var 'paths=["/var/log/apache2/access.log"]'
Ship it:                               ELASTICSEARCH_HOSTS=http://es:9200 naru run apache`,
		SilenceErrors:              true,
		SilenceUsage:               true,
		SuggestionsMinimumDistance: 2,
		RunE: func(cmd *cobra.Command, args []string) error {
			return cmd.Help()
		},
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			hint := ""
			if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
				hint = fmt.Sprintf(" Did you mean %q?", near[0])
			}
			return usageError{fmt.Errorf("unknown command %q.%s Run naru --help for the list", args[0], hint)}
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w\nRun %s --help for the flags", err, cmd.CommandPath())}
	})
	root.AddCommand(initCommand(), runCommand(), checkCommand(), testCommand(), fmtCommand(), grokCommand(), setupCommand(), demoCommand(), stateCommand(), replayCommand(), healthCommand(), versionCommand())
	return root
}

// needArgs refuses a command line without arguments.
func needArgs(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usageError{fmt.Errorf("%s: name %s, see %s --help", cmd.CommandPath(), what, cmd.CommandPath())}
		}
		return nil
	}
}

// version is what the build says about itself. A release sets it with the
// linker.
var version = ""

func versionText() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "0.1.0-dev"
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "naru %s\n", versionText())
			return err
		},
	}
}
