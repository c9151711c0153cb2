package config

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// Format gives the canonical layout of a file: indentation, aligned equals
// signs, a newline at the end. Lines are not broken or joined.
func Format(name string, src []byte) ([]byte, hcl.Diagnostics) {
	hidden := hideReferences(src)
	if _, diags := hclsyntax.ParseConfig(hidden, name, hcl.InitialPos); diags.HasErrors() {
		return nil, diags
	}
	out := bytes.TrimRight(showReferences(hclwrite.Format(hidden)), "\r\n\t ")
	if len(out) == 0 {
		return nil, nil
	}
	return append(out, '\n'), nil
}

// FormatPaths brings files, and the .hcl files below folders, into canonical
// layout. With check it changes nothing and prints the differences instead.
// Otherwise it prints the names of the files that it changed. It returns how
// many files are not, or were not, canonical.
func FormatPaths(paths []string, check bool, out io.Writer) (int, *Diagnostics) {
	result := &Diagnostics{Files: make(map[string]*hcl.File)}
	changed := 0
	for _, path := range paths {
		err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if entry.IsDir() || name != path && filepath.Ext(name) != ".hcl" {
				return nil
			}
			different, diags, err := formatFile(name, check, out, result.Files)
			if different {
				changed++
			}
			result.Diagnostics = append(result.Diagnostics, diags...)
			return err
		})
		if err != nil {
			result.Diagnostics = append(result.Diagnostics, errorAt(nil, "Cannot format "+path, "%s.", err))
		}
	}
	return changed, result
}

func formatFile(name string, check bool, out io.Writer, files map[string]*hcl.File) (bool, hcl.Diagnostics, error) {
	src, err := readSource(name)
	if err != nil {
		return false, nil, err
	}
	want, diags := Format(name, src.bytes)
	if diags.HasErrors() {
		files[name] = &hcl.File{Bytes: src.bytes}
		return false, diags, nil
	}
	if bytes.Equal(want, src.bytes) {
		return false, nil, nil
	}
	if check {
		_, err = io.WriteString(out, Diff(name, src.bytes, want))
		return true, nil, err
	}
	if err := replaceFile(name, want); err != nil {
		return false, nil, err
	}
	_, err = fmt.Fprintln(out, name)
	return true, nil, err
}

// replaceFile writes a file beside the old one and renames it, so that nobody
// sees half of it.
func replaceFile(name string, text []byte) (err error) {
	if resolved, err := filepath.EvalSymlinks(name); err == nil {
		name = resolved
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // the error that counts is err
		}
	}()
	_, err = f.Write(text)
	if err == nil {
		err = f.Chmod(info.Mode().Perm())
	}
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// diffContext is how many equal lines stand around a difference.
const diffContext = 3

// Diff shows how Format changes a file, in unified format. Since lines are
// neither broken nor joined, line n stays line n; only empty lines at the end
// may go.
func Diff(name string, old, formatted []byte) string {
	a, b := lines(old), lines(formatted)
	var out strings.Builder
	fmt.Fprintf(&out, "--- %s\n+++ %s (formatted)\n", name, name)
	for at := 0; at < len(a); {
		first := at
		for first < len(a) && first < len(b) && a[first] == b[first] {
			first++
		}
		if first == len(a) {
			break
		}
		last := lastDifference(a, b, first)
		from, to := max(at, first-diffContext), min(len(a), last+1+diffContext)
		writeHunk(&out, a, b, from, first, last, to)
		at = to
	}
	return out.String()
}

// lastDifference finds the end of a group of differences that are close enough
// to stand in one hunk.
func lastDifference(a, b []string, first int) int {
	last := first
	for i := first; i < len(a) && i <= last+2*diffContext; i++ {
		if i >= len(b) || a[i] != b[i] {
			last = i
		}
	}
	return last
}

func writeHunk(out *strings.Builder, a, b []string, from, first, last, to int) {
	fmt.Fprintf(out, "@@ -%d,%d +%d,%d @@\n", from+1, to-from, from+1, max(0, min(to, len(b))-from))
	write := func(sign string, lines []string) {
		for _, line := range lines {
			text, ended := strings.CutSuffix(line, "\n")
			out.WriteString(sign + text + "\n")
			if !ended {
				out.WriteString("\\ No newline at end of file\n")
			}
		}
	}
	write(" ", a[from:first])
	for first <= last {
		run := first
		for run <= last && (run >= len(b) || a[run] != b[run]) {
			run++
		}
		write("-", a[first:run])
		write("+", b[min(first, len(b)):min(run, len(b))])
		first = run
		for first <= last && first < len(b) && a[first] == b[first] {
			first++
		}
		write(" ", a[run:min(first, len(a))])
	}
	write(" ", a[last+1:to])
}

func lines(text []byte) []string {
	var all []string
	for line := range strings.Lines(string(text)) {
		all = append(all, line)
	}
	return all
}
