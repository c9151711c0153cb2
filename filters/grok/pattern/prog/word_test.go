package prog

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/naru-log/naru/filters/grok/pattern/syntax"
)

// randomText has bytes on either side of what the tests of words look for.
func randomText(random *rand.Rand) []byte {
	const near = "0123456789/:09 !\t\n\x00\x1f\x7f\x80\xb0\xff.aé"
	text := make([]byte, random.IntN(80))
	for i := range text {
		if text[i] = '5'; random.IntN(4) == 0 {
			text[i] = near[random.IntN(len(near))]
		}
	}
	return text
}

func TestWordsAgreeWithBytes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	graph, mixed := newCharSet(syntax.NewSet('!', 0x10ffff)), newCharSet(syntax.NewSet('0', '9'))
	if !graph.graph || mixed.graph {
		t.Fatal("the sets are not what they are to be")
	}
	span := func(c *charSet, text []byte, pos int) int {
		for pos < len(text) && c.tab[text[pos]] == yes {
			pos++
		}
		return pos
	}
	for range 200_000 {
		text := randomText(random)
		pos := random.IntN(len(text) + 1)
		for _, c := range []*charSet{graph, mixed} {
			if got, want := c.span(text, pos), span(c, text, pos); got != want {
				t.Fatalf("span of %q from %d: %d, want %d", text, pos, got, want)
			}
		}
		if got, want := digitsEnd(text, pos), span(mixed, text, pos); got != want {
			t.Fatalf("digits of %q from %d end at %d, want %d", text, pos, got, want)
		}
		if got, want := asciiEnd(text), bytes.IndexFunc(append(slices.Clone(text), 0xff), func(r rune) bool { return r >= 0x80 }); got != want {
			t.Fatalf("%q has %d ASCII bytes first, want %d", text, got, want)
		}
		b := "5/\x00\xff "[random.IntN(5)]
		if got, want := lastIndexByte(text, b), bytes.LastIndexByte(text, b); got != want {
			t.Fatalf("last %q in %q: %d, want %d", b, text, got, want)
		}
	}
}

func TestGather(t *testing.T) {
	for want := range uint64(256) {
		var w uint64
		for b := range 8 {
			w |= (want >> b & 1) << (8*b + 7)
		}
		if got := gather(w); got != want {
			t.Fatalf("gather(%#x) = %#x, want %#x", w, got, want)
		}
	}
}
