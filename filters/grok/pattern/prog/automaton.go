package prog

// automaton is a deterministic automaton for a part of an expression. It is
// worked out from the tree, so it means what the tree means.
type automaton struct {
	class [256]uint8 // of each byte
	end   uint8      // class of the end of the text
	start []uint16   // row to start in, by the class of the byte before
	trans []uint16   // next row, by row + class
	loop  loop

	shortcut  shortcut
	shortPrev [256]bool // whether the shortcut holds, by the class of the byte before
	follow    *byteSet
}

// What a transition can say instead of a row. Rows are even: the lowest bit
// of a row of a preferring automaton says that the part could end here.
const (
	rowUnsure = 0xfffc // the automaton cannot tell
	rowDead   = 0xfffe // no way to go on
	rowEnd    = 0xfffa // the part ends here
)

const (
	scanFailed = -1
	scanUnsure = -2
)

func (a *automaton) startRow(text []byte, pos int) int {
	if pos == 0 {
		return int(a.start[a.end])
	}
	return int(a.start[a.class[text[pos-1]]])
}

// scan returns where the part that begins at pos ends, and how far it had to
// look. The automaton knows what the text has to go on with, and that there is
// no other end.
func (a *automaton) scan(text []byte, pos int) (end, seen int) {
	if a.loop.row >= 0 {
		return a.scanLoop(text, pos)
	}
	row, trans := a.startRow(text, pos), a.trans
	for i := pos; uint(i) < uint(len(text)); i++ {
		row = int(trans[row+int(a.class[text[i]])])
		if row >= rowEnd {
			return outcome(row, i), i
		}
	}
	return outcome(int(trans[row+int(a.end)]), len(text)), len(text)
}

// scanLoop is scan with a loop that is passed over.
func (a *automaton) scanLoop(text []byte, pos int) (end, seen int) {
	row, trans := a.startRow(text, pos), a.trans
	for i := pos; i < len(text); i++ {
		if row == a.loop.row {
			if i = a.loop.skip(text, i); i == len(text) {
				break
			}
		}
		row = int(trans[row+int(a.class[text[i]])])
		if row >= rowEnd {
			return outcome(row, i), i
		}
	}
	return outcome(int(trans[row+int(a.end)]), len(text)), len(text)
}

// outcome is what a row that is none says at pos.
func outcome(row, pos int) int {
	switch row {
	case rowEnd:
		return pos
	case rowUnsure:
		return scanUnsure
	}
	return scanFailed
}

// prefer returns where the part that begins at pos ends at the first choice
// of its alternatives and repeats, and how far it had to look.
func (a *automaton) prefer(text []byte, pos int) (end, seen int) {
	row, trans, last := a.startRow(text, pos), a.trans, scanFailed
	for i := pos; uint(i) < uint(len(text)); i++ {
		to := int(trans[row+int(a.class[text[i]])])
		if to&1 != 0 {
			last = i
		}
		if row = to &^ 1; row >= rowUnsure {
			return preferred(to, last), i
		}
	}
	to := int(trans[row+int(a.end)])
	if to&1 != 0 {
		last = len(text)
	}
	return preferred(to, last), len(text)
}

// preferred is what a row that is none says, or the end of the text, with the
// last end that was seen.
func preferred(row, last int) int {
	if row == rowUnsure {
		return scanUnsure
	}
	return last
}
