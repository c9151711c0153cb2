//go:build servers

package difftest

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// A piece is a generated part of a pattern, and a way to make text that is
// likely to match it.
type piece struct {
	text   string
	sample func(*sampler) string
}

// A sampler remembers what the groups of one sample took, for backreferences.
type sampler struct {
	r      *rand.Rand
	groups map[string]string
	depth  int // of calls, which may recurse
	spent  int // characters made, counted once a level
}

// full ends a sample that repeats repetitions for too long.
func (s *sampler) full() bool { return s.spent > 400 }

// A generator makes random patterns of the whole language. Few letters are in
// use, so that different parts of a pattern compete for the same text.
type generator struct {
	r     *rand.Rand
	named bool // whether groups have names, or numbers: a pattern has one sort alone
	names []string
	calls map[string]func(*sampler) string
	count int
}

// generated is a random pattern with its own definitions.
type generated struct {
	expression  string
	definitions map[string]string
	sample      func() string
}

func generate(r *rand.Rand) generated {
	g := &generator{r: r, named: r.IntN(3) > 0, calls: map[string]func(*sampler) string{}}
	definitions := map[string]string{}
	if r.IntN(4) == 0 {
		for _, name := range []string{"ONE", "TWO"} {
			p := g.alternatives(2)
			definitions[name] = p.text
			g.calls["%"+name] = p.sample
		}
	}
	top := g.alternatives(4)
	switch r.IntN(8) {
	case 0:
		top.text = "^" + top.text + "$"
	case 1:
		top.text = `\A` + top.text
	case 2:
		top.text = g.flags() + top.text
	}
	return generated{
		expression: top.text, definitions: definitions,
		sample: func() string {
			return top.sample(&sampler{r: r, groups: map[string]string{}})
		},
	}
}

func literal(text, sample string) piece {
	return piece{text, func(*sampler) string { return sample }}
}

// pick returns one of list.
func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

func (g *generator) alternatives(depth int) piece {
	list := []piece{g.sequence(depth)}
	for depth > 0 && g.r.IntN(4) == 0 && len(list) < 4 {
		list = append(list, g.sequence(depth-1))
	}
	return alternation(list)
}

func alternation(list []piece) piece {
	if len(list) == 1 {
		return list[0]
	}
	texts := make([]string, len(list))
	for i, p := range list {
		texts[i] = p.text
	}
	return piece{strings.Join(texts, "|"), func(s *sampler) string {
		return list[s.r.IntN(len(list))].sample(s)
	}}
}

func (g *generator) sequence(depth int) piece {
	n := g.r.IntN(4)
	if depth > 2 {
		n++
	}
	var list []piece
	for range n {
		list = append(list, g.quantified(depth))
	}
	return concatenation(list)
}

func concatenation(list []piece) piece {
	var text strings.Builder
	for _, p := range list {
		text.WriteString(p.text)
	}
	return piece{text.String(), func(s *sampler) string {
		var b strings.Builder
		for _, p := range list {
			if s.full() {
				break
			}
			text := p.sample(s)
			s.spent += len(text)
			b.WriteString(text)
		}
		return b.String()
	}}
}

func (g *generator) quantified(depth int) piece {
	p := g.atom(depth)
	if g.r.IntN(5) > 1 {
		return p
	}
	quantifier, low, high := g.quantifier()
	return piece{p.text + quantifier, func(s *sampler) string {
		var b strings.Builder
		for range low + s.r.IntN(high-low+1) {
			if s.full() {
				break
			}
			b.WriteString(p.sample(s))
		}
		return b.String()
	}}
}

// quantifier returns its text and how often a sample repeats.
func (g *generator) quantifier() (text string, low, high int) {
	mode := pick(g.r, "", "", "", "?", "+")
	switch g.r.IntN(8) {
	case 0, 1:
		return "*" + mode, 0, 4
	case 2, 3:
		return "+" + mode, 1, 4
	case 4:
		return "?" + mode, 0, 1
	case 5:
		n := g.r.IntN(4)
		return "{" + strconv.Itoa(n) + "}" + mode, n, n
	case 6:
		n := g.r.IntN(3)
		return "{" + strconv.Itoa(n) + ",}" + mode, n, n + 3
	default:
		low := g.r.IntN(3)
		high := low + g.r.IntN(3)
		if low == 0 && high > 0 && g.r.IntN(2) == 0 {
			return "{," + strconv.Itoa(high) + "}" + mode, 0, high
		}
		return fmt.Sprintf("{%d,%d}%s", low, high, mode), low, high
	}
}

func (g *generator) atom(depth int) piece {
	if depth <= 0 {
		return g.leaf()
	}
	switch g.r.IntN(24) {
	case 0, 1:
		return g.group(depth)
	case 2:
		p := g.alternatives(depth - 1)
		return piece{"(?:" + p.text + ")", p.sample}
	case 3:
		p := g.alternatives(depth - 1)
		return piece{"(?>" + p.text + ")", p.sample}
	case 4:
		p := g.alternatives(depth - 1)
		return piece{g.flagGroup() + p.text + ")", p.sample}
	case 5:
		return g.lookaround(depth)
	case 6:
		return g.reference(depth)
	case 7:
		return g.backreference()
	case 8:
		return g.grok()
	case 9:
		return g.anchor()
	case 10:
		return g.class(2)
	case 11, 12:
		return g.odd(depth)
	}
	return g.leaf()
}

func (g *generator) group(depth int) piece {
	if !g.named {
		g.count++
		name := strconv.Itoa(g.count)
		p := g.alternatives(depth - 1)
		return g.remember(name, piece{"(" + p.text + ")", p.sample})
	}
	name := pick(g.r, "a", "b", "c", "d.e", "x-1", "한")
	typ := ""
	if g.r.IntN(12) == 0 {
		typ = pick(g.r, ":int", ":long", ":float", ":double", ":boolean")
	}
	p := g.alternatives(depth - 1)
	g.names = append(g.names, name+typ)
	return g.remember(name+typ, piece{"(?<" + name + typ + ">" + p.text + ")", p.sample})
}

// remember lets a sample of the group serve later backreferences and calls.
func (g *generator) remember(name string, p piece) piece {
	sample := func(s *sampler) string {
		text := p.sample(s)
		s.groups[name] = text
		return text
	}
	g.calls[name] = sample
	return piece{p.text, sample}
}

func (g *generator) backreference() piece {
	if g.named && len(g.names) > 0 {
		name := pick(g.r, g.names...)
		return piece{`\k<` + name + ">", func(s *sampler) string { return s.groups[name] }}
	}
	if !g.named && g.count > 0 {
		name := strconv.Itoa(1 + g.r.IntN(g.count))
		// In a group, for a digit of any script behind the number is part of it.
		return piece{pick(g.r, `(?:\`+name+")", `\k<`+name+">"), func(s *sampler) string { return s.groups[name] }}
	}
	return g.leaf()
}

// reference is a call of a group, which may be around it: then it recurses.
func (g *generator) reference(depth int) piece {
	name := ""
	switch {
	case g.named && len(g.names) > 0:
		name = pick(g.r, g.names...)
	case !g.named && g.count > 0:
		name = strconv.Itoa(1 + g.r.IntN(g.count))
	default:
		return g.group(depth)
	}
	return piece{`\g<` + name + ">", func(s *sampler) string {
		if s.depth > 3 || g.calls[name] == nil {
			return ""
		}
		s.depth++
		defer func() { s.depth-- }()
		return g.calls[name](s)
	}}
}

// grok is a reference to a library pattern or to one of the definitions.
func (g *generator) grok() piece {
	if g.calls["%ONE"] != nil && g.r.IntN(2) == 0 {
		name := "ONE"
		if g.calls["%TWO"] != nil {
			name = pick(g.r, "ONE", "TWO")
		}
		return piece{"%{" + name + g.field() + "}", g.calls["%"+name]}
	}
	p := pick(g.r,
		literal("INT", "-12"), literal("WORD", "ab1"), literal("NUMBER", "1.5"), literal("DATA", "a b"), literal("NOTSPACE", "a-b"),
		literal("IP", "10.0.0.1"), literal("QUOTEDSTRING", `"a\"b"`), literal("POSINT", "21"), literal("SPACE", "  "), literal("MONTH", "Jan"),
		literal("GREEDYDATA", "b 1"), literal("HOSTNAME", "a.b"), literal("TIME", "01:02:03"), literal("UUID", "0123abcd-0123-0123-0123-0123456789ab"))
	return piece{"%{" + p.text + g.field() + "}", p.sample}
}

func (g *generator) field() string {
	if !g.named || g.r.IntN(3) == 0 {
		return ""
	}
	name := pick(g.r, "a", "b", "w.x", "y", "[p][q]", "한글")
	return ":" + name + pick(g.r, "", "", "", "", ":int", ":long", ":float", ":double", ":boolean", ":string")
}

func (g *generator) lookaround(depth int) piece {
	if g.r.IntN(2) == 0 {
		p := g.alternatives(depth - 1)
		return literal(pick(g.r, "(?=", "(?!")+p.text+")", "")
	}
	var list []piece
	for range 1 + g.r.IntN(2) {
		list = append(list, g.fixed(depth-1))
	}
	return literal(pick(g.r, "(?<=", "(?<!")+alternation(list).text+")", "")
}

// fixed is of one length, as lookbehind wants it.
func (g *generator) fixed(depth int) piece {
	var list []piece
	for range 1 + g.r.IntN(3) {
		switch {
		case g.r.IntN(6) == 0:
			list = append(list, g.class(1))
		case g.r.IntN(8) == 0:
			list = append(list, g.anchor())
		case depth > 0 && g.r.IntN(8) == 0:
			p := g.fixed(depth - 1)
			list = append(list, piece{pick(g.r, "(?:", "(?>", "(?=", "(?i:") + p.text + ")", p.sample})
		default:
			list = append(list, g.leaf())
		}
	}
	return concatenation(list)
}

func (g *generator) anchor() piece {
	return literal(pick(g.r, "^", "$", `\A`, `\z`, `\Z`, `\b`, `\B`, `\b`, `\G`, `\K`, ""), "")
}

func (g *generator) flags() string {
	on := pick(g.r, "i", "m", "x", "im", "mix", "")
	return "(?" + on + pick(g.r, "", "", "", "-i", "-m", "-x", "-mix") + ")"
}

func (g *generator) flagGroup() string {
	return strings.TrimSuffix(g.flags(), ")") + ":"
}
