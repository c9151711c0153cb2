package file

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
)

// gzipFile gives the content of a gzip file by offset. Reading forward is cheap,
// going back further than it remembers begins anew. A file that is still being
// compressed ends where its last whole block ends.
type gzipFile struct {
	file   *os.File
	zip    *gzip.Reader
	buf    []byte // content before end
	end    int64  // offset in the content after buf
	size   int64  // of the compressed file when zip began
	broken bool   // zip cannot go on
	whole  bool   // since its end was reached
}

// gzipKeep is how much content stays at hand before what is read next.
const gzipKeep = 2 * tailBytes

func newGzipFile(f *os.File) *gzipFile { return &gzipFile{file: f} }

// ReadAt implements io.ReaderAt for one goroutine.
func (g *gzipFile) ReadAt(b []byte, off int64) (int, error) {
	if g.zip == nil || off < g.end-int64(len(g.buf)) || g.broken && g.grown() {
		if err := g.restart(); err != nil {
			return 0, err
		}
	}
	if err := g.forward(off, off+int64(len(b))); err != nil {
		return 0, err
	}
	from := off - (g.end - int64(len(g.buf)))
	if from >= int64(len(g.buf)) {
		return 0, io.EOF
	}
	n := copy(b, g.buf[from:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (g *gzipFile) grown() bool {
	info, err := g.file.Stat()
	return err == nil && info.Size() != g.size
}

func (g *gzipFile) restart() error {
	info, err := g.file.Stat()
	if err != nil {
		return err
	}
	g.size, g.buf, g.end, g.broken, g.whole = info.Size(), g.buf[:0], 0, false, false
	if g.size >= gzipMagic && !isGzip(g.file) {
		g.zip = nil
		return errReplaced // the inode is used again
	}
	in := bufio.NewReaderSize(io.NewSectionReader(g.file, 0, g.size), 64<<10)
	if g.zip == nil {
		g.zip, err = gzip.NewReader(in)
	} else {
		err = g.zip.Reset(in)
	}
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		g.broken, err = true, nil // nothing of it is written yet
	}
	if err != nil {
		g.zip = nil
		return fmt.Errorf("read gzip: %w", err)
	}
	return nil
}

// forward reads until the content up to to is at hand, forgetting what lies well
// before from.
func (g *gzipFile) forward(from, to int64) error {
	for g.end < to && !g.broken {
		if drop := from - gzipKeep - (g.end - int64(len(g.buf))); drop > 0 {
			drop = min(drop, int64(len(g.buf)))
			g.buf = g.buf[:copy(g.buf, g.buf[drop:])]
		}
		g.buf = growBy(g.buf, 64<<10)
		n, err := g.zip.Read(g.buf[len(g.buf) : len(g.buf)+64<<10])
		g.buf = g.buf[:len(g.buf)+n]
		g.end += int64(n)
		switch {
		case err == io.EOF:
			g.broken, g.whole = true, true
		case errors.Is(err, io.ErrUnexpectedEOF):
			g.broken = true
		case err != nil:
			g.broken = true
			return fmt.Errorf("read gzip: %w", err)
		}
	}
	return nil
}

// partial reports whether the last read from a gzip file met an end that is not
// that of the content: it is still being compressed.
func (h *handle) partial() bool {
	g, ok := h.ReaderAt.(*gzipFile)
	return ok && g.broken && !g.whole
}

// gzipMagic is how many bytes tell a gzip file.
const gzipMagic = 3

// isGzip reports whether a file begins as a gzip file does.
func isGzip(r io.ReaderAt) bool {
	var b [gzipMagic]byte
	n, _ := r.ReadAt(b[:], 0)
	return n == len(b) && b[0] == 0x1f && b[1] == 0x8b && b[2] == 8
}
