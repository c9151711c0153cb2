package config

import (
	"io"

	"github.com/hashicorp/hcl/v2"
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

// Write prints the diagnostics for people, in colour and as wide as the terminal
// when w is one.
func (d *Diagnostics) Write(w io.Writer) error {
	return hcl.NewDiagnosticTextWriter(w, d.Files, 0, false).WriteDiagnostics(d.Diagnostics)
}
