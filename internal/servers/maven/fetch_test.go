//go:build unix && servers

package maven

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFetch(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	path, err := Fetch(t.Context(), "org.jruby.jcodings:jcodings:1.0.58:jar")
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Base(path) != "jcodings-1.0.58.jar" {
		t.Fatalf("fetched %s", path)
	}
	info, err := os.Stat(path)
	if err != nil || info.Size() < 1<<20 {
		t.Fatalf("stat %s: %v, %v", path, info, err)
	}
}

func TestFetchTree(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dir, err := FetchTree(t.Context(), "org.jruby.joni:joni:2.1.44")
	if err != nil {
		t.Fatal(err)
	}
	jars, err := filepath.Glob(filepath.Join(dir, "*.jar"))
	if err != nil {
		t.Fatal(err)
	}
	if len(jars) != 2 {
		t.Fatalf("got %v, want joni and its jcodings", jars)
	}
}

func TestFetchNamesWhatIsMissing(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	_, err := Fetch(t.Context(), "org.jruby.joni:joni:0.0.0-none:jar")
	if err == nil || !strings.Contains(err.Error(), "joni:0.0.0-none") {
		t.Fatalf("got %v, want an error that names the artifact", err)
	}
}
