//go:build servers

package difftest

import (
	"flag"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/naru-log/naru/filters/grok/pattern"
	"github.com/naru-log/naru/filters/grok/pattern/bank"
	"github.com/naru-log/naru/internal/grokoracle"
)

var patternCount = flag.Int("patterns", 3000, "how many random patterns TestRandomPatterns tries")

// maxReports ends a run in which everything differs for one reason.
const maxReports = 25

// TestRandomPatterns puts random patterns of the whole language over random
// lines through both engines.
func TestRandomPatterns(t *testing.T) {
	c := newComparer(t, startOracle(t))
	c.bank = bank.ECS()
	r := random(t)
	for range *patternCount {
		g := generate(r)
		if r.IntN(10) == 0 {
			g.expression = noise(r, g.expression)
		}
		lines := []string{g.sample(), g.sample(), ""}
		for range 4 {
			lines = append(lines, mutate(r, lines[r.IntN(2)]))
		}
		c.compare(g.expression, g.definitions, lines)
		if len(c.reported) >= maxReports {
			break
		}
	}
	t.Logf("%d lines of %d patterns: %v, differences by intent: %v", c.lines, c.patterns, c.kinds, c.accepted)
}

// TestBanksOverChangedLines puts every pattern of both banks over recorded and
// changed lines through both engines, each with naru's definitions: whether
// those are the reference's is TestBankDefinitions' to say.
func TestBanksOverChangedLines(t *testing.T) {
	c := newComparer(t, startOracle(t))
	r := random(t)
	cases, _ := recordings(t)
	f := func(name string, definitions map[string]string) {
		c.bank = definitions
		pool := newLinePool(name, definitions, cases)
		for _, key := range slices.Sorted(maps.Keys(definitions)) {
			for _, expression := range []string{"%{" + key + ":whole}", "^%{" + key + "}$"} {
				c.compare(expression, nil, pool.lines(r, key))
			}
		}
	}
	f("ecs-v1", bank.ECS())
	f("legacy", bank.Legacy())
	t.Logf("%d lines of %d patterns: %v, differences by intent: %v", c.lines, c.patterns, c.kinds, c.accepted)
}

// FuzzAgainstReference lets the fuzzer choose pattern and line.
func FuzzAgainstReference(f *testing.F) {
	cases, _ := recordings(f)
	for i, c := range cases {
		// Library patterns are slow to compile in instrumented code, and have
		// a test of their own.
		if i%10 == 0 && !strings.Contains(c.pattern, "%{") {
			f.Add(c.pattern, c.line)
		}
	}
	o, library := startOracle(f), bank.ECS()
	// The engine takes a while to start, and one call of the target may not.
	askOracle(f, o, "a", grokoracle.Options{}, "a")
	f.Fuzz(func(t *testing.T, expression, line string) {
		if !transferable(expression) || !transferable(line) {
			return
		}
		c := newComparer(t, o)
		c.bank = library
		c.compare(expression, nil, []string{line})
	})
}

// transferable says whether both engines can be given the text: the reference
// takes Java strings, which hold no invalid UTF-8.
func transferable(s string) bool { return utf8.ValidString(s) && len(s) < 1000 }

// A comparer counts what it compared and reports what differs.
type comparer struct {
	t               testing.TB
	oracle          *grokoracle.Oracle
	bank            map[string]string
	patterns, lines int
	kinds           map[kind]int    // of the reference's outcomes
	reported        map[string]bool // patterns, as short as they became
	accepted        map[string]int  // reasons of differences that are meant
}

func newComparer(t testing.TB, o *grokoracle.Oracle) *comparer {
	return &comparer{t: t, oracle: o, kinds: map[kind]int{}, reported: map[string]bool{}, accepted: map[string]int{}}
}

func (c *comparer) compare(expression string, definitions map[string]string, lines []string) {
	c.patterns++
	want := c.reference(expression, definitions, lines)
	got := c.naru(expression, definitions, lines)
	for i, line := range lines {
		c.lines++
		c.kinds[want[i].kind]++
		if agree(got[i], want[i]) {
			continue
		}
		if why := accepted(expression, definitions, line, got[i], want[i]); why != "" {
			c.accepted[why]++
			continue
		}
		c.t.Helper()
		c.report(expression, definitions, line)
		return
	}
}

// agree holds where the reference gave no answer in time: naru may have one.
func agree(got, want outcome) bool {
	unknown := want.kind == timeout || want.kind == internal
	return unknown && got.kind != panicked || got.equal(want)
}

// accepted returns why naru's outcome may differ from the reference's: naru
// refuses what the reference takes without it having a meaning, and gives up
// where the reference goes on for longer. docs/grok.md has the list.
func accepted(expression string, definitions map[string]string, line string, got, want outcome) string {
	expression = withDefinitions(expression, definitions)
	switch {
	case got.kind == matched && want.kind == matched && got.equal(want.without(got)):
		return "empty round of a loop"
	case want.kind != compile && got.kind != compile && countsNothing(expression, definitions):
		return "counted repeat of what matches nothing"
	case got.kind == matched && want.kind == mismatched && endsWide(line) && textEnd.MatchString(expression):
		return "end of a text of several bytes"
	case got.kind == matched && want.kind == mismatched && ignoresCase.MatchString(expression) && strings.ContainsAny(line, "\u212aſßẞ"):
		return "letters of other lengths under (?i)"
	case want.kind != compile && got.kind != compile && emptyBackref.MatchString(expression):
		return "word boundary after a back reference"
	case want.kind != compile && got.kind != compile && nestedNegated.MatchString(expression):
		return "negated sets in a negated class within a class"
	case got.kind == matched && calledRepeat.MatchString(expression):
		return "call of a group that ends in a repeat"
	case want.kind != compile && got.kind != compile && lazyNothing.MatchString(expression):
		return "lazy repeat of at most nothing"
	case got.kind == timeout && usesBudget.MatchString(expression):
		return "step budget"
	case got.kind != compile:
		return ""
	case strings.Contains(got.message, "the absence operator is not supported"):
		return "absence operator"
	case strings.Contains(got.message, "may be one letter or several"):
		return "letters of several in a lookbehind"
	case strings.Contains(got.message, "the condition is no group"):
		return "condition without a group"
	case strings.Contains(got.message, "there is no such character"):
		return "character beyond Unicode"
	case strings.Contains(got.message, "the group name is empty or has no end"):
		return "group name"
	}
	return ""
}

var (
	textEnd       = regexp.MustCompile(`\\[zZ]`)
	emptyBackref  = regexp.MustCompile(`(?s)\\(k[<']|[1-9]).*(\\[bB]|%\{)|\\[bB].*\\(k[<']|[1-9])`)
	calledRepeat  = regexp.MustCompile(`(?s)[*+?}]\).*\\g[<']|\\g[<'].*[*+?}]\)`)
	nestedNegated = regexp.MustCompile(`(?s)\[.*\[\^.*(\\D|\[:\^|\\p\{\^|\\P)`)
	ignoresCase   = regexp.MustCompile(`\(\?[a-z]*i`)
	lazyNothing   = regexp.MustCompile(`\{0*,0+\}\?`)
)

// endsWide reports whether the last character has several bytes. The
// reference then misses matches at the end of the text.
func endsWide(line string) bool { return line != "" && line[len(line)-1] >= utf8.RuneSelf }

// withDefinitions is all the text that the reference looked at.
func withDefinitions(expression string, definitions map[string]string) string {
	for _, name := range slices.Sorted(maps.Keys(definitions)) {
		expression += "\n" + definitions[name]
	}
	return expression
}

// without returns o without the captures that are empty and that p has not.
func (o outcome) without(p outcome) outcome {
	o.captures = slices.DeleteFunc(slices.Clone(o.captures), func(c capture) bool {
		absent := !slices.ContainsFunc(p.captures, func(d capture) bool { return d.name == c.name })
		return absent && len(c.values) == 1 && c.values[0] == ""
	})
	return o
}

// countsNothing reports whether a group that can match nothing is repeated a
// number of times: the reference leaves loops around it early.
func countsNothing(expression string, definitions map[string]string) bool {
	library := maps.Clone(bank.ECS())
	maps.Copy(library, definitions)
	for _, reference := range countedReference.FindAllStringSubmatch(expression, -1) {
		p, err := pattern.Compile(`\A`+reference[1]+`\z`, pattern.Options{Definitions: pattern.Map(library)})
		if err == nil && p.NewMatcher().Match(nil) == pattern.Matched {
			return true
		}
	}
	for at := range len(expression) {
		if !countedGroup.MatchString(expression[at:]) {
			continue
		}
		for open := at - 1; open >= 0; open-- {
			if expression[open] != '(' {
				continue
			}
			group, err := pattern.Compile(`\A(?:`+expression[open:at+1]+`)\z`, pattern.Options{Definitions: pattern.Map(library)})
			unknown := err != nil && usesBudget.MatchString(expression[open:at+1])
			if unknown || err == nil && group.NewMatcher().Match(nil) == pattern.Matched {
				return true
			}
		}
	}
	return false
}

var countedReference = regexp.MustCompile(`(%\{\w+[^}]*\})[*+{]`)

var countedGroup = regexp.MustCompile(`^\)(\{\d|[+*])`)

// usesBudget finds what cannot be matched in time linear in the line: back
// references, calls and conditions.
var usesBudget = regexp.MustCompile(`\\k<|\\g<|\\[1-9]|\(\?\(`)

func (c *comparer) report(expression string, definitions map[string]string, line string) {
	c.t.Helper()
	both := func(expression, line string) (got, want outcome) {
		lines := []string{line}
		return c.naru(expression, definitions, lines)[0], c.reference(expression, definitions, lines)[0]
	}
	firstGot, firstWant := both(expression, line)
	expression, line = shrink(expression, line, func(expression, line string) bool {
		got, want := both(expression, line)
		same := got.kind == firstGot.kind && want.kind == firstWant.kind // not another difference
		return same && !agree(got, want) && accepted(expression, definitions, line, got, want) == ""
	})
	if c.reported[expression] {
		return
	}
	c.reported[expression] = true
	got, want := both(expression, line)
	used := map[string]string{}
	for name := range reachable(expression, definitions) {
		if text, ok := definitions[name]; ok {
			used[name] = text
		}
	}
	c.t.Errorf("pattern %s %q\n    line %q\n     got %v %s\n    want %v %s", expression, used, line, got, got.message, want, want.message)
}

func (c *comparer) reference(expression string, definitions map[string]string, lines []string) []outcome {
	all := c.bank
	if len(definitions) > 0 {
		all = maps.Clone(c.bank)
		maps.Copy(all, definitions)
	}
	used := map[string]string{}
	for name := range reachable(expression, all) {
		if text, ok := all[name]; ok {
			used[name] = text
		}
	}
	opt := grokoracle.Options{Definitions: used, Limit: 200 * time.Millisecond}
	return askOracle(c.t, c.oracle, expression, opt, lines...)
}

func (c *comparer) naru(expression string, definitions map[string]string, lines []string) []outcome {
	return askNaru(expression, c.bank, definitions, lines...)
}
