package prog

// automaton is a deterministic automaton for a part of an expression. It is
// worked out from the tree, so it means what the tree means.
type automaton struct {
	class [256]uint8 // of each byte
	end   uint8      // class of the end of the text
	start []uint16   // row to start in, by the class of the byte before
	trans []uint16   // next row, by row + class
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

// scan returns where the part that begins at pos ends. The automaton knows
// what the text has to go on with, and that there is no other end.
func (a *automaton) scan(text []byte, pos int) int {
	row := a.startRow(text, pos)
	for i := pos; ; i++ {
		class := a.end
		if i < len(text) {
			class = a.class[text[i]]
		}
		row = int(a.trans[row+int(class)])
		if row >= rowEnd {
			switch row {
			case rowEnd:
				return i
			case rowUnsure:
				return scanUnsure
			}
			return scanFailed
		}
	}
}

// prefer returns where the part that begins at pos ends at the first choice
// of its alternatives and repeats.
func (a *automaton) prefer(text []byte, pos int) int {
	row := a.startRow(text, pos)
	last := scanFailed
	for i := pos; ; i++ {
		class := a.end
		if i < len(text) {
			class = a.class[text[i]]
		}
		to := int(a.trans[row+int(class)])
		if to == rowUnsure {
			return scanUnsure
		}
		if to&1 != 0 {
			last = i
		}
		if row = to &^ 1; row == rowDead {
			return last
		}
	}
}
