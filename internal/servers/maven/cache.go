//go:build unix

package maven

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"time"
)

// ensure makes dir a complete cache entry: if it is not there, or differs from
// its list of sums, fill is called with an empty folder that then becomes dir.
func ensure(ctx context.Context, dir string, fill func(tmp string) error) (err error) {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	unlock, err := lock(ctx, dir+".lock")
	if err != nil {
		return err
	}
	defer unlock()
	if verify(dir) == nil {
		return nil
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), ".partial-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	if err := os.Chmod(tmp, 0o755); err != nil {
		return err
	}
	if err := fill(tmp); err != nil {
		return err
	}
	return publish(tmp, dir)
}

// publish puts the sums in place before the entry, so that an interrupted
// publish leaves no entry that verifies.
func publish(tmp, dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	sums, err := sumTree(tmp)
	if err != nil {
		return err
	}
	if len(sums) == 0 {
		return errors.New("nothing was fetched")
	}
	if err := writeSums(sumsPath(dir), sums); err != nil {
		return err
	}
	return os.Rename(tmp, dir)
}

// lock takes an advisory lock on path and returns the function that gives it
// up. It polls, since a blocking flock cannot be interrupted by ctx.
func lock(ctx context.Context, path string) (func(), error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			_ = f.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		select {
		case <-ctx.Done():
			_ = f.Close()
			return nil, fmt.Errorf("wait for %s: %w", path, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func sumsPath(dir string) string { return dir + ".sha256" }

func verify(dir string) error {
	want, err := readSums(sumsPath(dir))
	if err != nil {
		return err
	}
	got, err := sumTree(dir)
	if err != nil {
		return err
	}
	if len(got) != len(want) {
		return fmt.Errorf("%s holds %d files, its list %d", dir, len(got), len(want))
	}
	for name, sum := range want {
		if got[name] != sum {
			return fmt.Errorf("%s differs from its sum", filepath.Join(dir, name))
		}
	}
	return nil
}

// sumTree maps each regular file below dir, by its slash path, to its SHA-256.
func sumTree(dir string) (map[string]string, error) {
	sums := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		sums[filepath.ToSlash(rel)], err = sumFile(path)
		return err
	})
	return sums, err
}

func sumFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// writeSums writes the format of sha256sum, by rename.
func writeSums(path string, sums map[string]string) error {
	names := make([]string, 0, len(sums))
	for name := range sums {
		names = append(names, name)
	}
	sort.Strings(names)
	var b strings.Builder
	for _, name := range names {
		b.WriteString(sums[name] + "  " + name + "\n")
	}
	tmp := path + ".tmp"
	if err := os.WriteFile(tmp, []byte(b.String()), 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

func readSums(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	sums := map[string]string{}
	in := bufio.NewScanner(f)
	for in.Scan() {
		sum, name, ok := strings.Cut(in.Text(), "  ")
		if !ok {
			return nil, fmt.Errorf("%s: line %q is not a sum and a name", path, in.Text())
		}
		sums[name] = sum
	}
	return sums, in.Err()
}
