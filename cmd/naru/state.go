package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/naru-log/naru/checkpoint"
)

// stateCommand lists what the checkpoint says, whether naru runs or not: it does
// not need the lock.
func stateCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "state",
		Short: "List files, how far they are delivered, and the lag",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir := cmp.Or(dir, stateDir())
			entries, err := checkpoint.Read(dir)
			if len(entries) == 0 && err == nil {
				fmt.Fprintf(cmd.ErrOrStderr(), "no files are known in %s: naru has read nothing yet with this state directory\n", dir)
				return nil
			}
			if len(entries) == 0 {
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			fmt.Fprintln(w, "INPUT\tFILE\tDELIVERED\tLAG\tLAST SEEN")
			for _, e := range entries {
				fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\n", e.Namespace, cmp.Or(e.Location, e.Path), e.Offset, lag(e), e.Seen.Format(time.DateTime))
			}
			return errors.Join(w.Flush(), err) // a damaged checkpoint is listed as far as it goes
		},
	}
	cmd.Flags().StringVar(&dir, "state", "", "state `directory` (default "+stateDir()+")")
	return cmd
}

// lag says how many bytes of a file are not delivered, or why that is not known.
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
		return "unknown: " + errors.Unwrap(err).Error()
	case !isEntry(info, e):
		return "rotated away" // what lies there is another file
	case info.Size() < e.Offset:
		return "truncated"
	}
	return strconv.FormatInt(info.Size()-e.Offset, 10)
}

// isEntry reports whether info is of the file that the entry is about.
func isEntry(info os.FileInfo, e checkpoint.Entry) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return !ok || uint64(st.Dev) == e.Device && st.Ino == e.Inode
}
