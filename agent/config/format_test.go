package config

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const untidy = `pipeline   "p" {
input "file" {
paths = ["/a"]
    max_line_bytes="1MB"
}

  # a comment
  # another
  # and another
  # and so on
  # and on
  # and on
  # and on
  output "stdout" {}
   }


  `

const tidy = `pipeline "p" {
  input "file" {
    paths          = ["/a"]
    max_line_bytes = "1MB"
  }

  # a comment
  # another
  # and another
  # and so on
  # and on
  # and on
  # and on
  output "stdout" {}
}
`

func TestFormat(t *testing.T) {
	got, diags := Format("x.hcl", []byte(untidy))
	if diags.HasErrors() || string(got) != tidy {
		t.Errorf("%v\n%s", diags, got)
	}
	again, diags := Format("x.hcl", got)
	if diags.HasErrors() || !bytes.Equal(again, got) {
		t.Errorf("formatting twice gives\n%s", again)
	}
	if _, diags := Format("x.hcl", []byte("a = \n")); !diags.HasErrors() {
		t.Error("broken source was formatted")
	}
}

func TestFormatPaths(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "x.hcl")
	for path, text := range map[string]string{name: untidy, filepath.Join(dir, "tidy.hcl"): tidy, filepath.Join(dir, "other.txt"): "a=1"} {
		if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if n, diags := FormatPaths([]string{dir}, true, &out); n != 1 || diags.HasErrors() {
		t.Fatalf("%d, %v", n, diags)
	}
	if b, _ := os.ReadFile(name); string(b) != untidy {
		t.Error("check changed the file")
	}
	patch := out.String()
	out.Reset()
	if n, diags := FormatPaths([]string{dir}, false, &out); n != 1 || diags.HasErrors() || out.String() != name+"\n" {
		t.Fatalf("%d, %v, %s", n, diags, out.String())
	}
	if b, _ := os.ReadFile(name); string(b) != tidy {
		t.Errorf("got\n%s", b)
	}
	if info, _ := os.Stat(name); info.Mode().Perm() != 0o640 {
		t.Errorf("mode is %v", info.Mode())
	}
	checkPatch(t, patch)
	if n, diags := FormatPaths([]string{filepath.Join(dir, "missing.hcl")}, false, &out); n != 0 || !diags.HasErrors() {
		t.Errorf("missing file: %d, %v", n, diags)
	}
}

// checkPatch lets patch, which we did not write, apply the difference.
func checkPatch(t *testing.T, diff string) {
	t.Helper()
	program, err := exec.LookPath("patch")
	if err != nil {
		if !strings.Contains(diff, "@@ -1,8 +1,8 @@\n-pipeline   \"p\" {\n") {
			t.Errorf("diff is\n%s", diff)
		}
		return
	}
	name := filepath.Join(t.TempDir(), "x.hcl")
	if err := os.WriteFile(name, []byte(untidy), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, name)
	cmd.Stdin = strings.NewReader(diff)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("patch: %v\n%s\n%s", err, out, diff)
	}
	if b, _ := os.ReadFile(name); string(b) != tidy {
		t.Errorf("patched:\n%s\nby\n%s", b, diff)
	}
}
