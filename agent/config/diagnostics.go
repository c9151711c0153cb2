package config

import (
	"bytes"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"golang.org/x/term"
	"golang.org/x/text/width"
)

// Diagnostics are errors and warnings about files, with the files.
type Diagnostics struct {
	hcl.Diagnostics
	Files map[string]*hcl.File
}

// NewDiagnostics puts diagnostics of a loaded configuration with its files.
func (c *Config) NewDiagnostics(diags hcl.Diagnostics) *Diagnostics {
	return &Diagnostics{Diagnostics: diags, Files: c.Files}
}

// Write prints the diagnostics for people. When w is a terminal they are as wide
// as it is, and in colour unless the environment has NO_COLOR; otherwise the
// part of a line that is meant is marked below it.
func (d *Diagnostics) Write(w io.Writer) error {
	columns, colour := uint(0), false
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 20 {
			columns = uint(n)
		}
		colour = os.Getenv("NO_COLOR") == ""
	}
	if colour {
		return hcl.NewDiagnosticTextWriter(w, d.Files, columns, true).WriteDiagnostics(d.Diagnostics)
	}
	var text bytes.Buffer
	for _, diag := range d.Diagnostics {
		text.Reset()
		if err := hcl.NewDiagnosticTextWriter(&text, d.Files, columns, true).WriteDiagnostic(diag); err != nil {
			return err
		}
		if _, err := io.WriteString(w, marked(text.String())); err != nil {
			return err
		}
	}
	return nil
}

// What HCL's writer puts around the part of a line that is meant, and around
// the word Error or Warning.
const (
	highlight = "\x1b[1;4m"
	reset     = "\x1b[0m"
)

var plainly = strings.NewReplacer(highlight, "", reset, "", "\x1b[31m", "", "\x1b[33m", "")

// marked takes the colours out of a diagnostic. When they point out a part of
// just one line, that part is marked on a line below.
func marked(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		out.WriteString(plainly.Replace(line))
		before, rest, found := strings.Cut(line, highlight)
		part, _, _ := strings.Cut(rest, reset)
		if found && part != "" && strings.Count(text, highlight) == 1 {
			out.WriteString(blank(before) + strings.Repeat("^", columns(part)) + "\n")
		}
	}
	return out.String()
}

// blank is as wide as a text and has nothing but white space.
func blank(text string) string {
	var out strings.Builder
	for _, r := range text {
		if r == '\t' {
			out.WriteByte('\t')
			continue
		}
		out.WriteString(strings.Repeat(" ", runeColumns(r)))
	}
	return out.String()
}

func columns(text string) int {
	n := 0
	for _, r := range text {
		n += runeColumns(r)
	}
	return n
}

// runeColumns is how many columns of a terminal a character takes.
func runeColumns(r rune) int {
	if r < utf8.RuneSelf {
		return 1
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}
