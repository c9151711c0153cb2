package prog

import (
	"math/rand/v2"
	"testing"
)

// TestLoop compares automata that pass over bytes with the same ones that do
// not.
func TestLoop(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 7))
	pieces := []string{"a", "plain text of some length", `"`, `\`, `\"`, "\n", "한", "\xff", "\x00", " ", "-"}
	loops := 0
	for _, expr := range []string{`"(?:[^"\\]|\\.)*"`, `"(?:-|(?:[^"\\]|\\.)*)"`, `'(?:[^']|'')*;`, `\[(?:[^\]]|\]\])*\]$`} {
		a := automatonOf(t, expr)
		bytewise := *a
		bytewise.loop.row = -1
		if a.loop.row >= 0 {
			loops++
		}
		for range 20000 {
			var text []byte
			for range random.IntN(8) {
				text = append(text, pieces[random.IntN(len(pieces))]...)
			}
			pos := random.IntN(len(text) + 1)
			end, seen := a.scan(text, pos)
			if wantEnd, wantSeen := bytewise.scan(text, pos); end != wantEnd || seen != wantSeen {
				t.Fatalf("%s on %q from %d: %d, %d; byte by byte %d, %d", expr, text, pos, end, seen, wantEnd, wantSeen)
			}
		}
	}
	if loops == 0 {
		t.Error("no expression has a loop")
	}
}

// automatonOf gives the first automaton of an expression's program.
func automatonOf(t *testing.T, expr string) *automaton {
	t.Helper()
	tree, err := parse(expr)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Compile(tree)
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.quick.inst {
		if a := p.quick.inst[i].scan; a != nil {
			return a
		}
	}
	t.Fatalf("no automaton for %s", expr)
	return nil
}
