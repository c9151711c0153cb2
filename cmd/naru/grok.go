package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/naru-log/naru/filters/grok"
	"github.com/naru-log/naru/filters/grok/debug"
	"github.com/naru-log/naru/filters/grok/pattern"
)

func grokCommand() *cobra.Command {
	var opt debug.Options
	var patternFiles []string
	cmd := &cobra.Command{
		Use:   "grok PATTERN [FILE]",
		Short: "Try a grok pattern on lines, or have one suggested",
		Long: `Show for each line of FILE, or of standard input, what PATTERN captures; for one
that does not match how far it got and which part stopped there. With --suggest
propose patterns of the library for the lines instead, the best first.`,
		Example: `  naru grok '%{HTTPD_COMBINEDLOG}' access.log
  tail -f app.log | naru grok --json '%{TIMESTAMP_ISO8601:time} %{LOGLEVEL:log.level} %{GREEDYDATA:message}'
  naru grok --suggest app.log`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case opt.Suggest && opt.JSON:
				return usageError{errors.New("naru grok --suggest: its proposals have no JSON form, leave --json out")}
			case opt.Suggest && len(args) > 1:
				return usageError{errors.New("naru grok --suggest: name one file, or none for standard input")}
			case !opt.Suggest && (len(args) == 0 || len(args) > 2):
				return usageError{errors.New("naru grok: give a pattern and at most one file, see naru grok --help")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if !opt.Suggest {
				opt.Pattern, args = args[0], args[1:]
			}
			own := pattern.Map{}
			for _, name := range patternFiles {
				if err := grok.ReadPatterns(name, own); err != nil {
					return usageError{err}
				}
			}
			opt.Definitions = own
			return runGrok(cmd, opt, args)
		},
	}
	fl := cmd.Flags()
	fl.BoolVar(&opt.JSON, "json", false, "print one JSON object a line, for scripts")
	fl.BoolVar(&opt.Legacy, "legacy", false, "use the library's older field names, such as clientip")
	fl.BoolVar(&opt.Suggest, "suggest", false, "propose patterns for the lines")
	fl.StringArrayVar(&patternFiles, "patterns", nil, "read patterns of your own from `FILE`: NAME expression, one a line (repeatable)")
	fl.BoolVar(&opt.InlineDefinitions, "inline-definitions", false, "let %{NAME:field=regex} define NAME, as in a pipeline; without it the definition is ignored, as by Elasticsearch")
	fl.BoolVar(&opt.UnicodeWord, "unicode-words", false, "let \\w, \\d and \\s match letters of all scripts")
	return cmd
}

func runGrok(cmd *cobra.Command, opt debug.Options, files []string) error {
	var in io.Reader = cmd.InOrStdin()
	if len(files) > 0 && files[0] != "-" {
		f, err := os.Open(files[0])
		if err != nil {
			return fmt.Errorf("read lines: %w", err)
		}
		defer f.Close()
		in = f
	}
	ctx := cmd.Context()
	if ctx == nil {
		ctx = context.Background()
	}
	out := cmd.OutOrStdout()
	if f, ok := out.(*os.File); ok {
		opt.Width, _, _ = term.GetSize(int(f.Fd())) // 0 if it is no terminal
	}
	err := debug.Run(ctx, opt, in, out)
	if fault, bad := errors.AsType[*pattern.SyntaxError](err); bad {
		text := debug.Fault(fault)
		if !opt.InlineDefinitions && strings.HasPrefix(fault.Construct, "%{") && strings.Contains(fault.Construct, "=") {
			text += "\nWith --inline-definitions it defines the pattern."
		}
		return usageError{fmt.Errorf("%w\n%s", err, text)}
	}
	return err
}
