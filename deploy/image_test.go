package deploy

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func mustExist(t *testing.T, who, path string) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Errorf("%s: %v", who, err)
	}
}

func dockerfile(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestImageSources: what the image is made of is in the repository, and not kept
// out of the build by .dockerignore.
func TestImageSources(t *testing.T) {
	ignored, err := os.ReadFile("../.dockerignore")
	if err != nil {
		t.Fatal(err)
	}
	copied := 0
	for _, m := range regexp.MustCompile(`(?m)^COPY (?:--chown=\S+ )?([^-].*)$`).FindAllStringSubmatch(dockerfile(t), -1) {
		words := strings.Fields(m[1])
		for _, source := range words[:len(words)-1] {
			copied++
			mustExist(t, "Dockerfile", filepath.Join("..", source))
			for line := range strings.Lines(string(ignored)) {
				if strings.TrimSpace(line) == source {
					t.Errorf("Dockerfile copies %s, which .dockerignore leaves out", source)
				}
			}
		}
	}
	if copied < 4 {
		t.Errorf("%d files are copied from the repository: are the COPY lines read right?", copied)
	}
}

// TestImageIsRestricted: the image does not run as root, and asks itself whether
// it is well.
func TestImageIsRestricted(t *testing.T) {
	text := dockerfile(t)
	for _, want := range []string{"\nUSER 65532:65532\n", "\nHEALTHCHECK ", `"/usr/bin/naru", "health"`, ":nonroot\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the Dockerfile has no %q", want)
		}
	}
	from := regexp.MustCompile(`golang:(\d+\.\d+)`).FindStringSubmatch(text)
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if from == nil || !bytes.Contains(mod, []byte("\ngo "+from[1])) {
		t.Errorf("the Dockerfile builds with %v, which is not the Go of go.mod", from)
	}
}
