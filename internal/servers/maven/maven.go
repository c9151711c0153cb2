//go:build unix

// Package maven fetches artifacts with the machine's own Maven client into a
// cache that tests, demos and benchmarks share.
//
// Everything lands under ${XDG_CACHE_HOME:-~/.cache}/naru/maven. An entry
// appears there by one rename, after Maven has checked it against the
// repository's checksum, together with a list of SHA-256 sums that is checked
// again each time the entry is used. An entry that no longer agrees with its
// list is fetched anew. Several processes may ask for the same entry at once:
// one fetches, the others wait for it.
package maven

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The plugin version is pinned so that the options below keep their meaning.
const dependencyPlugin = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1"

// Fetch returns the path of one artifact in the cache and downloads it first
// if need be. Coordinates are group:artifact:version:packaging, with an
// optional fifth part, the classifier. The file belongs to the cache: do not
// change it. Fetch is safe for concurrent use, also across processes.
func Fetch(ctx context.Context, coordinates string) (string, error) {
	c, err := parse(coordinates)
	if err != nil {
		return "", err
	}
	root, err := cacheRoot()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(root, "artifacts", c.group, c.artifact, c.version, c.packaging+c.classifier)
	err = ensure(ctx, dir, func(tmp string) error {
		return run(ctx, tmp, dependencyPlugin+":copy",
			"-Dartifact="+c.String(), "-DoutputDirectory="+tmp)
	})
	if err != nil {
		return "", fmt.Errorf("fetch Maven artifact %s: %w", coordinates, err)
	}
	path := filepath.Join(dir, c.fileName())
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("fetch Maven artifact %s: Maven left no such file: %w", coordinates, err)
	}
	return path, nil
}

// FetchTree returns a folder of the cache that holds the jars of the given
// artifacts (group:artifact:version, packaging jar when left out) and of all
// that they need at run time, ready for a class path of dir/*. Do not change
// the folder. FetchTree is safe for concurrent use, also across processes.
func FetchTree(ctx context.Context, coordinates ...string) (string, error) {
	if len(coordinates) == 0 {
		return "", errors.New("fetch Maven tree: no coordinates given")
	}
	var list []coordinate
	for _, s := range coordinates {
		c, err := parse(s)
		if err != nil {
			return "", err
		}
		list = append(list, c)
	}
	root, err := cacheRoot()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(root, "trees", treeName(list))
	err = ensure(ctx, dir, func(tmp string) error { return copyTree(ctx, tmp, list) })
	if err != nil {
		return "", fmt.Errorf("fetch Maven tree of %s: %w", strings.Join(coordinates, ", "), err)
	}
	return dir, nil
}

// copyTree writes the project file outside tmp, since all that is in tmp
// becomes the cache entry.
func copyTree(ctx context.Context, tmp string, list []coordinate) error {
	work, err := os.MkdirTemp("", "naru-maven-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	if err := os.WriteFile(filepath.Join(work, "pom.xml"), pom(list), 0o644); err != nil {
		return err
	}
	return run(ctx, work, dependencyPlugin+":copy-dependencies",
		"-DincludeScope=runtime", "-DoutputDirectory="+tmp)
}

// run executes one Maven goal in dir. Checksum mismatches are errors (-C);
// Maven's own default is a warning.
func run(ctx context.Context, dir string, args ...string) error {
	mvn, err := exec.LookPath("mvn")
	if err != nil {
		return fmt.Errorf("find the Maven client (install maven, or put mvn on PATH): %w", err)
	}
	cmd := exec.CommandContext(ctx, mvn, append([]string{"-q", "-B", "-C"}, args...)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("run mvn %s: %w\n%s", args[0], err, tail(out))
	}
	return nil
}

// tail keeps the end of Maven's output, where its errors stand.
func tail(out []byte) []byte {
	const keep = 2000
	return out[max(0, len(out)-keep):]
}

func cacheRoot() (string, error) {
	base := os.Getenv("XDG_CACHE_HOME")
	if base == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("find the cache folder: %w", err)
		}
		base = filepath.Join(home, ".cache")
	}
	return filepath.Join(base, "naru", "maven"), nil
}
