//go:build servers

package difftest

import (
	"strconv"
	"strings"
)

// odd is a part of the kinds that are seldom written, and that engines differ
// in: other spellings, text that nearly is syntax, options in odd places.
func (g *generator) odd(depth int) piece {
	switch g.r.IntN(12) {
	case 0:
		return g.condition(depth)
	case 1:
		return g.quotedName(depth)
	case 2:
		return g.relative()
	case 3:
		return g.oddClass()
	case 4:
		return g.oddEscape()
	case 5:
		return g.oddReference()
	case 6:
		return g.stacked(depth)
	case 7:
		return g.script(depth)
	case 8:
		return g.extended(depth)
	case 9:
		return g.folding()
	case 10:
		return g.behind(depth)
	}
	return g.almost()
}

// condition depends on whether a group took part.
func (g *generator) condition(depth int) piece {
	name := ""
	switch {
	case g.named && len(g.names) > 0:
		name = "<" + pick(g.r, g.names...) + ">"
	case !g.named && g.count > 0:
		name = strconv.Itoa(1 + g.r.IntN(g.count))
	default:
		return g.group(depth)
	}
	yes := g.sequence(depth - 1)
	if g.r.IntN(3) == 0 {
		return piece{"(?(" + name + ")" + yes.text + ")", yes.sample}
	}
	both := alternation([]piece{yes, g.sequence(depth - 1)})
	return piece{"(?(" + name + ")" + both.text + ")", both.sample}
}

// quotedName is a group whose name stands in quotes.
func (g *generator) quotedName(depth int) piece {
	if !g.named {
		return g.group(depth)
	}
	p := g.alternatives(depth - 1)
	name := pick(g.r, "q", "a", "r.s")
	g.names = append(g.names, name)
	return g.remember(name, piece{"(?'" + name + "'" + p.text + ")", p.sample})
}

// relative refers to a group by how far it is.
func (g *generator) relative() piece {
	if g.named || g.count == 0 {
		return g.leaf()
	}
	back := 1 + g.r.IntN(g.count)
	name := strconv.Itoa(g.count + 1 - back)
	text := pick(g.r, `\k<-`, `\k'-`, `\g<-`, `\g'-`) + strconv.Itoa(back)
	text += map[byte]string{'<': ">", '\'': "'"}[text[2]]
	return piece{text, func(s *sampler) string { return s.groups[name] }}
}

func (g *generator) oddClass() piece {
	text := pick(g.r,
		"[]a]", "[^]a]", "[a-]", "[-a]", "[a-c-e]", `[\b]`, `[\]a]`, "[[a]]", "[^[^a]]", "[[^a][^b]]", "[^[^a][^b]]", "[a[^b-z]]", "[^a&&b]", "[a-z&&[^b]&&[^c]]",
		"[&&a]", "[a&&]", "[a&&&b]", "[a&b]", "[[:alpha:]-]", "[[:alpha:]_-]", "[-[:digit:]]", `[\d-]`, `[\w-]`, `[\w.-]`, `[a\-c]`, "[[:alpha]", "[:alpha:]", "[[:alpha:][:digit:]]", "[[:^alpha:]]",
		"[^[:alpha:]]", "[[[:alpha:]&&[^a]]b]", `[^\W_]`, `[^\Wa]`, `[\W\d]`, `[^\n]`, `[\x00-\x{10FFFF}]`, "[é]", "[^é]", "[가-힣&&[^한]]", "[{}]", "[()]", "[*+?]", "[|]", "[^^]", "[$]", "[ ]", "[#]", "[,-.]", `[!-\/]`, "[a-a]")
	return g.oneOf(text, "ab1-_]é한 &")
}

func (g *generator) oddEscape() piece {
	return pick(g.r,
		literal(`\cA`, "\x01"), literal(`\C-a`, "\x01"), literal(`\012`, "\n"), literal(`\0`, "\x00"), literal(`\60`, "0"), literal(`\141`, "a"), literal(`\x4`, "\x04"), literal(`\x`, "\x00"),
		literal(`\xED\x95\x9C`, "한"), literal(`\x{e9}`, "é"), literal(`\v`, "\v"), literal(`\a`, "\a"), literal(`\f`, "\f"), literal(`\r\n`, "\r\n"), literal(`\Q`, "Q"), literal(`\E`, "E"), literal(`\N`, "N"), literal(`\O`, "O"),
		literal(`\y`, "y"), literal(`\8`, "8"), literal(`\-`, "-"), literal(`\:`, ":"), literal(`\<`, "<"), literal(`\%`, "%"), literal(`\한`, "한"), literal(`\p`, "p"), literal(`\pL`, "pL"), literal(`\k`, "k"), literal(`\g`, "g"), literal(`\x{`, "\x00{"), literal(`\x{61`, "x{61"), literal(`\M`, "M"))
}

// oddReference is a reference in an unusual form, or text that is none.
func (g *generator) oddReference() piece {
	return pick(g.r,
		literal(`%{WORD=\d+}`, "ab"), literal("%{INT:n=[a-c]+}", "12"), literal("%{INT:n:int}", "-7"), literal("%{INT:n:long}", "7"), literal("%{WORD:n:int}", "12"), literal("%{NOTSPACE:f:float}", "1e5"), literal("%{NOTSPACE:f:double}", "0x1p3"),
		literal("%{WORD:b:boolean}", "TRUE"), literal("%{WORD:s:INT}", "ab"), literal("%{WORD:a:int:x}", "12"), literal("%{INT:a:}", "1"), literal("%{INT::int}", "1"), literal("%{INT:[a][b]:int}", "1"), literal("%{INT:@a-b.c}", "1"), literal("%{WORD:a b}", "%{WORD:a b"),
		literal("%{WORD:}", "%{WORD:"), literal("%{}", "%"), literal("%{ WORD}", "%{ WORD}"), literal(`\%{INT}`, "1"), literal("%%{INT:n}", "%1"), literal("%{INT", "%{INT"), literal("%{INT:x?}", "%{INT:x"), literal("%{INT:x}?", "1"), literal("%{INT:x}*", "12"), literal("%{INT}{2}", "12"),
		literal("(?<INT:x:int>1)", "1"), literal("(?<n:int>1)", "1"), literal("(?<a:b>1)", "1"), literal("(?<a:b:c:d>1)", "1"), literal("(?<@a>1)", "1"), literal("(?<a b>1)", "1"))
}

// stacked has a quantifier on a quantifier.
func (g *generator) stacked(depth int) piece {
	p := g.atom(depth - 1)
	first, low, high := g.quantifier()
	second, low2, high2 := g.quantifier()
	low, high = low*low2, min(high*high2, 6)
	return piece{p.text + first + second, func(s *sampler) string {
		var b strings.Builder
		for range low + s.r.IntN(max(high-low, 0)+1) {
			if s.full() {
				break
			}
			b.WriteString(p.sample(s))
		}
		return b.String()
	}}
}

// script sets which scripts the classes know.
func (g *generator) script(depth int) piece {
	p := g.alternatives(depth - 1)
	on := pick(g.r, "(?u)", "(?a)", "(?d)", "(?u:", "(?a:", "(?d:", "(?ai:", "(?iu:")
	if strings.HasSuffix(on, ":") {
		return piece{on + p.text + ")", p.sample}
	}
	return piece{"(?:" + on + p.text + ")", p.sample}
}

// extended has blanks and comments that do not count.
func (g *generator) extended(depth int) piece {
	p := g.sequence(depth - 1)
	text := pick(g.r, "(?x: "+p.text+" )", "(?x:"+p.text+" # c\n)", "(?x: a b "+p.text+")", `(?x:\ [ ] `+p.text+")", "(?x:(?-x: "+p.text+") )", "(?x: a + "+p.text+")", "(?x:a (?#c) * "+p.text+")")
	return piece{text, func(s *sampler) string { return p.sample(s) }}
}

func (g *generator) folding() piece {
	text := pick(g.r, "ss", "ß", "SS", "ſ", "k", "K", "\u212a", "é", "É", "σ", "ς", "Σ", "ı", "İ", "i", "ﬁ", "fi", "ǆ", "ǅ", "Ω", "straße", "ß+", "[ß]", "[^ß]", "[k-s]", "[à-ý]", "[^k]", "aß", "ﬀi", "st", "ﬅ")
	sample := pick(g.r, "ss", "ß", "SS", "Ss", "k", "K", "\u212a", "s", "ſ", "é", "É", "σ", "ς", "i", "I", "İ", "ﬁ", "FI", "ǆ", "ω", "STRASSE", "ẞ", "st")
	return literal("(?i:"+text+")", sample)
}

// behind is a lookbehind of forms that are refused, or nearly.
func (g *generator) behind(depth int) piece {
	a, b := g.fixed(depth-1).text, g.fixed(0).text
	return literal(pick(g.r, "(?<=", "(?<!")+pick(g.r,
		a+"|"+b, "(?:"+a+"|"+b+")", a+"{2}", a+"?", a+"+", "("+a+")", "(?>"+a+")", "(?="+a+")", "(?<="+a+")", "(?<!"+a+")", `\b`+a, "^"+a, a+"$", a+`\z`, `\R`, `\X`, "", "|"+a, "(?i)"+a, "(?i:ss|k)", "%{INT}", "%{ONE}", ".", `\k<a>`)+")", "")
}

// almost is text that looks like syntax.
func (g *generator) almost() piece {
	return pick(g.r,
		literal("a{a}", "a{a}"), literal("a{,}", "a{,}"), literal("a{1", "a{1"), literal("a{1,2", "a{1,2"), literal("{", "{"), literal("}", "}"), literal("]", "]"), literal("a{ 1}", "a{ 1}"), literal("a{1, 2}", "a{1, 2}"), literal("a{01}", "a"), literal("a{0}", ""),
		literal("a{0,0}", ""), literal("a{2,1}", "aa"), literal("(?#c)", ""), literal("a(?#c)*", "aa"), literal("(?#(c)", ""), literal(`(?#\))`, ""), literal("()", ""), literal("()*", ""), literal("(?:)", ""), literal("(?:)+", ""), literal("|", ""), literal("(|a)", "a"), literal("(a|)", "a"), literal("(?i)", ""), literal("(?-i)", ""),
		literal("(?i-i)", ""), literal("a(?i)b|c", "aB"), literal("a(?m).|c", "a\n"), literal("^*", ""), literal("$*", ""), literal(`\b*`, ""), literal(`\b?`, ""), literal("(?=a)*", ""), literal("(?!a)?", ""), literal("(?:^)+", ""), literal(`\K*`, ""), literal("(?~a)", ""), literal("&&", "&&"), literal("--", "--"), literal("::", "::"), literal("a**", "aaa"), literal("a+?+", "aa"), literal("a?*?", "a"), literal("a??", ""), literal("a{1,2}{2}", "aaa"), literal("a{2}{3}", "aaaaaa"))
}
