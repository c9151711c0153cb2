//go:build servers

package uap

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ua-parser/uap-go/uaparser"
	"go.yaml.in/yaml/v3"
)

const coreVersion = "v0.18.0"

// coreDir returns the folder of uap-core, its rules and test files, which go fetches as a module.
func coreDir(t testing.TB) string {
	t.Helper()
	out, err := exec.Command("go", "mod", "download", "-json", "github.com/ua-parser/uap-core@"+coreVersion).Output()
	var mod struct{ Dir, Error string }
	if jerr := json.Unmarshal(out, &mod); err != nil || jerr != nil || mod.Dir == "" {
		t.Fatalf("fetch uap-core %s with go mod download: %v %v %s", coreVersion, err, jerr, mod.Error)
	}
	return mod.Dir
}

func readFile(t testing.TB, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func coreParser(t testing.TB, dir string) *Parser {
	t.Helper()
	p, err := Load(readFile(t, dir, "regexes.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

type coreCase struct {
	UserAgent  string `yaml:"user_agent_string"`
	Family     string
	Major      string
	Minor      string
	Patch      string
	PatchMinor string `yaml:"patch_minor"`
	Brand      string
	Model      string
}

// coreFiles are uap-core's test files with the section each is about: all that
// its own tests read. pgts_browser_list-orig.yaml, the only other one, holds
// answers of long ago, 12,257 of 12,471 of which no rules give any more.
var coreFiles = []struct {
	path    string
	section section
}{
	{"tests/test_ua.yaml", agents},
	{"test_resources/firefox_user_agent_strings.yaml", agents},
	{"test_resources/opera_mini_user_agent_strings.yaml", agents},
	{"test_resources/pgts_browser_list.yaml", agents},
	{"test_resources/podcasting_user_agent_strings.yaml", agents},
	{"tests/test_os.yaml", systems},
	{"test_resources/additional_os_tests.yaml", systems},
	{"tests/test_device.yaml", devices},
}

func coreCases(t testing.TB, dir, path string) []coreCase {
	t.Helper()
	var doc struct {
		Cases []coreCase `yaml:"test_cases"`
	}
	if err := yaml.Unmarshal(readFile(t, dir, path), &doc); err != nil {
		t.Fatalf("parse %s: %v", path, err)
	}
	return doc.Cases
}

// corpus returns every user agent of uap-core's test files once.
func corpus(t testing.TB, dir string) []string {
	t.Helper()
	seen := map[string]bool{}
	var all []string
	for _, f := range coreFiles {
		for _, c := range coreCases(t, dir, f.path) {
			if !seen[c.UserAgent] {
				seen[c.UserAgent] = true
				all = append(all, c.UserAgent)
			}
		}
	}
	return all
}

func TestCoreCases(t *testing.T) {
	dir := coreDir(t)
	p := coreParser(t, dir)
	total := 0
	for _, f := range coreFiles {
		t.Run(f.path, func(t *testing.T) {
			for _, c := range coreCases(t, dir, f.path) {
				total++
				var r Result
				p.Parse([]byte(c.UserAgent), &r)
				var got coreCase
				switch f.section {
				case agents:
					// of a user agent's fourth part the files say nothing, but for a few
					got = coreCase{Family: r.Family, Major: r.Version.Major, Minor: r.Version.Minor, Patch: r.Version.Patch, PatchMinor: c.PatchMinor}
				case systems:
					v := r.OSVersion
					got = coreCase{Family: r.OS, Major: v.Major, Minor: v.Minor, Patch: v.Patch, PatchMinor: v.PatchMinor}
				case devices:
					got = coreCase{Family: r.Device, Brand: r.Brand, Model: r.Model}
				}
				if got.UserAgent = c.UserAgent; got != c {
					t.Errorf("got  %+v\nwant %+v", got, c)
				}
			}
		})
	}
	if total != 31122 {
		t.Errorf("ran %d cases, uap-core %s has 31122", total, coreVersion)
	}
}

// TestCoreEqualsSequential compares all sections, of uap-core's user agents and of damaged ones, with the sequential
// matcher. Every fiftieth: the sequential matcher needs a millisecond for each, and ten with the race detector.
func TestCoreEqualsSequential(t *testing.T) {
	dir := coreDir(t)
	p, ref := coreParser(t, dir), newReference(t, readFile(t, dir, "regexes.yaml"))
	rnd := rand.New(rand.NewPCG(1, 2))
	all := corpus(t, dir)
	for i, ua := range all {
		if i%50 == 0 {
			same(t, p, ref, ua)
		}
		if i%50 == 25 {
			same(t, p, ref, mutate(rnd, ua, all[rnd.IntN(len(all))]))
		}
	}
}

// mutate damages a user agent in one of the ways that reach what the rules' authors did not think of.
func mutate(rnd *rand.Rand, a, b string) string {
	if len(a) < 2 || len(b) < 2 {
		return a + b
	}
	i, j := rnd.IntN(len(a)), rnd.IntN(len(b))
	odd := []string{"\xff", "ſ", "\u212a", "é", "\n", " ", "bot", "/1.2.3", ";", "\ufffd"}
	switch rnd.IntN(5) {
	case 0:
		return a[:i] + b[j:]
	case 1:
		return a[:i] + odd[rnd.IntN(len(odd))] + a[i:]
	case 2:
		return a[i:] + a[:i]
	case 3:
		return a + " " + b
	default:
		return a[:i] + a[i+1:]
	}
}

// TestArenaEqualsSequential compares over the user agents of the log that benchmarks run on.
func TestArenaEqualsSequential(t *testing.T) {
	p, ref := Default(), newReference(t, uaparser.DefinitionYaml)
	for _, ua := range arenaAgents(t) {
		same(t, p, ref, ua)
	}
}

func arenaAgents(t testing.TB) []string {
	t.Helper()
	cmd := exec.Command("go", "run", ".", "-n", "4000", "-o", "-")
	cmd.Dir = filepath.Join(sharedDir(t), "bench", "gen")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("generate a log with %s: %v", cmd.Dir, err)
	}
	seen := map[string]bool{}
	var all []string
	for line := range strings.Lines(string(out)) {
		quoted := strings.Split(line, "\"")
		if len(quoted) < 6 {
			continue
		}
		if ua := quoted[5]; !seen[ua] {
			seen[ua] = true
			all = append(all, ua)
		}
	}
	if len(all) < 100 {
		t.Fatalf("%d user agents in the generated log", len(all))
	}
	return all
}

// sharedDir returns the folder of shared test data beside the repository.
func sharedDir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("NARU_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Fatalf("shared test data: %v (set NARU_SHARED to its folder)", err)
	}
	return dir
}
