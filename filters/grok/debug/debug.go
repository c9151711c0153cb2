// Package debug is the grok debugger of the command line: it shows per line
// what a pattern captures, or how far a line fits, and proposes patterns for
// lines that nobody has written one for.
package debug

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/naru-log/naru/filters/grok/pattern"
	"github.com/naru-log/naru/filters/grok/pattern/bank"
)

// Options say what to do with the lines.
type Options struct {
	// Pattern is the grok expression; unused with Suggest.
	Pattern string
	// Legacy takes the library with Logstash's older field names instead of
	// the one with those of the Elastic Common Schema.
	Legacy bool
	// Definitions are looked up before the library; nil has none.
	Definitions pattern.Definitions
	// UnicodeWord and InlineDefinitions are those of the engine's options.
	UnicodeWord       bool
	InlineDefinitions bool
	// JSON writes one object a line, for scripts, instead of text for people.
	JSON bool
	// Width is how many columns lines are shortened to in text for people; 0
	// stands for 160.
	Width int
	// Suggest proposes patterns for the lines instead of matching them.
	Suggest bool
}

func (o Options) library() map[string]string {
	if o.Legacy {
		return bank.Legacy()
	}
	return bank.ECS()
}

func (o Options) compile(expression string, library map[string]string) (*pattern.Pattern, error) {
	return pattern.Compile(expression, pattern.Options{
		Definitions:       pattern.Layers{o.Definitions, pattern.Map(library)},
		UnicodeWord:       o.UnicodeWord,
		InlineDefinitions: o.InlineDefinitions,
	})
}

// Run reads lines from in until it ends and writes to out what the options
// ask for. A line that does not match is no error; an expression that does
// not compile is, as a *pattern.SyntaxError, and so is a line longer than
// 16 MiB. Run gives up when ctx ends, between two lines.
func Run(ctx context.Context, opt Options, in io.Reader, out io.Writer) error {
	w := bufio.NewWriter(out)
	err := run(ctx, opt, in, w)
	return errors.Join(err, w.Flush())
}

func run(ctx context.Context, opt Options, in io.Reader, w *bufio.Writer) error {
	lines := newLineReader(in)
	if opt.Suggest {
		return suggest(ctx, opt, lines, w)
	}
	p, err := opt.compile(opt.Pattern, opt.library())
	if err != nil {
		return err
	}
	const defaultWidth = 160
	var show lineWriter = &report{w: w, pattern: p, width: cmp.Or(opt.Width, defaultWidth), unicode: opt.UnicodeWord}
	if opt.JSON {
		show = &objects{w: w}
	}
	m := p.NewMatcher()
	for ctx.Err() == nil {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			return show.end()
		}
		if err != nil {
			return err
		}
		if err := show.line(lines.number, line, m, m.Match(line)); err != nil {
			return fmt.Errorf("write line %d: %w", lines.number, err)
		}
		if lines.waiting() {
			if err := w.Flush(); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// Fault shows where the fault is in the text that it is in: two lines, the
// second with a caret.
func Fault(e *pattern.SyntaxError) string {
	const width = 76
	shown, column := window([]byte(e.Text), min(max(e.Offset, 0), len(e.Text)), width)
	return indent + shown + "\n" + indent + strings.Repeat(" ", column) + "^"
}

// A lineWriter writes what became of each line, and at last of all of them.
type lineWriter interface {
	line(number int, line []byte, m *pattern.Matcher, r pattern.Result) error
	end() error
}
