package grok

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/naru-log/naru/filters/grok/pattern"
	"github.com/naru-log/naru/filters/grok/pattern/bank"
	"github.com/naru-log/naru/internal/attr"
)

// define stacks the sources of pattern names: the block's own first, then
// files, then the library.
func define(c Config) (pattern.Definitions, error) {
	library := bank.Legacy
	if c.ECS {
		library = bank.ECS
	}
	fromFiles := pattern.Map{}
	var errs []error
	for i, name := range c.PatternFiles {
		if err := ReadPatterns(name, fromFiles); err != nil {
			errs = append(errs, attr.At("pattern_files", i, err))
		}
	}
	for i, dir := range c.PatternDirs {
		if err := readDir(dir, c.PatternFilesGlob, fromFiles); err != nil {
			errs = append(errs, attr.At("pattern_dirs", i, err))
		}
	}
	return pattern.Layers{pattern.Map(c.PatternDefinitions), fromFiles, pattern.Map(library())}, errors.Join(errs...)
}

// readDir reads the files of a folder that glob names, hidden ones aside, in
// order of their names.
func readDir(dir, glob string, into pattern.Map) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("read pattern folder: %w", err)
	}
	for _, entry := range entries {
		wanted, err := filepath.Match(glob, entry.Name())
		if err != nil {
			return fmt.Errorf("read pattern folder with glob %s: %w", glob, err)
		}
		if !wanted || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		if err := ReadPatterns(filepath.Join(dir, entry.Name()), into); err != nil {
			return err
		}
	}
	return nil
}

// ReadPatterns adds the patterns of a file to into. The file has NAME
// expression, one a line; empty lines and those that begin with # are comments.
// Blanks at the end of a line belong to the expression, as in Logstash. A name
// that comes again counts as it stands last.
func ReadPatterns(name string, into pattern.Map) error {
	file, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("read pattern file: %w", err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimLeft(strings.TrimPrefix(lines.Text(), "\ufeff"), " \t\r")
		if line == "" || line[0] == '#' {
			continue
		}
		i := strings.IndexAny(line+" ", " \t")
		expression := strings.TrimLeft(line[i:], " \t")
		if expression == "" {
			return fmt.Errorf("%s:%d: pattern %q has no expression: write NAME, a space, and the expression", name, n, line[:i])
		}
		into[line[:i]] = expression
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read pattern file %s: %w", name, err)
	}
	return nil
}
