package prog

import "bytes"

// loop is a row that all ASCII bytes lead back to but one or two, as inside
// quoted text. An automaton takes a step for each byte, and each waits for the
// one before; the bytes that lead back are passed over many at a time.
type loop struct {
	row    int    // -1 if there is none
	leaves []byte // that do not lead back
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
			return loop{row, leaves}
		}
	}
	return loop{row: -1}
}

// skip returns a position from i on before which all bytes lead back to the
// row. It looks no further than a window, so that what stops it further on
// costs nothing each time.
func (l *loop) skip(text []byte, i int) int {
	const window = 256
	t := text[i:min(len(text), i+window)]
	for _, leaf := range l.leaves {
		if end := bytes.IndexByte(t, leaf); end >= 0 {
			t = t[:end]
		}
	}
	return i + asciiEnd(t)
}
