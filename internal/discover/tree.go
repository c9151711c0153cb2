package discover

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	securejoin "github.com/cyphar/filepath-securejoin"
)

// maxFile bounds a configuration file in bytes, maxMatches the files of one
// include.
const (
	maxFile    = 4 << 20
	maxMatches = 10_000
)

// tree is the files below a directory, with links resolved as if the directory
// were the root.
type tree struct {
	dir string
}

// at gives the path on this machine of a path in the tree.
func (t *tree) at(name string) (string, error) {
	if t.dir == "/" {
		return name, nil
	}
	return securejoin.SecureJoin(t.dir, name)
}

func (t *tree) open(name string) (*os.File, error) {
	p, err := t.at(name)
	if err != nil {
		return nil, err
	}
	return os.Open(p)
}

// read gives the bytes of a file.
func (t *tree) read(name string) ([]byte, error) {
	f, err := t.open(name)
	if err != nil {
		return nil, plain(err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, plain(err)
	} else if info.IsDir() {
		return nil, errors.New("is a directory")
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, plain(err)
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("is longer than %d MiB", maxFile>>20)
	}
	return text, nil
}

// plain leaves out the path, which the caller names as the user knows it.
func plain(err error) error {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		return pathError.Err
	}
	return err
}

func (t *tree) stat(name string) (fs.FileInfo, error) {
	p, err := t.at(name)
	if err != nil {
		return nil, err
	}
	return os.Stat(p)
}

func (t *tree) exists(name string) bool {
	_, err := t.stat(name)
	return err == nil
}

func (t *tree) isDir(name string) bool {
	info, err := t.stat(name)
	return err == nil && info.IsDir()
}

// entries lists a directory in order of names.
func (t *tree) entries(name string) ([]string, error) {
	p, err := t.at(name)
	if err != nil {
		return nil, err
	}
	list, err := os.ReadDir(p)
	if err != nil {
		return nil, plain(err)
	}
	names := make([]string, len(list))
	for i, e := range list {
		names[i] = e.Name()
	}
	return names, nil
}

// glob gives the paths that a pattern fits, in order. Directories that cannot
// be read are an error, after what was found.
func (t *tree) glob(pattern string) ([]string, error) {
	found := []string{"/"}
	var failed error
	for part := range strings.SplitSeq(strings.Trim(path.Clean(pattern), "/"), "/") {
		var next []string
		for _, dir := range found {
			if !strings.ContainsAny(part, `*?[\`) {
				if p := path.Join(dir, part); t.exists(p) {
					next = append(next, p)
				}
				continue
			}
			names, err := t.entries(dir)
			if err != nil {
				failed = fmt.Errorf("%s: %w", dir, err)
			}
			for _, name := range names {
				hidden := strings.HasPrefix(name, ".") && !strings.HasPrefix(part, ".")
				if ok, err := path.Match(part, name); err == nil && ok && !hidden {
					next = append(next, path.Join(dir, name))
				}
			}
		}
		if len(next) > maxMatches {
			return nil, fmt.Errorf("more than %d files", maxMatches)
		}
		found = next
	}
	return found, failed
}

// unfit says why there is no log to follow under a path.
func (t *tree) unfit(name string) string {
	real, err := t.at(name)
	if err != nil {
		return "cannot be followed: " + err.Error()
	}
	if t.dir == "/" {
		if resolved, err := filepath.EvalSymlinks(real); err == nil {
			real = resolved
		}
	} else {
		real = strings.TrimPrefix(real, strings.TrimSuffix(t.dir, "/"))
	}
	for _, p := range []string{name, real} {
		if slices.ContainsFunc([]string{"/dev/", "/proc/"}, func(dir string) bool { return strings.HasPrefix(p, dir) }) {
			return "is no file that could be followed: the log goes to the server's output, so let it write to a file too"
		}
	}
	if strings.HasSuffix(name, ".gz") {
		return "is compressed as it is written, and so cannot be followed while the server runs"
	}
	return ""
}

// denied says that this user may not read a log that is there.
func (t *tree) denied(name string) string {
	if strings.ContainsAny(name, "*?[") {
		return ""
	}
	f, err := t.open(name)
	if err == nil {
		f.Close()
		return ""
	}
	if errors.Is(err, fs.ErrPermission) {
		return name + " may not be read by this user; run naru as one who may (on Debian a member of the group adm)"
	}
	return ""
}
