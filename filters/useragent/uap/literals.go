package uap

import (
	"cmp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// A clause is a set of literals one of which occurs in every text that a rule matches. Literals and texts are compared
// after normalisation: ASCII letters in lower case, and the two characters beyond ASCII that Unicode folds to an ASCII
// letter (U+017F to s, U+212A to k) as that letter. So one table serves rules that respect case and rules that do not;
// a rule that respects case may be tried in vain, never left out.
//
// The extraction follows the idea of RE2's prefilter (Cox, "Regular Expression Matching with a Trigram Index"): what
// matches only a few strings is known exactly, sequences of such are multiplied out, and everything else breaks them.
type clause []string

const (
	minLiteral  = 3   // bytes; shorter ones occur by chance
	maxProduct  = 48  // strings a sequence is multiplied out to
	maxExact    = 600 // strings of an alternation that are followed exactly
	maxClass    = 12  // characters of a class that are followed exactly
	maxCounted  = 3   // repetitions that are followed exactly
	extraSize   = 8   // literals that a clause beside the best one may have
	extraNumber = 3   // clauses beside the best one
)

// known is what is known of the texts that an expression matches.
type known struct {
	exact   []string // all of them, if not nil
	clauses []clause // what occurs in each of them
}

// required returns the clauses of re, the most telling first.
func required(re *syntax.Regexp) []clause {
	k := analyse(re)
	if k.exact != nil {
		k.clauses = appendClause(nil, k.exact)
	}
	if len(k.clauses) > 1 {
		slices.SortStableFunc(k.clauses, func(a, b clause) int { return cmp.Compare(a.frequency(), b.frequency()) })
	}
	out := k.clauses[:0]
	for i, c := range k.clauses {
		if i == 0 || len(c) <= extraSize && len(out) <= extraNumber {
			out = append(out, c)
		}
	}
	return out
}

func analyse(re *syntax.Regexp) known {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return known{exact: []string{""}}
	case syntax.OpLiteral:
		return analyseLiteral(re)
	case syntax.OpCharClass:
		return known{exact: classStrings(re.Rune)}
	case syntax.OpCapture:
		return analyse(re.Sub[0])
	case syntax.OpQuest:
		if k := analyse(re.Sub[0]); k.exact != nil {
			return known{exact: append(k.exact, "")}
		}
	case syntax.OpPlus:
		return known{clauses: clausesOf(analyse(re.Sub[0]))}
	case syntax.OpRepeat:
		return analyseRepeat(re)
	case syntax.OpConcat:
		return analyseConcat(re.Sub)
	case syntax.OpAlternate:
		return analyseAlternate(re.Sub)
	}
	return known{}
}

func analyseLiteral(re *syntax.Regexp) known {
	fold := re.Flags&syntax.FoldCase != 0
	var b []byte
	for _, r := range re.Rune {
		if r == utf8.RuneError || fold && r >= utf8.RuneSelf {
			return known{} // stands for bytes that are not UTF-8 too, or for letters that are not folded here
		}
		b = utf8.AppendRune(b, r)
	}
	return known{exact: []string{string(normalise(nil, b))}}
}

// classStrings lists the characters of a class, or returns nil if they are too many or beyond ASCII.
func classStrings(pairs []rune) []string {
	var have [2]uint64
	n := 0
	for i := 0; i+1 < len(pairs); i += 2 {
		for r := pairs[i]; r <= pairs[i+1]; r++ {
			c, ok := normalRune(r)
			if !ok || n > maxClass {
				return nil
			}
			if have[c>>6]&(1<<(c&63)) == 0 {
				have[c>>6] |= 1 << (c & 63)
				n++
			}
		}
	}
	if n == 0 || n > maxClass {
		return nil
	}
	out := make([]string, 0, n)
	for c := range rune(utf8.RuneSelf) {
		if have[c>>6]&(1<<(c&63)) != 0 {
			out = append(out, string(c))
		}
	}
	return out
}

// normalRune is normalise for one character; it is false for what stays beyond ASCII.
func normalRune(r rune) (rune, bool) {
	switch {
	case 'A' <= r && r <= 'Z':
		return r + 'a' - 'A', true
	case r == 'ſ':
		return 's', true
	case r == '\u212a':
		return 'k', true
	}
	return r, r < utf8.RuneSelf
}

func analyseRepeat(re *syntax.Regexp) known {
	k := analyse(re.Sub[0])
	if k.exact != nil && re.Max >= 0 && re.Max <= maxCounted {
		var all []string
		power := []string{""}
		for n := 0; n <= re.Max && power != nil; n++ {
			if n >= re.Min {
				all = append(all, power...)
			}
			power = product(power, k.exact)
		}
		if power != nil && len(all) <= maxProduct {
			return known{exact: all}
		}
	}
	if re.Min == 0 {
		return known{}
	}
	return known{clauses: clausesOf(k)}
}

func analyseConcat(subs []*syntax.Regexp) known {
	run, broken := []string{""}, false
	var clauses []clause
	for _, sub := range subs {
		k := analyse(sub)
		if next := product(run, k.exact); next != nil {
			run = next
			continue
		}
		clauses = appendClause(clauses, run)
		broken = true
		if run = k.exact; run == nil {
			run = []string{""}
			clauses = append(clauses, k.clauses...)
		}
	}
	if !broken {
		return known{exact: run}
	}
	return known{clauses: appendClause(clauses, run)}
}

func analyseAlternate(subs []*syntax.Regexp) known {
	var exact []string
	var union clause
	allExact, usable := true, true
	for _, sub := range subs {
		k := analyse(sub)
		if k.exact == nil || len(exact)+len(k.exact) > maxExact {
			allExact = false
		}
		exact = append(exact, k.exact...)
		best := bestClause(clausesOf(k))
		usable = usable && best != nil
		union = append(union, best...)
	}
	switch {
	case allExact:
		return known{exact: exact}
	case usable:
		return known{clauses: []clause{minimal(union)}}
	}
	return known{}
}

// product joins each of a with each of b; nil if b is not known or the result is too large to be of use.
func product(a, b []string) []string {
	if b == nil || len(b) > 1 && len(a) > 1 && len(a)*len(b) > maxProduct {
		return nil
	}
	if len(b) == 1 && b[0] == "" {
		return a
	}
	out := make([]string, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			out = append(out, x+y)
		}
	}
	return out
}

func clausesOf(k known) []clause {
	if k.exact != nil {
		return appendClause(nil, k.exact)
	}
	return k.clauses
}

// appendClause adds the clause of strings one of which occurs, unless one is too short to tell anything.
func appendClause(to []clause, exact []string) []clause {
	for _, s := range exact {
		if len(s) < minLiteral {
			return to
		}
	}
	if len(exact) == 0 {
		return to
	}
	return append(to, minimal(slices.Clone(exact)))
}

// minimal leaves out literals that contain another of the clause: where they occur, it occurs.
func minimal(c clause) clause {
	slices.SortFunc(c, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) })
	out := c[:0]
	for _, s := range c {
		if !slices.ContainsFunc(out, func(o string) bool { return strings.Contains(s, o) }) {
			out = append(out, s)
		}
	}
	return out
}

func bestClause(cs []clause) clause {
	switch len(cs) {
	case 0:
		return nil
	case 1:
		return cs[0]
	}
	return slices.MinFunc(cs, func(a, b clause) int { return cmp.Compare(a.frequency(), b.frequency()) })
}

// typical is what most user agents are made of; literals within it tell little.
const typical = "mozilla/5.0 (windows nt 10.0; win64; x64) applewebkit/537.36 (khtml, like gecko) chrome/120.0.0.0 mobile safari/537.36" +
	" mozilla/5.0 (linux; u; android 10; k build/qp1a.190711.020) version/4.0 mozilla/5.0 (iphone; cpu iphone os 17_1 like mac os x)" +
	" version/17.1 mobile/15e148 mozilla/5.0 (macintosh; intel mac os x 10_15_7; rv:109.0) gecko/20100101 firefox/119.0 compatible; msie"

// frequency estimates in how many user agents one of the literals occurs.
func (c clause) frequency() float64 {
	sum := 0.0
	for _, s := range c {
		if strings.Contains(typical, s) {
			sum += 0.5
		} else {
			sum += 0.02 / float64(int(1)<<min(len(s), 8))
		}
	}
	return sum
}

// normalise appends text to dst in the form that literals are compared in.
func normalise(dst, text []byte) []byte {
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case c == 0xc5 && i+1 < len(text) && text[i+1] == 0xbf:
			c = 's'
			i++
		case c == 0xe2 && i+2 < len(text) && text[i+1] == 0x84 && text[i+2] == 0xaa:
			c = 'k'
			i += 2
		}
		dst = append(dst, c)
	}
	return dst
}
