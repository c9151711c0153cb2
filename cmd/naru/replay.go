package main

import (
	"cmp"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/naru-log/naru/agent"
)

func replayCommand() *cobra.Command {
	l := &loader{}
	var dir string
	cmd := &cobra.Command{
		Use:   "replay PIPELINE...",
		Short: "Send dead letters again",
		Long: pipelineLong(`Send the documents that an output refused, and that lie in the state directory,
again: to the outputs of these pipelines, with the ids that they had, so that
none is stored twice. What is refused again stays a dead letter. A running naru
is not disturbed.`),
		Args: needArgs("the pipelines whose outputs take the documents"),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := l.loadAll(cmd, args)
			if err != nil {
				return err
			}
			return agent.Replay(cmd.Context(), cfg, cmp.Or(dir, cfg.Agent.StateDir, stateDir()), cmd.OutOrStdout(), newLogger(cmd.ErrOrStderr(), slog.LevelInfo))
		},
	}
	l.flags(cmd)
	cmd.Flags().StringVar(&dir, "state", "", "state `directory` (default "+stateDir()+")")
	return cmd
}
