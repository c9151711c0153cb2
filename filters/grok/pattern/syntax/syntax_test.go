package syntax

import (
	"errors"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"unicode"
)

func TestSetOperations(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	random := func() *Set {
		var pairs []rune
		for range r.Intn(6) {
			lo := rune(r.Intn(60))
			pairs = append(pairs, lo, lo+rune(r.Intn(9)))
		}
		if r.Intn(3) == 0 {
			pairs = append(pairs, unicode.MaxRune-3, unicode.MaxRune)
		}
		return NewSet(pairs...)
	}
	for range 500 {
		a, b := random(), random()
		union, both, not := a.Union(b), a.Intersect(b), a.Negate()
		for _, c := range []rune{0, 1, 7, 13, 25, 42, 59, 63, 70, 5000, unicode.MaxRune - 1, unicode.MaxRune} {
			if union.Has(c) != (a.Has(c) || b.Has(c)) || both.Has(c) != (a.Has(c) && b.Has(c)) || not.Has(c) == a.Has(c) {
				t.Fatalf("%v and %v differ at %d: union %v, intersection %v, negation %v", a.R, b.R, c, union.R, both.R, not.R)
			}
		}
	}
}

func TestClassesOfTheReference(t *testing.T) {
	for _, c := range []struct {
		class, in, out string
	}{
		{"alpha", "aZé한ª\u0345", "1_ -"}, {"alnum", "a1٣한", "_-"}, {"digit", "0٣", "a½"}, {"punct", "!#_-§$+<=>^`|~", "a¢"},
		{"space", "\t\r \u0085\u3000", "a\u200b"}, {"word", "a_1한\u0301", "- "}, {"blank", " \t\u3000", "\n"},
		{"graph", "a!한", " \u0000"}, {"print", "a \u3000", "\n"}, {"cntrl", "\u0000\u007f", "a\u200b"}, {"upper", "AÉⅠ", "aé"}, {"lower", "aéªⅰ", "A"},
		{"xdigit", "09afAF", "g"}, {"ascii", "\u0000a\u007f", "\u0080"},
	} {
		s, ok := posixClass(c.class)
		if !ok {
			t.Fatal(c.class)
		}
		for _, r := range c.in {
			if !s.Has(r) {
				t.Errorf("%s lacks %q", c.class, r)
			}
		}
		for _, r := range c.out {
			if s.Has(r) {
				t.Errorf("%s has %q", c.class, r)
			}
		}
	}
}

func TestFolding(t *testing.T) {
	fold := func(s string) string {
		var out []rune
		for _, r := range s {
			out = AppendFold(out, r)
		}
		return string(out)
	}
	for _, pair := range [][2]string{{"straße", "STRASSE"}, {"ﬁ", "FI"}, {"k", "\u212a"}, {"ς", "Σ"}, {"ΐ", "\u1fd3"}} {
		if fold(pair[0]) != fold(pair[1]) {
			t.Errorf("%q folds to %q, %q to %q", pair[0], fold(pair[0]), pair[1], fold(pair[1]))
		}
	}
	if fold("s") == fold("ß") || fold("a") == fold("b") {
		t.Error("different characters fold alike")
	}
}

func expander(defs map[string]string) *Expander {
	return &Expander{Lookup: func(name string) (string, bool) { d, ok := defs[name]; return d, ok }}
}

func TestExpandKnowsPlaces(t *testing.T) {
	src, err := expander(map[string]string{"OUT": "x%{IN:f:int}y", "IN": "[0-9]+"}).Expand("a%{OUT}b")
	if err != nil {
		t.Fatal(err)
	}
	if want := "a(?:x(?<IN:f:int>[0-9]+)y)b"; src.Text != want {
		t.Fatalf("%s, want %s", src.Text, want)
	}
	for _, c := range []struct {
		at     string
		path   []string
		offset int
	}{{"a(", nil, 0}, {"x(", []string{"OUT"}, 0}, {"9]", []string{"OUT", "IN"}, 3}, {"y)", []string{"OUT"}, 12}, {")b", nil, 1}} {
		pos := strings.Index(src.Text, c.at)
		_, _, offset := src.Locate(pos)
		if got := src.Path(pos); !slices.Equal(got, c.path) || offset != c.offset {
			t.Errorf("%q: %v at %d, want %v at %d", c.at, got, offset, c.path, c.offset)
		}
	}
}

func TestExpandIsBounded(t *testing.T) {
	defs := map[string]string{"A0": strings.Repeat("x", 100)}
	for i := 1; i < 9; i++ {
		name, inner := string(rune('A'))+string(rune('0'+i)), string(rune('A'))+string(rune('0'+i-1))
		defs[name] = strings.Repeat("%{"+inner+"}", 10)
	}
	var e *Error
	if _, err := expander(defs).Expand("%{A8}"); !errors.As(err, &e) || !strings.Contains(e.Msg, "expands to more") {
		t.Errorf("%v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`(?<x>a|[^b-d&&[:alpha:]])+?\k<x>`, `(?i)\x{D55C}\xEA\xB0\x80`, `[]a-]{2,3}+(?#c)`, `(?<!a|bc)\p{^L}\R\X\K`, `\g<0>?(?>a*+)`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, expr string) {
		src, err := expander(nil).Expand(expr)
		if err == nil {
			_, err = Parse(src, Options{})
		}
		var e *Error
		if err != nil && (!errors.As(err, &e) || e.Offset < 0 || e.Offset > len(e.Text)) {
			t.Fatalf("%q: %#v", expr, err)
		}
	})
}
