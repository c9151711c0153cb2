package file

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// maxAlternatives bounds what the braces of one glob expand to.
const maxAlternatives = 1000

// glob is one path of the configuration, its braces expanded, split at slashes.
type glob struct {
	text     string
	segments [][]string // one list of segments for each alternative
}

// checkGlob reports what is wrong with a glob.
func checkGlob(pattern string) error {
	_, err := parseGlob(pattern)
	return err
}

func parseGlob(pattern string) (*glob, error) {
	if pattern == "" {
		return nil, errors.New("path is empty")
	}
	all, err := expandBraces(pattern)
	if err != nil {
		return nil, fmt.Errorf("glob %q: %w", pattern, err)
	}
	g := &glob{text: pattern}
	for _, one := range all {
		segments := strings.Split(filepath.Clean(one), "/")
		for _, s := range segments {
			if _, err := filepath.Match(s, "x"); err != nil {
				return nil, fmt.Errorf("glob %q: %q has an unclosed bracket or a trailing backslash", pattern, s)
			}
		}
		g.segments = append(g.segments, segments)
	}
	return g, nil
}

// expandBraces gives the alternatives of {a,b}; braces nest.
func expandBraces(p string) ([]string, error) {
	open, depth := -1, 0
	var cuts []int
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '\\':
			i++
		case c == '{':
			if depth++; depth == 1 {
				open = i
			}
		case c == '}' && depth > 0:
			if depth--; depth == 0 {
				return joinAlternatives(p, open, i, cuts)
			}
		case c == ',' && depth == 1:
			cuts = append(cuts, i)
		}
	}
	if depth > 0 {
		return nil, errors.New("a brace is not closed")
	}
	return []string{p}, nil
}

func joinAlternatives(p string, open, end int, cuts []int) ([]string, error) {
	tails, err := expandBraces(p[end+1:])
	if err != nil {
		return nil, err
	}
	var all []string
	from := open + 1
	for _, to := range append(cuts, end) {
		middles, err := expandBraces(p[from:to])
		if err != nil {
			return nil, err
		}
		for _, m := range middles {
			for _, t := range tails {
				all = append(all, p[:open]+m+t)
			}
		}
		if len(all) > maxAlternatives {
			return nil, fmt.Errorf("the braces make more than %d alternatives", maxAlternatives)
		}
		from = to + 1
	}
	return all, nil
}

// matches reports whether the glob names path, without looking at the disk.
func (g *glob) matches(path string) bool {
	parts := strings.Split(path, "/")
	for _, segments := range g.segments {
		if matchSegments(segments, parts) {
			return true
		}
	}
	return false
}

func matchSegments(segments, parts []string) bool {
	for len(segments) > 0 {
		if segments[0] == "**" {
			for skip := 0; skip <= len(parts); skip++ {
				if matchSegments(segments[1:], parts[skip:]) {
					return true
				}
			}
			return false
		}
		if len(parts) == 0 {
			return false
		}
		if ok, _ := filepath.Match(segments[0], parts[0]); !ok {
			return false
		}
		segments, parts = segments[1:], parts[1:]
	}
	return len(parts) == 0
}

// walk is one search for the files of the globs. What could not be looked at is
// in failed: whatever lies there is not gone, it is unknown.
type walk struct {
	found  map[string]bool  // paths that may be files to follow
	dirs   map[string]bool  // directories in which matching names may appear
	failed map[string]error // directories that exist but could not be read
	absent map[string]bool  // directories that do not exist
	lists  map[string][]os.DirEntry
}

func newWalk() *walk {
	return &walk{found: map[string]bool{}, dirs: map[string]bool{}, failed: map[string]error{}, absent: map[string]bool{}, lists: map[string][]os.DirEntry{}}
}

// expand adds what g names and reports how many paths that was.
func (w *walk) expand(g *glob) int {
	n := 0
	for _, segments := range g.segments {
		root := "."
		if segments[0] == "" {
			root, segments = "/", segments[1:]
		}
		n += w.descend(root, segments)
	}
	return n
}

// literal adds a file that is named without a pattern, if it is there. Any other
// doubt than its absence is for whoever looks at it.
func (w *walk) literal(dir, name string) int {
	w.dirs[dir] = true
	path := filepath.Join(dir, name)
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return w.add(path)
	}
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		w.absent[dir] = true
	}
	return 0
}

func (w *walk) descend(dir string, segments []string) int {
	for len(segments) > 1 && !hasMeta(segments[0]) {
		dir, segments = filepath.Join(dir, unescape(segments[0])), segments[1:]
	}
	if len(segments) == 1 && !hasMeta(segments[0]) {
		return w.literal(dir, unescape(segments[0]))
	}
	w.dirs[dir] = true
	entries, ok := w.list(dir)
	if !ok {
		return 0
	}
	if segments[0] == "**" {
		return w.descendAll(dir, entries, segments)
	}
	n := 0
	for _, e := range entries {
		if ok, _ := filepath.Match(segments[0], e.Name()); !ok {
			continue
		}
		path := filepath.Join(dir, e.Name())
		switch {
		case len(segments) == 1:
			if !e.IsDir() {
				n += w.add(path)
			}
		case e.IsDir() || e.Type()&os.ModeSymlink != 0:
			n += w.descend(path, segments[1:])
		}
	}
	return n
}

// descendAll handles **, which stands for no directory or any number. It does
// not follow symbolic links, which may form circles.
func (w *walk) descendAll(dir string, entries []os.DirEntry, segments []string) int {
	rest := segments[1:]
	if len(rest) == 0 {
		rest = []string{"*"}
	}
	n := 0
	if rest[0] != "**" {
		n = w.descend(dir, rest)
	}
	for _, e := range entries {
		if e.IsDir() {
			n += w.descend(filepath.Join(dir, e.Name()), segments)
		}
	}
	return n
}

func (w *walk) add(path string) int {
	if w.found[path] {
		return 1 // counted for this glob too, so that it is not reported as empty
	}
	w.found[path] = true
	return 1
}

// list reads a directory once for each walk.
func (w *walk) list(dir string) ([]os.DirEntry, bool) {
	if l, ok := w.lists[dir]; ok {
		return l, true
	}
	if w.failed[dir] != nil || w.absent[dir] {
		return nil, false
	}
	l, err := os.ReadDir(dir)
	switch {
	case err == nil:
		w.lists[dir] = l
		return l, true
	case errors.Is(err, os.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		w.absent[dir] = true
	default:
		w.failed[dir] = err
	}
	return nil, false
}

func hasMeta(segment string) bool {
	for i := 0; i < len(segment); i++ {
		switch segment[i] {
		case '\\':
			i++
		case '*', '?', '[':
			return true
		}
	}
	return false
}

// unescape takes the backslashes out of a segment without wildcards.
func unescape(segment string) string {
	if !strings.Contains(segment, `\`) {
		return segment
	}
	b := make([]byte, 0, len(segment))
	for i := 0; i < len(segment); i++ {
		if segment[i] == '\\' && i+1 < len(segment) {
			i++
		}
		b = append(b, segment[i])
	}
	return string(b)
}
