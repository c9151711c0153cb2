package file

import (
	"path/filepath"

	"github.com/naru-log/naru/checkpoint"
)

// maxLoose bounds how many files that have lost their places are compared with a
// candidate that has their head but nothing to do with their names.
const maxLoose = 64

// index finds the files that a candidate may be. It is made for one sweep, so
// that ten thousand files that all begin alike do not have to be compared with
// each other: those that lie where they should concern only what is named after
// them.
type index struct {
	lengths map[int]bool
	loose   map[checkpoint.Signature][]*file // files without a place, by head
	stems   map[string][]*file               // by directory and stem
	bases   map[string][]*file               // by stem
}

func newIndex(files []*file) *index {
	x := &index{lengths: map[int]bool{}, loose: map[checkpoint.Signature][]*file{}, stems: map[string][]*file{}, bases: map[string][]*file{}}
	for _, f := range files {
		x.add(f)
	}
	return x
}

func (x *index) add(f *file) {
	f.mu.Lock()
	head, location := f.head, f.location
	isLoose := f.place == lost || f.finished && f.place != placed
	f.mu.Unlock()
	if head.Len == 0 {
		return
	}
	if isLoose {
		x.lengths[head.Len] = true
		x.loose[head] = append(x.loose[head], f)
	}
	base := stem(filepath.Base(f.src.Path))
	x.bases[base] = append(x.bases[base], f)
	dir := filepath.Dir(f.src.Path)
	x.stems[filepath.Join(dir, base)] = append(x.stems[filepath.Join(dir, base)], f)
	if now := filepath.Dir(location); now != dir {
		x.stems[filepath.Join(now, base)] = append(x.stems[filepath.Join(now, base)], f)
	}
}

// origins finds the files that path may have been rotated from; with anyDir from
// another directory, too.
func (x *index) origins(path string, anyDir bool) []*file {
	var found []*file
	dir, name := filepath.Split(path)
	for n := range len(name) {
		if anyDir {
			found = append(found, x.bases[name[:n+1]]...)
		} else {
			found = append(found, x.stems[dir+name[:n+1]]...)
		}
	}
	return found
}

// find gives the files whose content a candidate may go on with.
func (x *index) find(head []byte, path string, anyDir bool) []*file {
	var found []*file
	for _, f := range x.origins(path, anyDir) {
		if m := f.mark(); m.matches(head) > 0 {
			found = append(found, f)
		}
	}
	for n := range x.lengths {
		if n > len(head) {
			continue
		}
		others := 0
		for _, f := range x.loose[checkpoint.Sign(head[:n])] {
			if f.src.Path != path {
				if others++; others > maxLoose {
					continue
				}
			}
			found = append(found, f)
		}
	}
	return found
}
