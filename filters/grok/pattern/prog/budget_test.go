package prog

import (
	"strings"
	"testing"
)

// TestFailedRunsCost makes sure that a run which finds too little far on in
// the text does not give steps back: this pattern took cubic time.
func TestFailedRunsCost(t *testing.T) {
	p := compileExpression(t, `.*? .*?: [0-9]+$`)
	m := p.NewMatcher(0)
	if r := m.Match([]byte("x" + strings.Repeat("a b: ", 200))); r != NoMatch {
		t.Fatal(r)
	}
	if !m.quick.over {
		t.Errorf("the quick program went on for %d steps, and its budget was %d", m.quick.steps, m.quick.limit)
	}
}
