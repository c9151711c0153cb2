package prog

import (
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/naru-log/naru/filters/grok/pattern/syntax"
)

// generator writes random expressions and lines for them.
type generator struct{ r *rand.Rand }

var atoms = []string{"a", "b", "ab", ".", `\w`, `\d`, `\s`, `\S`, "[ab]", "[^a]", "[a-c]", `[[:alpha:]]`, `\b`, `\B`, "^", "$",
	`\A`, `\z`, `\Z`, "1", "-", " ", "é", "한", `[^\s,]`, `[a-c&&[^b]]`, `\R`, "(?i:aB)", "(?m:.)", "(?i:ß)", "(?i:[k])", `\p{L}`,
	`\.`, ":", `\d{1,3}`, `(?:[0-9]{1,2}|25[0-5])`, `\w+`, `.*?`, `[0-9A-Za-z][0-9A-Za-z-]{0,4}`, `\S+`, `[^"]*`, `"`}

var quantifiers = []string{"", "", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{,2}", "{2,}", "{1,2}?", "*+", "++", "?+"}

func (g *generator) pick(list []string) string { return list[g.r.Intn(len(list))] }

func (g *generator) atom(depth int) string {
	if depth <= 0 || g.r.Intn(3) > 0 {
		return g.pick(atoms)
	}
	inner := g.alt(depth - 1)
	open := g.pick([]string{"(?:", "(?:", "(?<x>", "(?<y>", "(?=", "(?!", "(?>", "(?i:"})
	if g.r.Intn(12) == 0 {
		return g.pick([]string{"(?<=a)", `(?<!\w)`, "(?<=a|bc)", "(?<![0-9])", "(?![0-9])"})
	}
	return open + inner + ")"
}

func (g *generator) alt(depth int) string {
	var alts []string
	for range 1 + g.r.Intn(3)/2*g.r.Intn(3) {
		var b strings.Builder
		for range 1 + g.r.Intn(4) {
			b.WriteString(g.atom(depth) + g.pick(quantifiers))
		}
		alts = append(alts, b.String())
	}
	return strings.Join(alts, "|")
}

func (g *generator) line() []byte {
	var b strings.Builder
	for range g.r.Intn(14) {
		b.WriteString(g.pick([]string{"a", "b", "c", "A", "B", "a", "b", "1", "25", "-", " ", "é", "한", "ß", "ss", "K", "\n", "\r\n", ".", ":", ",", `"`, "\xff"}))
	}
	return []byte(b.String())
}

func parse(expr string) (*syntax.Tree, error) {
	x := syntax.Expander{Lookup: func(string) (string, bool) { return "", false }}
	src, err := x.Expand(expr)
	if err != nil {
		return nil, err
	}
	return syntax.Parse(src, syntax.Options{})
}

// compare runs both programs and the reference on a line.
func compare(t *testing.T, expr string, line []byte) {
	t.Helper()
	tree, err := parse(expr)
	if err != nil {
		return
	}
	p, err := Compile(tree)
	if err != nil {
		return
	}
	comparePrograms(t, p, p.NewMatcher(0), line)
}

// comparePrograms puts a line through both programs and the reference.
func comparePrograms(t *testing.T, p *Prog, m *Matcher, line []byte) {
	t.Helper()
	expr, tree := p.tree.Source.Text, p.tree
	plain := m.matchPlain(line, 0)
	plainCaps := slices.Clone(m.Caps())
	if p.quick != nil {
		if got := m.Match(line); got != plain || got == Matched && !sameCaps(p, got, m.Caps(), plainCaps) {
			t.Fatalf("%q on %q: quick %v %v, plain %v %v", expr, line, got, m.Caps(), plain, plainCaps)
		}
	}
	r := &reference{tree: tree, text: line}
	if p.quick == nil {
		return // the reference knows no back references and conditions
	}
	caps, matched, ok := r.search()
	if ok && (matched != (plain == Matched) || matched && !sameCaps(p, plain, caps, plainCaps)) {
		t.Fatalf("%q on %q: reference %v %v, program %v %v", expr, line, matched, caps, plain, plainCaps)
	}
}

// sameCaps compares captures. What a group in a loop holds after a round that
// matched nothing follows a rule of its own, which only one side knows.
func sameCaps(p *Prog, r Result, a, b []int32) bool {
	if a[0] != b[0] || a[1] != b[1] {
		return false
	}
	for _, in := range p.plain().inst {
		if in.op == opCheck && in.m == 1 {
			return true
		}
	}
	for g := 2; g < len(a); g += 2 {
		if (a[g+1] < 0) != (b[g+1] < 0) || a[g+1] >= 0 && (a[g] != b[g] || a[g+1] != b[g+1]) {
			return false
		}
	}
	return true
}

func TestProgramsAgree(t *testing.T) {
	const patterns, lines = 1500, 4
	g := &generator{rand.New(rand.NewSource(1))}
	for range patterns {
		expr := g.alt(g.r.Intn(3))
		for range lines {
			compare(t, expr, g.line())
		}
	}
}

// TestProgramsAgreeOnLibrary puts changed lines through both programs of
// expressions that the library has, or whose parts it has.
func TestProgramsAgreeOnLibrary(t *testing.T) {
	const lines = 150
	r := rand.New(rand.NewSource(4))
	for expr, line := range map[string]string{
		"%{HTTPD_COMBINEDLOG}":                                                  `192.0.2.1 - frank [26/Apr/2018:01:28:08 +0900] "GET /a?b=c HTTP/1.1" 200 10945 "http://h.example/" "Mozilla/5.0 (X11)"`,
		"^%{HTTPD_COMMONLOG:x}":                                                 `h-1.example - - [26/Apr/2018:01:28:08 +0900] "-" 408 -`,
		"%{URIPROTO:p}://(?:%{USER:u}@)?%{URIHOST:h}":                           "http://w-@h.example-:80/",
		"//(?<h>%{IPORHOST}(?::%{POSINT:port})?)(?:%{URIPATHPARAM:path})?":      "//h.example-:80/a/b?c=d",
		"%{SYSLOGLINE}":                                                         "Mar  5 07:08:09 host sshd[4242]: Accepted publickey for deploy from 192.0.2.1 port 2222 ssh2",
		"%{TIMESTAMP_ISO8601:ts} %{LOGLEVEL:level} %{GREEDYDATA:a}: %{DATA:b};": "2024-03-05T07:08:09.123Z WARN disk: nearly full; /var",
		"%{CATALINALOG}":                                                        "05-Mar-2024 07:08:09.123 INFO [main] org.apache.catalina.startup.Catalina.start Server startup in [1234] milliseconds",
	} {
		p := compileExpression(t, expr)
		m := p.NewMatcher(0)
		for range lines {
			changed := []byte(line)
			for range r.Intn(4) {
				at, piece := r.Intn(len(changed)+1), []string{"-", " ", "é", "\xff", `"`, ".", ":", "0", "a", "\n", "]", "@"}[r.Intn(12)]
				changed = slices.Insert(changed, at, []byte(piece)...)
				if r.Intn(2) == 0 {
					changed = slices.Delete(changed, r.Intn(len(changed)/2), len(changed)/2+r.Intn(len(changed)/2))
				}
			}
			comparePrograms(t, p, m, changed)
		}
	}
}

func FuzzProgramsAgree(f *testing.F) {
	f.Add(int64(1))
	f.Fuzz(func(t *testing.T, seed int64) {
		g := &generator{rand.New(rand.NewSource(seed))}
		compare(t, g.alt(3), g.line())
	})
}

func FuzzMatch(f *testing.F) {
	f.Add(`(?<x>\w+) (?:a|ab)*?c$`, "a abc")
	f.Add(`(?<![0-9])(?:25[0-5]|[0-9]{1,2})(?:\.\d+){3}\b`, "1.2.3.4")
	f.Add(`(?<q>"(?:[^"\\]|\\.)*")`, `"a\"b"`)
	f.Add(`(?<p>\((?:[^()]|\g<p>)*\))`, "(a(b))")
	f.Fuzz(func(t *testing.T, expr, line string) {
		const most = 200
		if len(expr) < most && len(line) < most && strings.Count(expr, "{") < 3 {
			compare(t, expr, []byte(line))
		}
	})
}

func TestShortcutsAgree(t *testing.T) {
	const quad = `(?<![0-9])(?:(?:[0-1]?[0-9]{1,2}|2[0-4][0-9]|25[0-5])[.](?:[0-1]?[0-9]{1,2}|2[0-4][0-9]|25[0-5])[.](?:[0-1]?[0-9]{1,2}|2[0-4][0-9]|25[0-5])[.](?:[0-1]?[0-9]{1,2}|2[0-4][0-9]|25[0-5]))(?![0-9])`
	const date = `(?:(?:0[1-9])|(?:[12][0-9])|(?:3[01])|[1-9])/(?:[Jj]an(?:uary)?|[Ff]eb|[Mm]ar|[Aa]pr|May|[Jj]un|Jul|Aug|Sep|Oct|Nov|[Dd]ec)/(?>\d\d){1,2}:(?:2[0123]|[01]?[0-9]):(?:[0-5][0-9])(?::(?:(?:[0-5]?[0-9]|60)(?:[:.,][0-9]+)?))(?![0-9]) (?:[+-]?(?:[0-9]+))`
	for _, c := range []struct {
		expr string
		want shortcut
		near string
	}{{"(?<x>" + quad + ") ", dottedQuad, "192.0.2.1 - frank [26/Apr"}, {"(?<x>" + date + `)\]`, httpDate, "26/Apr/2018:01:28:08 +0900]"}} {
		tree, err := parse(c.expr)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Compile(tree)
		if err != nil {
			t.Fatal(err)
		}
		in := p.quick.inst[0]
		if in.op != opScan || in.scan.shortcut != c.want {
			t.Fatalf("%s: op %d, no shortcut", c.expr, in.op)
		}
		r := rand.New(rand.NewSource(2))
		hits := 0
		for range 50_000 {
			line := []byte(c.near)
			for range r.Intn(4) {
				at, b := r.Intn(len(line)), "0123456789./: JanFebApr+-]\xff"[r.Intn(27)]
				switch r.Intn(3) {
				case 0:
					line = slices.Insert(line, at, b)
				default:
					line[at] = b
				}
			}
			got := in.scan.short(line, 0)
			if want, _ := in.scan.scan(line, 0); got >= 0 && got != want {
				t.Fatalf("%q: shortcut %d, automaton %d", line, got, want)
			}
			if got >= 0 {
				hits++
			}
		}
		if hits < 5_000 {
			t.Errorf("%s: the shortcut takes %d lines", c.near, hits)
		}
	}
}

func TestAutomatonRefused(t *testing.T) {
	// An automaton must not be trusted where two ends are possible.
	for _, c := range []struct {
		expr, line string
		end        int32
	}{
		{`(?:a|ab)(?:c|bcd)`, "abcd", 4},
		{`(?:\d+|\d+\.\d+)\.`, "1.2.", 2},
		{`(?>a|ab)c`, "abc", -1},
		{`(?:ab|a)b`, "ab", 2},
	} {
		tree, err := parse(c.expr)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Compile(tree)
		if err != nil {
			t.Fatal(err)
		}
		m := p.NewMatcher(0)
		r := m.Match([]byte(c.line))
		if (r == Matched) != (c.end >= 0) || r == Matched && m.Caps()[1] != c.end {
			t.Errorf("%s on %s: %v %v", c.expr, c.line, r, m.Caps())
		}
	}
}
