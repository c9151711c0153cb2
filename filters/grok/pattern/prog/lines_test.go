package prog

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
)

func TestLineEnd(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 20_000 {
		m := &machine{text: make([]byte, random.IntN(20)), lines: lines{from: math.MaxInt}}
		for i := range m.text {
			m.text[i] = "aaaa\n"[random.IntN(5)]
		}
		for range 8 {
			pos := random.IntN(len(m.text) + 1)
			want := len(m.text)
			if i := bytes.IndexByte(m.text[pos:], '\n'); i >= 0 {
				want = pos + i
			}
			if got := m.lineEnd(pos); got != want {
				t.Fatalf("the line of %q ends at %d from %d, want %d", m.text, got, pos, want)
			}
		}
	}
}

// TestLineEndGoingBack makes sure that a text is not read again from each
// position that a run gives back.
func TestLineEndGoingBack(t *testing.T) {
	const n = 1 << 16
	m := &machine{text: bytes.Repeat([]byte("a"), n), lines: lines{from: math.MaxInt}}
	for pos := n; pos >= 0; pos-- {
		m.lineEnd(pos)
	}
	if m.steps > n {
		t.Errorf("%d steps for %d bytes", m.steps, n)
	}
}
