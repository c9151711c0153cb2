package file

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/gzip"
)

// FuzzGzip reads a gzip file that is cut off and damaged at any place, in pieces
// in any order. What is undamaged gives the beginning of its content, a whole file
// all of it, and nothing makes it panic.
func FuzzGzip(f *testing.F) {
	f.Add([]byte("a line\nanother line\n"), uint16(20), uint16(0), byte(0), []byte{0, 5, 3})
	f.Add(bytes.Repeat([]byte("0123456789"), 500), uint16(60000), uint16(12), byte(1), []byte{200, 0, 100})
	f.Add([]byte{}, uint16(3), uint16(1), byte(255), []byte{1})
	f.Fuzz(func(t *testing.T, content []byte, cut, at uint16, flip byte, offsets []byte) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write(content)
		must(t, z.Close())
		file := b.Bytes()
		whole := int(cut) >= len(file)
		if !whole {
			file = file[:cut]
		}
		if int(at) < len(file) {
			file[at] ^= flip
		}
		path := filepath.Join(t.TempDir(), "f.gz")
		must(t, os.WriteFile(path, file, 0o644))
		h, _, err := openHandle(path, true)
		must(t, err)
		defer h.close()
		for _, o := range append([]byte{0}, offsets...) {
			off := int64(o) * int64(len(content)+1) / 200
			got := make([]byte, 300)
			n, err := readFull(h, got, off)
			if flip != 0 && int(at) < len(file) {
				continue // anything but a panic
			}
			if err != nil && !errors.Is(err, errReplaced) {
				t.Fatalf("%d bytes of %d, at %d: %v", len(file), b.Len(), off, err)
			}
			rest := content[min(off, int64(len(content))):]
			if !bytes.HasPrefix(rest, got[:n]) {
				t.Fatalf("at %d: %q is not in the content", off, got[:n])
			}
			if whole && n != min(len(rest), len(got)) {
				t.Fatalf("at %d: %d bytes of a whole file, want %d", off, n, min(len(rest), len(got)))
			}
		}
	})
}
