package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/naru-log/naru/checkpoint"
)

// stateCommand lists what the checkpoint says. It does not need the lock, so a
// running naru is not disturbed.
func stateCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "state",
		Short: "List files, how far they are delivered, and the lag",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			entries, err := checkpoint.Read(cmp.Or(dir, stateDir()))
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			fmt.Fprintln(w, "INPUT\tFILE\tDELIVERED\tLAG\tLAST SEEN")
			for _, e := range entries {
				fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\n", e.Namespace, cmp.Or(e.Location, e.Path), e.Offset, lag(e), e.Seen.Format(time.DateTime))
			}
			return w.Flush()
		},
	}
	cmd.Flags().StringVar(&dir, "state", "", "state `directory` (default "+stateDir()+")")
	return cmd
}

// lag says how many bytes of a file are not delivered.
func lag(e checkpoint.Entry) string {
	if e.Finished {
		return "done"
	}
	if e.Compressed {
		return "compressed"
	}
	info, err := os.Stat(cmp.Or(e.Location, e.Path))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "file is gone"
	case err != nil:
		return "?"
	}
	return fmt.Sprintf("%d", max(0, info.Size()-e.Offset))
}
