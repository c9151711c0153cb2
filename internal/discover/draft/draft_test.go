package draft

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/naru-log/naru/agent"
	"github.com/naru-log/naru/agent/config"
	"github.com/naru-log/naru/internal/discover"
)

var update = flag.Bool("update", false, "write the expected files of the machines again")

// plant makes the root directory that an archive describes: its files; the links
// of the file "links", a line "NAME -> TARGET" each; and the processes of the
// file "processes", a line "PID COMMAND" each.
func plant(t *testing.T, a *txtar.Archive) string {
	t.Helper()
	root := t.TempDir()
	write := func(name string, text []byte) {
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range a.Files {
		switch {
		case f.Name == "links":
			for line := range strings.Lines(string(f.Data)) {
				name, target, _ := strings.Cut(strings.TrimSpace(line), " -> ")
				name = filepath.Join(root, name)
				if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.Symlink(target, name)); err != nil {
					t.Fatal(err)
				}
			}
		case f.Name == "processes":
			for line := range strings.Lines(string(f.Data)) {
				pid, command, _ := strings.Cut(strings.TrimSpace(line), " ")
				if !strings.HasPrefix(command, "nginx: ") { // one string
					command = strings.ReplaceAll(command, " ", "\x00")
				}
				write("proc/"+pid+"/cmdline", []byte(command+"\x00"))
			}
		case !strings.HasPrefix(f.Name, "want/"):
			write(f.Name, f.Data)
		}
	}
	return root
}

// TestMachines looks at machines that were written down, and compares what it
// says and writes.
func TestMachines(t *testing.T) {
	machines, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(machines) == 0 {
		t.Fatal("no machines: ", err)
	}
	for _, path := range machines {
		t.Run(filepath.Base(path), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			found := discover.Find(plant(t, a))
			var problems bytes.Buffer
			for _, p := range found.Problems {
				fmt.Fprintln(&problems, p)
			}
			file, err := Write(found)
			if err != nil {
				t.Fatal(err)
			}
			runnable(t, file)
			expect(t, a, "want/problems", problems.Bytes())
			expect(t, a, "want/outline", outline(file.Text))
			if *update {
				if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// telling are the lines of a file that depend on the machine.
var telling = regexp.MustCompile(`(?m)^(#.*|pipeline .*|$|\s+paths +=.*|\s+(apache|nginx|tomcat|tomcat_version|uwsgi) +=.*)\n`)

// outline leaves out of a file what is the same for all machines, so that a
// change of the built-in pipelines changes no machine.
func outline(text []byte) []byte {
	kept := bytes.Join(telling.FindAll(text, -1), nil)
	for bytes.Contains(kept, []byte("\n\n\n")) {
		kept = bytes.ReplaceAll(kept, []byte("\n\n\n"), []byte("\n\n"))
	}
	return kept
}

// expect compares with a file of the archive, or writes it there.
func expect(t *testing.T, a *txtar.Archive, name string, got []byte) {
	t.Helper()
	for i := range a.Files {
		f := &a.Files[i]
		if f.Name != name {
			continue
		}
		if *update {
			f.Data = got
		} else if !bytes.Equal(f.Data, got) {
			t.Errorf("%s:\n%s", name, config.Diff(name, f.Data, got))
		}
		return
	}
	if !*update {
		t.Errorf("the machine has no %s: run with -update", name)
	}
	a.Files = append(a.Files, txtar.File{Name: name, Data: got})
}

// runnable checks that naru check and naru fmt --check have nothing to say.
func runnable(t *testing.T, file *File) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "naru.hcl")
	if err := os.WriteFile(name, file.Text, 0o644); err != nil {
		t.Fatal(err)
	}
	cfg, diags := config.Load([]string{name}, config.Options{Kinds: agent.Kinds(), Env: os.LookupEnv})
	var said bytes.Buffer
	if err := diags.Write(&said); err != nil {
		t.Fatal(err)
	}
	if err := cfg.NewDiagnostics(agent.Check(cfg)).Write(&said); err != nil {
		t.Fatal(err)
	}
	if said.Len() > 0 {
		t.Errorf("the file that was written is not fine:\n%s", &said)
	}
	if len(cfg.Pipelines) != len(file.Pipelines) {
		t.Errorf("%d pipelines, want %d", len(cfg.Pipelines), len(file.Pipelines))
	}
	var changed bytes.Buffer
	if n, _ := config.FormatPaths([]string{name}, true, &changed); n != 0 {
		t.Errorf("the file is not in canonical layout:\n%s", &changed)
	}
}

func TestNothing(t *testing.T) {
	if _, err := Write(discover.Find(t.TempDir())); !errors.Is(err, ErrNothing) {
		t.Errorf("Write: %v, want ErrNothing", err)
	}
}
