package config

import (
	"io"
	"os"

	"github.com/hashicorp/hcl/v2"
	"golang.org/x/term"
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
// as it is, and in colour unless the environment has NO_COLOR.
func (d *Diagnostics) Write(w io.Writer) error {
	width, colour := uint(0), false
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 20 {
			width = uint(columns)
		}
		colour = os.Getenv("NO_COLOR") == ""
	}
	return hcl.NewDiagnosticTextWriter(w, d.Files, width, colour).WriteDiagnostics(d.Diagnostics)
}
