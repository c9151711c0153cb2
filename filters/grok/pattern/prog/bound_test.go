package prog

import (
	"testing"

	"github.com/naru-log/naru/filters/grok/pattern/bank"
	"github.com/naru-log/naru/filters/grok/pattern/syntax"
)

// TestBound compares the bound with the plain program of every pattern of the
// library and of some made to come close to it.
func TestBound(t *testing.T) {
	defs := bank.ECS()
	defs["ZZ_REPEATS"] = `(?:a?b*){2,5}(?:(?:x|y|){3}z){,4}(?>a|b)+?(?=c)(?!d)`
	defs["ZZ_CALLS"] = `(?<a>x|y+)(?<b>\g<a>\g<a>)\g<b>{3}`
	for name := range defs {
		x := syntax.Expander{Lookup: func(n string) (string, bool) { d, ok := defs[n]; return d, ok }}
		src, err := x.Expand("%{" + name + "}")
		if err != nil {
			t.Fatal(err)
		}
		tree, err := syntax.Parse(src, syntax.Options{})
		if err != nil {
			t.Fatal(err)
		}
		plain, err := compilePlain(tree)
		if err != nil {
			t.Fatal(err)
		}
		if got := newBound(tree).of(tree.Root); got+1 < len(plain.inst) {
			t.Errorf("%s: bound %d, but %d instructions", name, got, len(plain.inst))
		}
	}
}

// TestBoundOfRecursion makes sure that recursion has no bound.
func TestBoundOfRecursion(t *testing.T) {
	src, err := (&syntax.Expander{Lookup: func(string) (string, bool) { return "", false }}).Expand(`(?<p>\((?:[^()]|\g<p>)*\))`)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := syntax.Parse(src, syntax.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := newBound(tree).of(tree.Root); got != maxInst {
		t.Errorf("bound %d, want %d", got, maxInst)
	}
}
