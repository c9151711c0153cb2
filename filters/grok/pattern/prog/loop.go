package prog

import (
	"encoding/binary"
	"math/bits"
)

// loop is a row that all ASCII bytes lead back to but one or two, as inside
// quoted text. An automaton takes a step for each byte, and each waits for the
// one before; the bytes that lead back are passed over eight at a time.
type loop struct {
	row    int // -1 if there is none
	leaves [2]uint64
}

// findLoop looks for the first such row.
func (a *automaton) findLoop(stride int) loop {
	leaves := make([]byte, 0, 0x80)
	for row := 0; row < len(a.trans); row += stride {
		leaves = leaves[:0]
		for c := byte(0); c < 0x80 && len(leaves) <= 2; c++ {
			if int(a.trans[row+int(a.class[c])]) != row {
				leaves = append(leaves, c)
			}
		}
		if n := len(leaves); n == 1 || n == 2 {
			return loop{row, [2]uint64{lows * uint64(leaves[0]), lows * uint64(leaves[n-1])}}
		}
	}
	return loop{row: -1}
}

// skip returns a position from i on before which all bytes lead back to the
// row: that of the first byte that may not, or near the end of the text. The
// lowest bit that the zero-in-word test (Mycroft, newsgroup comp.lang.c, 1987)
// sets is right, whatever borrows do to those above.
func (l *loop) skip(text []byte, i int) int {
	for len(text)-i >= 8 {
		w := binary.LittleEndian.Uint64(text[i:])
		x, y := w^l.leaves[0], w^l.leaves[1]
		if found := (w | (x-lows)&^x | (y-lows)&^y) & highs; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
		i += 8
	}
	return i
}
