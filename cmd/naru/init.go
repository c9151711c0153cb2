package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/naru-log/naru/internal/discover"
	"github.com/naru-log/naru/internal/discover/draft"
)

func initCommand() *cobra.Command {
	var output, root string
	var force bool
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a pipeline file for the web servers of this machine",
		Long: `Look for Apache, Nginx, Tomcat and uWSGI: the processes that run and their configuration,
or, where none runs, the places in which Debian, Red Hat and Alpine keep it. Write
a file with a pipeline for each log format in force, its paths and format filled
in. Nothing is asked and no server is touched. What cannot be read or is not
understood is said, with its file and line.`,
		Example: `  naru init
  naru init -o -                      # look at it first
  naru init --root /mnt/web           # the servers of another root directory`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runInit(cmd, output, root, force)
		},
	}
	fl := cmd.Flags()
	fl.StringVarP(&output, "output", "o", "naru.hcl", "`FILE` to write, or - for standard output")
	fl.StringVar(&root, "root", "/", "`DIR`ectory to take for the root, with its proc if it has one")
	fl.BoolVar(&force, "force", false, "overwrite the file if it is there")
	return cmd
}

func runInit(cmd *cobra.Command, output, root string, force bool) error {
	if info, err := os.Stat(root); err != nil {
		return usageError{fmt.Errorf("--root: %w", err)}
	} else if !info.IsDir() {
		return usageError{fmt.Errorf("--root %s: it is no directory", root)}
	}
	root, err := filepath.Abs(root)
	if err != nil {
		return fmt.Errorf("find the root directory: %w", err)
	}
	found := discover.Find(root)
	for _, p := range found.Problems {
		fmt.Fprintf(cmd.ErrOrStderr(), "naru: %s\n", p)
	}
	file, err := draft.Write(found)
	if errors.Is(err, draft.ErrNothing) {
		return nothingFound(found)
	}
	if err != nil {
		return err
	}
	if output == "-" {
		_, err := cmd.OutOrStdout().Write(file.Text)
		return err
	}
	if err := writeNew(output, file.Text, force); err != nil {
		return err
	}
	return nextSteps(cmd.OutOrStdout(), output, found, file)
}

func nothingFound(r *discover.Report) error {
	if len(r.Servers) == 0 {
		return errors.New("no Apache, Nginx, Tomcat or uWSGI runs here, and none has its configuration in the usual places; name another root directory with --root, or write a pipeline as in naru run --help")
	}
	return fmt.Errorf("%s found, but no log that could be followed", plural(len(r.Servers), "server"))
}

// writeNew writes a file that is not there yet, unless it may be overwritten.
func writeNew(name string, text []byte, force bool) error {
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if force {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(name, flags, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usageError{fmt.Errorf("%s is there already: overwrite it with --force, or write another with -o FILE", name)}
	}
	if err != nil {
		return fmt.Errorf("write the pipelines: %w", err)
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write the pipelines: %w", err)
	}
	return nil
}

func nextSteps(w io.Writer, name string, r *discover.Report, file *draft.File) error {
	_, err := fmt.Fprintf(w, `%s: %s for %s
Look at the documents:       naru run %s --once --stdout
Templates and dashboards:    naru setup %s --kibana URL
Ship them:                   naru run %s
`, name, plural(len(file.Pipelines), "pipeline"), plural(len(r.Servers), "server"), name, strings.Join(file.BuiltIn, " "), name)
	return err
}
