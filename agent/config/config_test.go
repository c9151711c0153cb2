package config

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/naru-log/naru/expr"
)

var update = flag.Bool("update", false, "write what comes out into the case files")

const rule = "\n----------\n"

// TestCases runs testdata/good and testdata/bad: one file for each case, the
// configuration above the rule and below it what it means or what is wrong.
// Comments such as "# var name=value" and "# env NAME=value" set the scene.
func TestCases(t *testing.T) {
	for _, dir := range []string{"good", "bad"} {
		files, err := filepath.Glob("testdata/" + dir + "/*.txt")
		if err != nil || len(files) == 0 {
			t.Fatalf("testdata/%s: %v, %d files", dir, err, len(files))
		}
		for _, path := range files {
			t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
				text, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				src, want, _ := strings.Cut(string(text), rule)
				got, failed := run(t, src)
				if failed != (dir == "bad") {
					t.Errorf("errors: %v, for a case in %s", failed, dir)
				}
				if *update {
					if err := os.WriteFile(path, []byte(src+rule+got), 0o644); err != nil {
						t.Fatal(err)
					}
				} else if got != want {
					t.Errorf("got\n%s\nwant\n%s", got, want)
				}
			})
		}
	}
}

// run loads one source and compiles its expressions.
func run(t *testing.T, src string) (out string, failed bool) {
	t.Helper()
	o := Options{Kinds: testKinds, Vars: map[string]string{}}
	env := map[string]string{}
	for line := range strings.Lines(src) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "# var "); ok {
			name, value, _ := strings.Cut(rest, "=")
			o.Vars[name] = value
		}
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "# env "); ok {
			name, value, _ := strings.Cut(rest, "=")
			env[name] = value
		}
	}
	o.Env = func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	o.Builtin = fstest.MapFS{"case.hcl": {Data: []byte(src)}}
	cfg, diags := Load([]string{"case"}, o)
	if !diags.HasErrors() {
		for _, p := range cfg.Pipelines {
			_, errs := compileAll(p)
			for _, b := range p.Filters {
				diags.Diagnostics = append(diags.Diagnostics, b.Diagnose(errs[b])...)
			}
		}
	}
	if diags.HasErrors() {
		var b bytes.Buffer
		if err := diags.Write(&b); err != nil {
			t.Fatal(err)
		}
		return b.String(), true
	}
	return describeConfig(cfg, src), false
}

func describeConfig(cfg *Config, src string) string {
	var b strings.Builder
	if cfg.Agent != DefaultAgent() {
		fmt.Fprintf(&b, "agent %+v\n", cfg.Agent)
	}
	for _, p := range cfg.Pipelines {
		fmt.Fprintf(&b, "pipeline %s\n", p.Name)
		for _, block := range p.blocks() {
			fmt.Fprintf(&b, "  %s %s", block.what, block.Kind)
			if block.When.IsSet() {
				fmt.Fprintf(&b, " when %s", sourceText(src, block.When))
			}
			b.WriteByte('\n')
			writeStruct(&b, reflect.ValueOf(block.Config).Elem(), "    ", src)
		}
	}
	for _, t := range cfg.Tests {
		fmt.Fprintf(&b, "test %q of %s\n", t.Name, t.Pipeline.Name)
		for i, line := range t.Lines {
			fmt.Fprintf(&b, "  %q\n", line)
			if t.Expect != nil {
				for _, e := range t.Expect[i] {
					fmt.Fprintf(&b, "    %s = %#v\n", e.Field, e.Value)
				}
			}
		}
		fmt.Fprintf(&b, "  absent %q tags %q dropped %v\n", t.Absent, t.Tags, t.Dropped)
	}
	return b.String()
}

func (p *Pipeline) blocks() []*Block {
	return append(append(append([]*Block(nil), p.Inputs...), p.Filters...), p.Outputs...)
}

func sourceText(src string, e expr.Expression) string {
	r := e.Range()
	return src[r.Start.Byte:r.End.Byte]
}

func writeStruct(b *strings.Builder, v reflect.Value, indent, src string) {
	for i := range v.NumField() {
		name, f := v.Type().Field(i).Name, v.Field(i)
		if f.IsZero() {
			continue
		}
		switch x := f.Interface().(type) {
		case expr.Expression:
			fmt.Fprintf(b, "%s%s: %s\n", indent, name, sourceText(src, x))
			continue
		case expr.Fields:
			for _, field := range x {
				fmt.Fprintf(b, "%s%s: %s = %s\n", indent, name, field.Name, sourceText(src, field.Value))
			}
			continue
		}
		if f.Kind() == reflect.Pointer {
			f = f.Elem()
		}
		if f.Kind() == reflect.Struct {
			fmt.Fprintf(b, "%s%s:\n", indent, name)
			writeStruct(b, f, indent+"  ", src)
			continue
		}
		fmt.Fprintf(b, "%s%s: %+v\n", indent, name, f.Interface())
	}
}
