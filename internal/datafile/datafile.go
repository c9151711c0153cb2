// Package datafile notices when a file that a filter keeps in memory, such as a
// GeoIP database or a table, is replaced on disk.
package datafile

import "os"

// Change is what happened to a file since it was last looked at.
type Change uint8

// The changes. Gone is told once; a file that comes back is Replaced.
const (
	Same Change = iota
	Replaced
	Gone
)

// Watch remembers what a file looked like. It is not safe for concurrent use.
type Watch struct {
	path string
	seen os.FileInfo // nil when the file was gone
	next os.FileInfo // changed, and perhaps still being written
}

// New looks at a file for the first time. Read the file after it, not before, so
// that no change falls between.
func New(path string) (*Watch, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	return &Watch{path: path, seen: info}, nil
}

// Path is the path of the file.
func (w *Watch) Path() string { return w.path }

// Look compares. A changed file is told once it looks the same twice in a row,
// for until then it may still be written. The error says why a file is Gone.
func (w *Watch) Look() (Change, error) {
	info, err := os.Stat(w.path)
	switch {
	case err != nil && w.seen == nil:
		w.next = nil
		return Same, nil
	case err != nil:
		w.seen, w.next = nil, nil
		return Gone, err
	case same(info, w.seen):
		w.next = nil
		return Same, nil
	case !same(info, w.next):
		w.next = info
		return Same, nil
	}
	w.seen, w.next = info, nil
	return Replaced, nil
}

// same reports whether nothing happened between two looks.
func same(a, b os.FileInfo) bool {
	return b != nil && os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}
