package config

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

const minimal = `pipeline "%NAME%" {
  input "file" { paths = ["/x"] }
  output "stdout" {}
}
`

func named(name string) []byte { return []byte(strings.ReplaceAll(minimal, "%NAME%", name)) }

// folder writes files below a new directory and makes it the working directory.
func folder(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	return dir
}

func TestSources(t *testing.T) {
	folder(t, map[string][]byte{
		"one.hcl":             named("one"),
		"conf/b.hcl":          named("b"),
		"conf/a.hcl":          named("a"),
		"conf/.hidden.hcl":    named("hidden"),
		"conf/notes.txt":      []byte("no"),
		"conf/below/deep.hcl": named("deep"),
		"apache/own.hcl":      named("own"),
		"empty/x.txt":         nil,
		"access.log":          []byte("1.2.3.4"),
	})
	builtin := fstest.MapFS{"apache.hcl": {Data: named("apache")}, "nginx.hcl": {Data: named("nginx")}}
	for _, tt := range []struct {
		args  []string
		want  string // names of the pipelines
		wrong string // in the diagnostics
	}{
		{[]string{"one.hcl"}, "one", ""},
		{[]string{"conf"}, "a b", ""},
		{[]string{"conf/", "one.hcl", "nginx"}, "a b one nginx", ""},
		{[]string{"apache"}, "apache", ""},
		{[]string{"./apache"}, "own", ""},
		{nil, "", "Name an .hcl file, a folder of them, or a built-in pipeline. Built-in are: apache, nginx."},
		{[]string{"apach"}, "", `Did you mean "apache"?`},
		{[]string{"empty"}, "", "The folder has no .hcl file."},
		{[]string{"missing.hcl"}, "", "no such file"},
		{[]string{"missing/"}, "", "no such file"},
		{[]string{"access.log"}, "", "A pipeline is a file that ends in .hcl."},
		{[]string{"one.hcl", "one.hcl"}, "one", `There is a pipeline "one" already`},
	} {
		cfg, diags := Load(tt.args, Options{Kinds: testKinds, Builtin: builtin})
		var names []string
		for _, p := range cfg.Pipelines {
			names = append(names, p.Name)
		}
		var text bytes.Buffer
		if err := diags.Write(&text); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(names, " "); got != tt.want || (tt.wrong == "") == diags.HasErrors() || !strings.Contains(text.String(), tt.wrong) {
			t.Errorf("%v: pipelines %q, diagnostics\n%s", tt.args, got, &text)
		}
	}
}

func TestVariablesBelongToTheirFile(t *testing.T) {
	folder(t, map[string][]byte{
		"a.hcl": []byte(`variable "paths" { default = ["/a"] }` + "\n" + strings.Replace(string(named("a")), `["/x"]`, "var.paths", 1)),
		"b.hcl": []byte(`variable "paths" { default = ["/b"] }` + "\n" + strings.Replace(string(named("b")), `["/x"]`, "var.paths", 1)),
		"c.hcl": []byte(strings.Replace(string(named("c")), `["/x"]`, "var.paths", 1)),
	})
	cfg, diags := Load([]string{"a.hcl", "b.hcl"}, Options{Kinds: testKinds})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for i, want := range []string{"/a", "/b"} {
		if got := cfg.Pipelines[i].Inputs[0].Config.(*fileInput).Paths[0]; got != want {
			t.Errorf("paths of %s: %s", cfg.Pipelines[i].Name, got)
		}
	}
	cfg, diags = Load([]string{"a.hcl", "b.hcl"}, Options{Kinds: testKinds, Vars: map[string]string{"paths": "/c"}})
	if diags.HasErrors() || cfg.Pipelines[1].Inputs[0].Config.(*fileInput).Paths[0] != "/c" {
		t.Errorf("--var does not reach every file: %v", diags)
	}
	if _, diags = Load([]string{"a.hcl", "c.hcl"}, Options{Kinds: testKinds}); !diags.HasErrors() {
		t.Error("a variable is seen by another file")
	}
}

func TestFileFunction(t *testing.T) {
	dir := folder(t, map[string][]byte{
		"conf/p.hcl": []byte(`pipeline "p" {
  input "file" { paths = [file("secret"), file("crlf")] }
  output "elasticsearch" { password = file("./secret") }
}`),
		"conf/secret": []byte("two\nlines\n\n"),
		"conf/crlf":   []byte("text\r\n"),
	})
	cfg, diags := Load([]string{"conf"}, Options{Kinds: testKinds})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if got := cfg.Pipelines[0].Inputs[0].Config.(*fileInput).Paths; got[0] != "two\nlines\n" || got[1] != "text" {
		t.Errorf("file() gives %q", got)
	}
	for name, text := range map[string][]byte{"binary": {0xff, 0xfe}, "large": make([]byte, maxSecretFile+1)} {
		if err := os.WriteFile(filepath.Join(dir, "conf/secret"), text, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, diags := Load([]string{"conf"}, Options{Kinds: testKinds}); !diags.HasErrors() {
			t.Errorf("%s file was read", name)
		}
	}
}

// TestSecretsAreNotShown looks for the values themselves in whatever is printed
// for the cases of testdata/bad that have some.
func TestSecretsAreNotShown(t *testing.T) {
	for _, name := range []string{"secret", "secret_component", "secret_expression"} {
		text, err := os.ReadFile("testdata/bad/" + name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		src, _, _ := strings.Cut(string(text), rule)
		out, failed := run(t, src)
		for _, secret := range []string{"wrong horse", "correct battery"} {
			if !failed || strings.Contains(out, secret) {
				t.Errorf("%s: %s", name, out)
			}
		}
	}
}

func FuzzLoad(f *testing.F) {
	for _, dir := range []string{"good", "bad"} {
		files, err := filepath.Glob("testdata/" + dir + "/*.txt")
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range files {
			text, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			src, _, _ := bytes.Cut(text, []byte(rule))
			f.Add(src, "x")
		}
	}
	f.Add([]byte(`variable "v" {}`), `["a", {b = 1}]`)
	f.Fuzz(func(t *testing.T, src []byte, value string) {
		if bytes.Contains(src, []byte("format")) || bytes.Contains(src, []byte("e9")) {
			return // format("%999999999d", 1) and floor(1e999999999) may take their memory
		}
		builtin := fstest.MapFS{"case.hcl": {Data: src}}
		cfg, diags := Load([]string{"case"}, Options{Kinds: testKinds, Builtin: builtin, Vars: map[string]string{"v": value}})
		if err := diags.Write(&bytes.Buffer{}); err != nil {
			t.Fatal(err)
		}
		if diags.HasErrors() {
			return
		}
		for _, p := range cfg.Pipelines {
			_, errs := compileAll(p)
			for b, err := range errs {
				b.Diagnose(err)
			}
		}
	})
}

func FuzzFormat(f *testing.F) {
	f.Add([]byte(untidy))
	f.Add([]byte("a=<<E\n x\nE\n"))
	f.Add([]byte("a=1"))
	f.Fuzz(func(t *testing.T, src []byte) {
		once, diags := Format("x.hcl", src)
		if diags.HasErrors() {
			return
		}
		if _, diags := Format("x.hcl", once); diags.HasErrors() {
			t.Fatalf("formatting broke\n%s\ninto\n%s\n%v", src, once, diags)
		}
		Diff("x.hcl", src, once)
	})
}
