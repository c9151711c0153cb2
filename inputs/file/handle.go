package file

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/naru-log/naru/checkpoint"
)

// handle is an open file: its content by offset.
type handle struct {
	io.ReaderAt
	file *os.File
	key  key
	used time.Time
}

// findText finds the first byte from off on that is not NUL, aligned to unit. It
// passes over holes without reading them where the file system tells of them.
func (h *handle) findText(off, unit int64) (at int64, found bool, err error) {
	b, none := make([]byte, 64<<10), make([]byte, 64<<10)
	for {
		if _, plain := h.ReaderAt.(*os.File); plain {
			data, err := syscall.Seek(int(h.file.Fd()), off, seekData)
			if errors.Is(err, syscall.ENXIO) {
				return 0, false, nil // a hole up to the end
			}
			if err == nil {
				off = max(off, data/unit*unit)
			}
		}
		n, err := readFull(h, b, off)
		if err != nil || n == 0 {
			return 0, false, err
		}
		if !bytes.Equal(b[:n], none[:n]) {
			i := bytes.IndexFunc(b[:n], func(r rune) bool { return r != 0 })
			return (off + int64(i)) / unit * unit, true, nil
		}
		off += int64(n)
	}
}

// openHandle opens a regular file. Anything else, such as a pipe that has taken
// the name, is refused without waiting for its other end.
func openHandle(path string, compressed bool) (*handle, os.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &os.PathError{Op: "open", Path: path, Err: errors.New("not a regular file")}
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	h := &handle{ReaderAt: f, file: f, key: keyOf(info)}
	if compressed {
		h.ReaderAt = newGzipFile(f)
	}
	return h, info, nil
}

func (h *handle) close() { h.file.Close() } // nothing was written: nothing to learn from its error

// keyOf is the identity that the system gives a file.
func keyOf(info os.FileInfo) key {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return key{}
	}
	return key{uint64(st.Dev), st.Ino}
}

// errReplaced says that a file is not the one that was read before: truncated,
// written anew, or another file under its inode.
var errReplaced = errors.New("the file was truncated or replaced")

// readFull fills b from off as far as the file goes.
func readFull(r io.ReaderAt, b []byte, off int64) (int, error) {
	n, err := r.ReadAt(b, off)
	if err == io.EOF {
		err = nil
	}
	return n, err
}

// readHead gives up to MaxHead bytes of the beginning.
func readHead(r io.ReaderAt) ([]byte, error) {
	b := make([]byte, checkpoint.MaxHead)
	n, err := readFull(r, b, 0)
	return b[:n], err
}

// hasHead reports whether content that begins with b has the signature.
func hasHead(b []byte, head checkpoint.Signature) bool {
	return len(b) >= head.Len && checkpoint.Sign(b[:head.Len]) == head
}

// open opens the file for its reader and makes sure that it is the one that was
// read before.
func (f *file) open() error {
	m := f.mark()
	h, _, err := openHandle(m.location, m.compressed)
	if err != nil {
		return err
	}
	if h.key != m.key {
		h.close()
		return fmt.Errorf("%s: %w", m.location, errMoved)
	}
	first, t, err := m.resume(h)
	if err != nil {
		h.close()
		return err
	}
	f.setTail(&t)
	h.used = f.in.now()
	f.reading.h = h
	f.reading.cut = f.in.cutter(first)
	f.in.opened(f)
	return nil
}

// setTail keeps the bytes before the position for the reads to come: of a file
// from the checkpoint only their signature was known.
func (f *file) setTail(t *tail) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.posTail = *t
}

// longer reports whether there is more content than in the file of k at path, of
// which it can be no copy then.
func (h *handle) longer(path string, k key) bool {
	info, err := os.Stat(path)
	if err != nil || keyOf(info) != k {
		return false
	}
	var one [1]byte
	n, err := readFull(h, one[:], info.Size())
	return err == nil && n == 1
}

// end finds where the content ends, and the bytes before.
func (h *handle) end(info os.FileInfo) (at int64, t tail, err error) {
	if _, plain := h.ReaderAt.(*os.File); plain {
		err = t.read(h, info.Size())
		return info.Size(), t, err
	}
	b := make([]byte, 64<<10)
	for {
		n, err := readFull(h, b, at)
		if err != nil {
			return 0, t, err
		}
		if at += int64(n); n < len(b) {
			err = t.read(h, at)
			return at, t, err
		}
	}
}

// errMoved says that a path leads to another file than before.
var errMoved = errors.New("another file has taken the path")
