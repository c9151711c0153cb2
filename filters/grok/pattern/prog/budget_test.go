package prog

import (
	"strings"
	"testing"

	"github.com/naru-log/naru/filters/grok/pattern/syntax"
)

// TestFailedRunsCost makes sure that a run which finds too little far on in
// the text does not give steps back: this pattern took cubic time.
func TestFailedRunsCost(t *testing.T) {
	src, err := (&syntax.Expander{Lookup: func(string) (string, bool) { return "", false }}).Expand(`.*? .*?: [0-9]+$`)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := syntax.Parse(src, syntax.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Compile(tree)
	if err != nil {
		t.Fatal(err)
	}
	m := p.NewMatcher(0)
	if r := m.Match([]byte("x" + strings.Repeat("a b: ", 200))); r != NoMatch {
		t.Fatal(r)
	}
	if !m.quick.over {
		t.Errorf("the quick program went on for %d steps, and its budget was %d", m.quick.steps, m.quick.limit)
	}
}
