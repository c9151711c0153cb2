//go:build unix

package maven

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// FetchUnzipped fetches a zip artifact and returns a folder of the cache with
// what is in it, file modes kept. Servers run from there must keep their own
// configuration, data and logs elsewhere: a folder that changes is unpacked
// anew. FetchUnzipped is safe for concurrent use, also across processes.
func FetchUnzipped(ctx context.Context, coordinates string) (string, error) {
	archive, err := Fetch(ctx, coordinates)
	if err != nil {
		return "", err
	}
	dir := filepath.Dir(archive) + ".unzipped"
	if err := ensure(ctx, dir, func(tmp string) error { return unzip(ctx, archive, tmp) }); err != nil {
		return "", fmt.Errorf("unpack %s: %w", archive, err)
	}
	return dir, nil
}

func unzip(ctx context.Context, archive, dir string) error {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer func() { _ = z.Close() }()
	for _, f := range z.File {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := unzipEntry(f, dir); err != nil {
			return fmt.Errorf("entry %s: %w", f.Name, err)
		}
	}
	return nil
}

func unzipEntry(f *zip.File, dir string) error {
	if !filepath.IsLocal(f.Name) {
		return fmt.Errorf("path leaves the folder")
	}
	path := filepath.Join(dir, f.Name)
	if f.FileInfo().IsDir() {
		return os.MkdirAll(path, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, f.Mode().Perm()|0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		_ = out.Close()
		return err
	}
	return out.Close()
}
