package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/naru-log/naru/agent"
	"github.com/naru-log/naru/agent/config"
)

// loadAll loads a configuration and reports what is wrong with it.
func (l *loader) loadAll(cmd *cobra.Command, args []string) (*config.Config, error) {
	l.args = args
	load, err := l.loadFunc()
	if err != nil {
		return nil, err
	}
	cfg, diags := load()
	report(cmd.ErrOrStderr())(diags)
	if diags.HasErrors() {
		return nil, agent.ErrConfig
	}
	return cfg, nil
}

func checkCommand() *cobra.Command {
	l := &loader{}
	var connect bool
	cmd := &cobra.Command{
		Use:   "check PIPELINE...",
		Short: "Load, type-check and compile pipelines",
		Long:  pipelineLong("Load, type-check and compile pipelines. Exit status 0, or 2 with what is wrong\nand where."),
		Args:  needArgs("a pipeline to check"),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := l.loadAll(cmd, args)
			if err != nil {
				return err
			}
			diags := cfg.NewDiagnostics(agent.Check(cfg))
			report(cmd.ErrOrStderr())(diags)
			if diags.HasErrors() {
				return agent.ErrConfig
			}
			if connect {
				if err := agent.Connect(cmd.Context(), cfg, cmd.OutOrStdout()); err != nil {
					return err
				}
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s, %s: fine\n", plural(len(cfg.Pipelines), "pipeline"), plural(len(cfg.Tests), "test"))
			return err
		},
	}
	l.flags(cmd)
	cmd.Flags().BoolVar(&connect, "connect", false, "also ask the outputs whether they take documents")
	return cmd
}

func testCommand() *cobra.Command {
	l := &loader{}
	cmd := &cobra.Command{
		Use:   "test PIPELINE...",
		Short: "Run the test blocks of pipelines",
		Long:  pipelineLong("Run the test blocks of pipelines: each line goes through the filters, and the\ndocument is compared. Prints what differs."),
		Args:  needArgs("a pipeline to test"),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := l.loadAll(cmd, args)
			if err != nil {
				return err
			}
			failed, diags := agent.Test(cfg, cmd.OutOrStdout())
			report(cmd.ErrOrStderr())(cfg.NewDiagnostics(diags))
			if diags.HasErrors() {
				return agent.ErrConfig
			}
			if failed > 0 {
				return fmt.Errorf("%d of %s failed", failed, plural(len(cfg.Tests), "test"))
			}
			if len(cfg.Tests) == 0 {
				return errors.New("there are no test blocks in these files")
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s passed\n", plural(len(cfg.Tests), "test"))
			return err
		},
	}
	l.flags(cmd)
	return cmd
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
