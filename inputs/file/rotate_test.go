package file

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
)

// gzipFileTo does what gzip does: path.gz appears, gets the content and the times
// of path, and path goes.
func gzipFileTo(t testing.TB, path, to string) {
	t.Helper()
	content, err := os.ReadFile(path)
	must(t, err)
	info, err := os.Stat(path)
	must(t, err)
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(content)
	must(t, z.Close())
	f, err := os.Create(to)
	must(t, err)
	half := b.Len() / 2
	f.Write(b.Bytes()[:half])
	time.Sleep(5 * time.Millisecond)
	f.Write(b.Bytes()[half:])
	must(t, f.Close())
	must(t, os.Chtimes(to, info.ModTime(), info.ModTime()))
	must(t, os.Remove(path))
}

// copyFile does what cp does.
func copyFile(t testing.TB, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	must(t, err)
	defer in.Close()
	out, err := os.Create(to)
	must(t, err)
	_, err = io.Copy(out, in)
	must(t, err)
	must(t, out.Close())
}

// rotation is a scheme: rotate takes path out of the way, generation n.
type rotation struct {
	name   string
	glob   string // of the input, in the directory
	rotate func(t testing.TB, path string, n int)
}

// shift moves the older generations up, as logrotate does.
func shift(t testing.TB, path, suffix string) {
	for i := 99; i > 0; i-- {
		from := fmt.Sprintf("%s.%d%s", path, i, suffix)
		if _, err := os.Stat(from); err == nil {
			must(t, os.Rename(from, fmt.Sprintf("%s.%d%s", path, i+1, suffix)))
		}
	}
}

func rotations() []rotation {
	rename := func(t testing.TB, path string, n int) {
		shift(t, path, "")
		must(t, os.Rename(path, path+".1"))
	}
	copyTruncate := func(t testing.TB, path string, n int) {
		shift(t, path, "")
		copyFile(t, path, path+".1")
		must(t, os.Truncate(path, 0))
	}
	compress := func(t testing.TB, path string, n int) {
		shift(t, path, ".gz")
		must(t, os.Rename(path, path+".1"))
		gzipFileTo(t, path+".1", path+".1.gz")
	}
	delayCompress := func(t testing.TB, path string, n int) {
		shift(t, path, ".gz")
		if _, err := os.Stat(path + ".1"); err == nil {
			gzipFileTo(t, path+".1", path+".2.gz")
		}
		must(t, os.Rename(path, path+".1"))
	}
	copyCompress := func(t testing.TB, path string, n int) {
		shift(t, path, ".gz")
		copyFile(t, path, path+".1")
		must(t, os.Truncate(path, 0))
		gzipFileTo(t, path+".1", path+".1.gz")
	}
	dateExt := func(t testing.TB, path string, n int) {
		must(t, os.Rename(path, fmt.Sprintf("%s-%d", path, 20260100+n)))
	}
	dateInside := func(t testing.TB, path string, n int) {
		must(t, os.Rename(path, fmt.Sprintf("%s-%d.log", path[:len(path)-4], 20260100+n)))
	}
	return []rotation{
		{"rename", "access.log", rename},
		{"rename, all generations in the glob", "access.log*", rename},
		{"copytruncate", "access.log", copyTruncate},
		{"copytruncate, all generations in the glob", "access.log*", copyTruncate},
		{"gzip", "access.log", compress},
		{"gzip, all generations in the glob", "access.log*", compress},
		{"delaycompress", "access.log", delayCompress},
		{"delaycompress, all generations in the glob", "access.log*", delayCompress},
		{"copytruncate and gzip", "access.log", copyCompress},
		{"copytruncate and gzip, all generations in the glob", "access.log*", copyCompress},
		{"dateext", "access.log", dateExt},
		{"dateext, all generations in the glob", "access*", dateExt},
		{"dateext before the extension", "access.log", dateInside},
	}
}

// TestRotateWhileReading rotates a file of which a part is not read yet, since
// the output is down and the window full.
func TestRotateWhileReading(t *testing.T) {
	for _, r := range rotations() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, "access.log")
			w := &writer{t: t}
			a := newAgent(t, newDelivery(t, 1), filepath.Join(dir, r.glob))
			a.deps.Window = 64 << 10
			a.start()
			for n := range 4 {
				a.hold(true)
				w.write(path, 6000) // half a megabyte, of which the window lets a part through
				a.waitFor(func() bool { return a.out.count() > 0 }, "the first lines")
				r.rotate(t, path, n)
				w.write(path, 10)
				a.hold(false)
			}
			a.wait(w.lines...)
			a.shutdown()
			a.check(w.lines...)
		})
	}
}

// TestRotateWhileStopped rotates several times while nobody looks.
func TestRotateWhileStopped(t *testing.T) {
	for _, r := range rotations() {
		for _, stop := range []struct {
			name string
			how  func(*agent)
		}{{"stopped", (*agent).shutdown}, {"killed", (*agent).kill}} {
			for _, generations := range []int{1, 3} {
				t.Run(fmt.Sprintf("%s/%s/%d", r.name, stop.name, generations), func(t *testing.T) {
					t.Parallel()
					dir := t.TempDir()
					path := filepath.Join(dir, "access.log")
					w := &writer{t: t}
					a := newAgent(t, newDelivery(t, 2), filepath.Join(dir, r.glob))
					a.deps.Window = 64 << 10
					w.write(path, 6000)
					a.hold(true)
					a.start()
					a.waitFor(func() bool { return a.out.count() > 100 }, "the first lines")
					stop.how(a)
					a.hold(false)
					for n := range generations {
						w.write(path, 100)
						r.rotate(t, path, n)
						w.write(path, 50)
						time.Sleep(5 * time.Millisecond) // so that the times of the generations differ
					}
					a.start()
					a.wait(w.lines...)
					a.shutdown()
					a.start()
					a.shutdown()
					a.check(w.lines...)
				})
			}
		}
	}
}

func (a *agent) hold(on bool) {
	a.out.mu.Lock()
	a.out.hold = on
	a.out.mu.Unlock()
}
