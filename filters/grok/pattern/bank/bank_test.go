package bank

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestBanksAreComplete(t *testing.T) {
	f := func(name string, bank map[string]string, want int) {
		t.Helper()
		if len(bank) != want {
			t.Errorf("%s has %d patterns, want %d", name, len(bank), want)
		}
		for _, key := range slices.Sorted(maps.Keys(bank)) {
			checkDefinition(t, name, key, bank)
		}
	}
	f("ECS", ECS(), 361)
	f("legacy", Legacy(), 318)
}

var reference = regexp.MustCompile(`%\{(\w+)(?::[^}|]*)?\}`)

func checkDefinition(t *testing.T, bankName, name string, bank map[string]string) {
	t.Helper()
	text := bank[name]
	if text == "" || strings.TrimSpace(text) != text {
		t.Errorf("%s: %s is %q", bankName, name, text)
	}
	if strings.Contains(text, "@{") || strings.Contains(text, "(?P<") {
		t.Errorf("%s: %s is not settled: %s", bankName, name, text)
	}
	for _, m := range reference.FindAllStringSubmatch(text, -1) {
		if bank[m[1]] == "" {
			t.Errorf("%s: %s refers to %s, which has no definition", bankName, name, m[1])
		}
	}
	if n := strings.Count(text, "%{"); n != len(reference.FindAllString(text, -1)) {
		t.Errorf("%s: %s has a malformed reference: %s", bankName, name, text)
	}
}

func TestNotation(t *testing.T) {
	const text = `# comment
let end  %{INT:a:int|:b}$
A        x|y
B/ecs    one
B/legacy two
C        %{A:a|B:b} @{end}
D
E        (?<x.y|z>\d)(?<=1)(?<!2)%{A|:c}%{A:d|A}%%{A}
`
	shared := map[string]string{"D": "shared"}
	f := func(s set, want map[string]string) {
		t.Helper()
		p := parser{set: s, bank: map[string]string{}}
		p.file(text, shared)
		if !maps.Equal(p.bank, want) {
			t.Errorf("set %d: got %q, want %q", s, p.bank, want)
		}
	}
	f(ecs, map[string]string{
		"A": "x|y", "B": "one", "C": "%{A:a} %{INT:a:int}$", "D": "shared",
		"E": `(?<x.y>\d)(?<=1)(?<!2)%{A}%{A:d}%%{A}`,
	})
	f(legacy, map[string]string{
		"A": "x|y", "B": "two", "C": "%{B:b} %{INT:b}$", "D": "shared",
		"E": `(?<z>\d)(?<=1)(?<!2)%{A:c}%{A}%%{A}`,
	})
}

func TestMapsBelongToTheCaller(t *testing.T) {
	a := ECS()
	a["WORD"] = "changed"
	if ECS()["WORD"] == "changed" {
		t.Fatal("a change of one map shows in the next")
	}
}
