//go:build servers

package deploy

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestBinaryOfTheImage builds naru as the Dockerfile does.
func TestBinaryOfTheImage(t *testing.T) {
	build := regexp.MustCompile(`CGO_ENABLED=0 go build -trimpath -ldflags "([^"]+)"`).FindStringSubmatch(dockerfile(t))
	if build == nil {
		t.Fatal("the Dockerfile builds naru in a way that this test does not know")
	}
	path := filepath.Join(t.TempDir(), "naru")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", strings.ReplaceAll(build[1], "${VERSION}", "1.2.3"), "-o", path, "./cmd/naru")
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(path, "version").Output()
	if err != nil || !strings.Contains(string(out), "1.2.3") {
		t.Errorf("naru version prints %q, %v, want 1.2.3", out, err)
	}
	// A static program asks for no interpreter, the dynamic loader.
	binary, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer binary.Close()
	for _, p := range binary.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("the binary is linked dynamically: there is nothing to load it in the image")
		}
	}
}

// TestCommandLines: every command line of naru in the files for deployment has
// a command and flags that naru knows.
func TestCommandLines(t *testing.T) {
	lines := [][]string{strings.Fields(unit(t)["Service"]["ExecStart"])[1:]}
	for _, c := range manifests(t)["Deployment"].Spec.Template.Spec.Containers {
		if c.Name == "naru" {
			lines = append(lines, c.Args)
		}
	}
	for _, name := range []string{"setup", "naru"} {
		lines = append(lines, service(t, name).Command)
	}
	for _, m := range regexp.MustCompile(`(?m)CMD \[([^\]]+)\]`).FindAllStringSubmatch(dockerfile(t), -1) {
		words := strings.Fields(strings.NewReplacer(`"`, "", ",", " ", "/usr/bin/naru", "").Replace(m[1]))
		lines = append(lines, words)
	}
	if len(lines) < 6 {
		t.Fatalf("%d command lines were found: %v", len(lines), lines)
	}
	naru := filepath.Join(t.TempDir(), "naru")
	build := exec.Command("go", "build", "-o", naru, "./cmd/naru")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, line := range lines {
		help, err := exec.Command(naru, line[0], "--help").CombinedOutput()
		if err != nil || !bytes.Contains(help, []byte("naru "+line[0])) {
			t.Errorf("naru %s: %v\n%s", line[0], err, help)
			continue
		}
		for _, word := range line[1:] {
			flag, _, _ := strings.Cut(word, "=")
			if strings.HasPrefix(flag, "--") && !bytes.Contains(help, []byte(flag+" ")) {
				t.Errorf("naru %s has no flag %s", line[0], flag)
			}
		}
	}
}
