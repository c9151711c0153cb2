package uap

import (
	"slices"
	"strings"
	"testing"

	"github.com/ua-parser/uap-go/uaparser"
	"go.yaml.in/yaml/v3"
)

// TestReadRulesEqualsYAML compares every rule, key and line of the built-in file with what a YAML library reads.
func TestReadRulesEqualsYAML(t *testing.T) {
	got, err := readRules(uaparser.DefinitionYaml)
	if err != nil {
		t.Fatal(err)
	}
	want := definitionsOf(t, uaparser.DefinitionYaml)
	if len(got) != len(want) {
		t.Fatalf("%d rules, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("got  %+v\nwant %+v", got[i], want[i])
		}
	}
}

// definitionsOf reads a rule file with a YAML library.
func definitionsOf(t testing.TB, file []byte) []definition {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(file, &doc); err != nil {
		t.Fatal(err)
	}
	var out []definition
	top := doc.Content[0].Content
	for i := 0; i < len(top); i += 2 {
		r := ruleReader{}
		for s, name := range sectionNames {
			if name == top[i].Value {
				r.section = section(s)
			}
		}
		for _, item := range top[i+1].Content {
			r.rules = append(r.rules, definition{section: r.section, line: item.Line})
			r.open = true
			for k := 0; k < len(item.Content); k += 2 {
				if err := r.set(item.Content[k].Value, item.Content[k+1].Value); err != nil {
					t.Fatal(err)
				}
			}
			if err := r.finish(); err != nil {
				t.Fatal(err)
			}
		}
		out = append(out, r.rules...)
	}
	return out
}

func TestLoadErrors(t *testing.T) {
	const ok = "user_agent_parsers:\n  - regex: 'a'\n"
	for _, c := range []struct{ file, want string }{
		{"", "no rules"},
		{"user_agent_parsers:\n", "no rules"},
		{"\xff", "not UTF-8"},
		{ok + "  - regex: '(a'\n", `line 3: regex '(a': error parsing regexp: missing closing ): ` + "`(a`"},
		{ok + "  - regex: 'a(?!b)'\n", "line 3: regex 'a(?!b)'"},
		{ok + "  - family_replacement: 'x'\n", "rule of line 3 has no regex"},
		{ok + "    regex: 'b'\n", "line 3: a second regex in the rule of line 2"},
		{ok + "    brand: 'b'\n", `line 3: unknown key "brand" in user_agent_parsers`},
		{ok + "    v1_replacement: '1'\n    v1_replacement: '2'\n", "line 4: a second v1_replacement"},
		{ok + "    regex_flag: 'x'\n", `line 3: regex_flag is "x"`},
		{ok + "parsers:\n", `line 3: unknown section "parsers"`},
		{ok + "\tx: y\n", "line 3: indented with a tab"},
		{ok + "    family_replacement: 'x\n", "line 3: value of family_replacement: no closing quote"},
		{ok + "    family_replacement: 'x' y\n", `line 3: value of family_replacement: "y" after the closing quote`},
		{ok + "    family_replacement: \"\\q\"\n", "is not a double-quoted text"},
		{ok + "    family_replacement: |\n", "line 3: value of family_replacement"},
		{ok + "    something\n", `line 3: expected "key: value"`},
		{"  - regex: 'a'\n", "line 1: a rule before the first section"},
		{"user_agent_parsers:\n  regex: 'a'\n", "line 2: expected a rule"},
	} {
		_, err := Load([]byte(c.file))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got error %v, want one with %q", c.file, err, c.want)
		}
	}
}

func TestLoadVariants(t *testing.T) {
	p, err := Load([]byte("\ufeff# rules\r\n---\r\nos_parsers: # second\r\n- regex: \"(\\\\w+)OS\\/\\x31\" # a comment\r\n  os_v1_replacement: 1 # one\r\n" +
		"device_parsers: []\r\nuser_agent_parsers:\r\n- regex: it''s (a)#b\r\n- family_replacement: 'it''s $1'\r\n  regex: 'It''s (B)'\r\n  brand_replacement: 'of devices'\r\n  regex_flag: i\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	var r Result
	p.Parse([]byte("xOS/1 it's b"), &r)
	want := Result{Family: "it's b", OS: "x", OSVersion: Version{Major: "1"}, Device: Other}
	r.Type, r.DeviceType = 0, 0
	if r != want {
		t.Errorf("got %+v, want %+v", r, want)
	}
}

// FuzzLoad gives readRules files; what it takes, a YAML library must read the same.
func FuzzLoad(f *testing.F) {
	f.Add([]byte("user_agent_parsers:\n  - regex: 'a''b' # c\n    v1_replacement: \"x\\ty\"\n\nos_parsers:\n  - regex: a b\n    os_replacement: ''\n"))
	f.Add([]byte("---\ndevice_parsers:\n- regex: \"\\x41\"\n  regex_flag: 'i'\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		defs, err := readRules(file)
		if err != nil {
			return
		}
		var doc map[string][]map[string]string
		if yaml.Unmarshal(file, &doc) != nil {
			return // stricter than we are
		}
		for s, name := range sectionNames {
			var got, want []string
			for _, d := range defs {
				if d.section == section(s) {
					got = append(got, d.regex)
				}
			}
			for _, m := range doc[name] {
				want = append(want, m["regex"])
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%q: %s: got %q, YAML says %q", file, name, got, want)
			}
		}
	})
}
