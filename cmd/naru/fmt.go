package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/naru-log/naru/agent"
	"github.com/naru-log/naru/agent/config"
)

func fmtCommand() *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "fmt PATH...",
		Short: "Bring .hcl files into canonical layout",
		Long:  "Bring .hcl files, and those in folders, into canonical layout and print the names\nof those that changed.",
		Args:  needArgs("a file or folder"),
		RunE: func(cmd *cobra.Command, args []string) error {
			changed, diags := config.FormatPaths(args, check, cmd.OutOrStdout())
			report(cmd.ErrOrStderr())(diags)
			if diags.HasErrors() {
				return agent.ErrConfig
			}
			if check && changed > 0 {
				return fmt.Errorf("%s not in canonical layout: run naru fmt without --check", plural(changed, "file"))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "change nothing; print what would change, exit status 1 if anything")
	return cmd
}
