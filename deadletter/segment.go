package deadletter

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Endings of a segment's name.
const (
	sealed = ".ndjson"
	taken  = ".replaying"
)

type segment struct {
	path   string
	number uint64
	size   int64
}

// list gives the segments with an ending in order, and their size together.
func list(dir, ending string) ([]segment, int64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, 0, fmt.Errorf("list dead letters: %w", err)
	}
	var segs []segment
	var total int64
	for _, e := range entries { // in order of name, which is of fixed width
		name, ok := strings.CutSuffix(e.Name(), ending)
		n, err := strconv.ParseUint(name, 10, 64)
		if !ok || err != nil {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, 0, fmt.Errorf("list dead letters: %w", err)
		}
		segs = append(segs, segment{path: filepath.Join(dir, e.Name()), number: n, size: info.Size()})
		total += info.Size()
	}
	return segs, total, nil
}

func segments(dir string) ([]segment, int64, error) { return list(dir, sealed) }

// lastTaken is the highest number of a segment that a replay has taken, so that
// no new segment gets the name of one that is not yet replayed.
func lastTaken(dir string) (uint64, error) {
	segs, _, err := list(dir, taken)
	if err != nil || len(segs) == 0 {
		return 0, err
	}
	return segs[len(segs)-1].number, nil
}

// lockInterval is how often a lock that another process holds is tried.
const lockInterval = 10 * time.Millisecond

// lock takes an exclusive lock on a file, which ends with unlock or with the
// process.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		select {
		case <-time.After(lockInterval):
		case <-ctx.Done():
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", path, ctx.Err())
		}
	}
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
