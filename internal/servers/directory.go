package servers

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// NobodyID is the user and group id of Linux's overflow user, nobody: what a
// server runs as when this process is root and the server refuses that.
const NobodyID = 65534

// CacheDir gives ${XDG_CACHE_HOME:-~/.cache}/naru, where downloads are kept.
func CacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache directory: %w", err)
	}
	return filepath.Join(dir, "naru"), nil
}

// NewDir makes a temporary directory that every user may pass through, which
// testing.T's are not, and gives it to Nobody when a server runs as Nobody.
// The caller removes it.
func NewDir(name string, unprivileged bool) (string, error) {
	dir, err := os.MkdirTemp("", "naru-"+name+"-")
	if err != nil {
		return "", fmt.Errorf("make a directory for %s: %w", name, err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", fmt.Errorf("open the directory of %s to its user: %w", name, err)
	}
	if unprivileged {
		if err := GiveToNobody(dir); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// GiveToNobody hands a tree to Nobody when this process is root; otherwise the
// server runs as the user who owns the tree already and there is nothing to do.
func GiveToNobody(root string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	return filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err == nil {
			err = os.Lchown(path, NobodyID, NobodyID)
		}
		if err != nil {
			return fmt.Errorf("give %s to nobody: %w", path, err)
		}
		return nil
	})
}

// Cached makes the directory NAME of the cache once and returns its path: build
// fills an empty directory, which then takes its place in one step. Several
// processes may call it at the same time; one builds and the others wait.
func Cached(name string, build func(dir string) error) (string, error) {
	base, err := CacheDir()
	if err != nil {
		return "", err
	}
	return buildOnce(filepath.Join(base, name), build)
}

// Readable gives a path of dir, a directory of the cache that never changes,
// that an unprivileged server can read: dir itself, or, when this process is
// root and the cache is closed to others, as root's home usually is, a copy
// below the system's temporary directory that is made once.
func Readable(dir string) (string, error) {
	if os.Geteuid() != 0 || openToAll(dir) {
		return dir, nil
	}
	cache, err := CacheDir()
	if err != nil {
		return "", err
	}
	name, err := filepath.Rel(cache, dir)
	if err != nil || !filepath.IsLocal(name) {
		return "", fmt.Errorf("copy %s for an unprivileged server: it is not in the cache %s", dir, cache)
	}
	base, err := copyBase()
	if err != nil {
		return "", err
	}
	return buildOnce(filepath.Join(base, name), func(to string) error { return os.CopyFS(to, os.DirFS(dir)) })
}

func buildOnce(dir string, build func(dir string) error) (string, error) {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", fmt.Errorf("make the place for %s: %w", dir, err)
	}
	unlock, err := lockFile(dir + ".lock")
	if err != nil {
		return "", fmt.Errorf("lock %s: %w", dir, err)
	}
	defer unlock()
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	work, err := os.MkdirTemp(filepath.Dir(dir), ".fill-")
	if err != nil {
		return "", fmt.Errorf("fill %s: %w", dir, err)
	}
	defer os.RemoveAll(work)
	if err := os.Chmod(work, 0o755); err != nil {
		return "", fmt.Errorf("fill %s: %w", dir, err)
	}
	if err := build(work); err != nil {
		return "", fmt.Errorf("fill %s: %w", dir, err)
	}
	if err := os.Rename(work, dir); err != nil {
		return "", fmt.Errorf("fill %s: %w", dir, err)
	}
	return dir, nil
}

// copyBase makes the directory for the copies that Readable makes, and refuses
// one that somebody else prepared.
func copyBase() (string, error) {
	base := filepath.Join(os.TempDir(), "naru-servers-"+strconv.Itoa(os.Getuid()))
	if err := os.MkdirAll(base, 0o755); err != nil {
		return "", fmt.Errorf("make the place for copies of servers: %w", err)
	}
	info, err := os.Lstat(base)
	if err != nil {
		return "", fmt.Errorf("check the place for copies of servers: %w", err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || owner.Uid != uint32(os.Getuid()) || info.Mode().Perm()&0o022 != 0 {
		return "", fmt.Errorf("%s is not a directory that only this user can write: remove it", base)
	}
	return base, nil
}

// openToAll says whether every user may pass through dir and all above it.
func openToAll(dir string) bool {
	for ; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err == nil && info.Mode().Perm()&0o001 == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}

// lockFile takes an exclusive lock that ends with unlock or with the process.
func lockFile(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}
