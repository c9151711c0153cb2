package main

import (
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/naru-log/naru/agent/setup"
)

func setupCommand() *cobra.Command {
	l := &loader{}
	var kibana string
	cmd := &cobra.Command{
		Use:   "setup PIPELINE...",
		Short: "Prepare Elasticsearch and Kibana for the pipelines' documents",
		Long: pipelineLong(`Put index templates with ECS mappings, a lifecycle policy and data streams into
the clusters that the pipelines ship to, and with --kibana the dashboards into
Kibana. It may be repeated.`),
		Example: "  ELASTICSEARCH_HOSTS=http://es:9200 naru setup apache --kibana http://kibana:5601",
		Args:    needArgs("a pipeline to set up for"),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := l.loadAll(cmd, args)
			if err != nil {
				return err
			}
			return setup.Run(cmd.Context(), cfg, setup.Options{Kibana: kibana, Out: cmd.OutOrStdout(), Log: newLogger(cmd.ErrOrStderr(), slog.LevelWarn)})
		},
	}
	l.flags(cmd)
	cmd.Flags().StringVar(&kibana, "kibana", os.Getenv("KIBANA_URL"), "`URL` of Kibana, to import the dashboards (or KIBANA_URL)")
	return cmd
}
