//go:build servers

package torture

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"time"
)

// writer is a server that logs numbered lines to a file, and its logrotate.
type writer struct {
	path string
	file *os.File
	rand *rand.Rand
	next int // number of the next line
	buf  []byte
}

func newWriter(path string, r *rand.Rand) (*writer, error) {
	w := &writer{path: path, rand: r}
	return w, w.open()
}

func (w *writer) open() error {
	f, err := os.OpenFile(w.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	w.file = f
	return nil
}

// write appends n lines in pieces of at most 64, as servers with a buffer do: a
// piece may end within a line.
func (w *writer) write(n int) error {
	w.buf = w.buf[:0]
	for range n {
		w.buf = fmt.Appendf(w.buf, "%09d %s a line of the torture log\n", w.next, time.Now().UTC().Format(time.RFC3339Nano))
		w.next++
	}
	for b := w.buf; len(b) > 0; {
		size := min(len(b), 1+w.rand.IntN(4096))
		if _, err := w.file.Write(b[:size]); err != nil {
			return err
		}
		b = b[size:]
	}
	return nil
}

// shift moves path.1 to path.2 and so on, with an ending.
func (w *writer) shift(ending string) error {
	for i := 20; i >= 1; i-- {
		err := os.Rename(fmt.Sprintf("%s.%d%s", w.path, i, ending), fmt.Sprintf("%s.%d%s", w.path, i+1, ending))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// rename is logrotate's create: the server writes to the renamed file until it
// is told to open its log again.
func (w *writer) rename() error {
	if err := w.shift(""); err != nil {
		return err
	}
	if err := os.Rename(w.path, w.path+".1"); err != nil {
		return err
	}
	if err := w.write(w.rand.IntN(300)); err != nil {
		return err
	}
	if err := w.file.Close(); err != nil {
		return err
	}
	return w.open()
}

// copyTruncate is logrotate's copytruncate with a server that writes nothing
// between the copy and the truncation; what is written then no shipper can get.
func (w *writer) copyTruncate() error {
	if err := w.shift(""); err != nil {
		return err
	}
	if err := copyFile(w.path, w.path+".1"); err != nil {
		return err
	}
	return os.Truncate(w.path, 0)
}

// compress is create with compression at once.
func (w *writer) compress() error {
	if err := w.shift(".gz"); err != nil {
		return err
	}
	if err := os.Rename(w.path, w.path+".1"); err != nil {
		return err
	}
	if err := w.write(w.rand.IntN(300)); err != nil {
		return err
	}
	if err := w.file.Close(); err != nil {
		return err
	}
	if err := w.open(); err != nil {
		return err
	}
	return gzipFile(w.path + ".1")
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return errors.Join(err, out.Close())
	}
	return out.Close()
}

func gzipFile(path string) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(path + ".gz")
	if err != nil {
		return err
	}
	z := gzip.NewWriter(out)
	_, err = io.Copy(z, in)
	if err := errors.Join(err, z.Close(), out.Close()); err != nil {
		return err
	}
	return os.Remove(path)
}
