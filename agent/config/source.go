package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/naru-log/naru/expr"
)

// maxSource is the largest file that is taken for a configuration, in bytes.
const maxSource = 16 << 20

// source is the text of one file.
type source struct {
	name  string // as shown in diagnostics
	dir   string // relative paths given to file() start here
	bytes []byte
}

// sources reads what the arguments name. An argument without a slash and
// without .hcl is a built-in pipeline when there is one of that name.
func (l *loader) sources(args []string) ([]source, hcl.Diagnostics) {
	if len(args) == 0 {
		return nil, hcl.Diagnostics{errorAt(nil, "Nothing to load", "Name an .hcl file, a folder of them, or a built-in pipeline.%s", l.builtinList())}
	}
	var all []source
	var diags hcl.Diagnostics
	for _, arg := range args {
		found, err := l.resolve(arg)
		if err != nil {
			diags = append(diags, errorAt(nil, "Cannot load "+arg, "%s", sentence(err)))
			continue
		}
		all = append(all, found...)
	}
	return all, diags
}

// builtinPrefix begins the file names of built-in pipelines in diagnostics.
const builtinPrefix = "built-in "

// IsBuiltin reports whether a range is in a built-in pipeline.
func IsBuiltin(r *hcl.Range) bool { return r != nil && strings.HasPrefix(r.Filename, builtinPrefix) }

func (l *loader) resolve(arg string) ([]source, error) {
	name := !strings.ContainsAny(arg, `/\`) && !strings.HasSuffix(arg, ".hcl")
	if name && l.options.Builtin != nil {
		text, err := fs.ReadFile(l.options.Builtin, arg+".hcl")
		if err == nil {
			return []source{{name: builtinPrefix + arg + ".hcl", dir: ".", bytes: text}}, nil
		}
	}
	info, err := os.Stat(arg)
	switch {
	case errors.Is(err, fs.ErrNotExist) && name:
		return nil, fmt.Errorf("there is no built-in pipeline, file or folder of this name.%s%s", expr.Suggest(arg, l.builtins()), l.builtinList())
	case err != nil:
		return nil, err
	case info.IsDir():
		return readFolder(arg)
	case !strings.HasSuffix(arg, ".hcl"):
		return nil, errors.New("a pipeline is a file that ends in .hcl")
	}
	src, err := readSource(arg)
	return []source{src}, err
}

func readFolder(dir string) ([]source, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []source
	for _, entry := range entries {
		if entry.IsDir() || !strings.HasSuffix(entry.Name(), ".hcl") || strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		src, err := readSource(filepath.Join(dir, entry.Name()))
		if err != nil {
			return nil, err
		}
		all = append(all, src)
	}
	if len(all) == 0 {
		return nil, errors.New("the folder has no .hcl file")
	}
	return all, nil
}

func readSource(path string) (source, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return source{}, err
	case !info.Mode().IsRegular():
		return source{}, fmt.Errorf("%s is not a regular file", path)
	case info.Size() > maxSource:
		return source{}, fmt.Errorf("%s has %d bytes, too many for a configuration", path, info.Size())
	}
	text, err := os.ReadFile(path)
	return source{name: path, dir: filepath.Dir(path), bytes: text}, err
}

// builtins lists the names of the built-in pipelines.
func (l *loader) builtins() []string {
	if l.options.Builtin == nil {
		return nil
	}
	var names []string
	files, err := fs.Glob(l.options.Builtin, "*.hcl")
	if err != nil {
		return nil // the pattern is well formed
	}
	for _, file := range files {
		names = append(names, strings.TrimSuffix(file, ".hcl"))
	}
	slices.Sort(names)
	return names
}

func (l *loader) builtinList() string {
	names := l.builtins()
	if len(names) == 0 {
		return ""
	}
	return " Built-in are: " + strings.Join(names, ", ") + "."
}

// listed gives the names of a set in order, for messages.
func listed[V any](set map[string]V) string {
	names := make([]string, 0, len(set))
	for name := range set {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// sentence gives an error's text with a capital letter and a full stop.
func sentence(err error) string {
	text := err.Error()
	if text == "" {
		return text
	}
	text = strings.ToUpper(text[:1]) + text[1:]
	if strings.HasSuffix(text, ".") || strings.HasSuffix(text, "?") {
		return text
	}
	return text + "."
}
