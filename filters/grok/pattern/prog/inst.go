// Package prog turns the tree of an expression into programs and runs them.
//
// There are two programs for each expression. The quick one has an
// instruction for every common shape and runs under a budget. The plain one
// has only simple instructions and remembers, for every place in it where
// paths meet, at which positions of the line it has been: it needs time
// proportional to the line, and takes over when the quick one has used up
// its budget. Both search for the same match.
package prog

type opcode uint8

const (
	// The leaves.
	opEmpty   opcode = iota // nothing
	opByte                  // b
	opLit                   // lit
	opSet                   // one character of set
	opRun                   // set, n to m times (m < 0: no limit), as many as can be, gives back none
	opSigned                // the same with one of sign in front, if there is one
	opClear                 // groups take no part
	opOnce                  // point n: fail if it was last reached at this position
	opScan                  // automaton scan; where it cannot say, go on at x
	opPrefer                // the same for an automaton of the preferred end
	opBehind                // the character before is in set (m == 1: is not)
	opAhead                 // the character after is in set (m == 1: is not)
	opAssert                // a
	opFold                  // lit, compared under full case folding
	opRunBack               // as opRun, gives back; follow says what the rest begins with, which has b at least x times (a == 1: nothing else follows a member)
	opRunLazy               // as opRun, as few as can be; follow as above (a == 1: it is nothing but b)

	// What directs the machine.
	opMatch
	opJump      // to x
	opSplit     // try x, then y
	opDispatch  // try the branches that table has for the next byte
	opPair      // b with a byte of follow behind it: go on at x behind b
	opSaveStart // group n begins; what it held is put back on backtracking
	opOpen      // group n begins, in a pattern with recursion
	opClose     // group n ends, in a pattern with recursion
	opLook      // run x as a sub-program; n is the kind, m the width of a lookbehind
	opAtomic    // run x as a sub-program, go on at y where it ends
	opSubEnd    // the sub-program succeeds
	opMark      // register n takes the position
	opCheck     // if the position is still that of register n, leave the loop to x
	opMemo      // point n: fail if it has been here at this position
	opMemoSub   // the same inside a sub-program
	opBackref   // the text of one of groups
	opCall      // subroutine x
	opReturn
	opCond     // go on if one of groups took part, else at x
	opKeep     // the match starts here
	opGrapheme // a grapheme cluster
	opStop     // expressions that are tried together part here; go on at x
)

// Leaves that can end in more than one place, and the last leaf.
const (
	firstRun = opRunBack
	lastLeaf = opRunLazy
)

// inst is an instruction. The leaves have in common what comes with them:
// where one matches, the group of opens begins where it began, the group of
// closes ends where it ends, and the text has to go on with the tail.
type inst struct {
	do     step
	to     *inst // next
	other  *inst // x, of an instruction that can go there
	op     opcode
	b      byte
	a      uint8 // syntax.Assert, or a flag
	length uint8 // of the tail, in bytes
	opens  int32 // place of the start of the group in the captures, 0 if none
	closes int32 // place of the end
	n, m   int32
	self   int32 // place in the program
	next   int32
	x, y   int32
	pos    int32  // place in the expanded text
	word   uint64 // tail as it is read from memory, or what a run looks ahead for
	mask   uint64 // of its bytes
	set    *charSet
	sign   *charSet
	follow *byteSet
	table  *dispatch
	scan   *automaton
	lit    string // of opFold, folded
	groups []int
}

// startOf and endOf are the places of a group in the captures.
func startOf(group int32) int32 { return 2 * group }
func endOf(group int32) int32   { return 2*group + 1 }

// dispatch says for every byte which branches can begin with it.
type dispatch struct {
	// target is the place of the only branch, noBranch, or a code for a list.
	target [257]int32
	lists  []int32 // of branches, one after the other, each up to endOfList
}

const (
	noBranch  = -1
	endOfList = -1
)

// listCode is the target that stands for the list at a place of lists, and
// listAt the other way round.
func listCode(at int) int32     { return int32(noBranch - 1 - at) }
func listAt(target int32) int32 { return noBranch - 1 - target }

func (d *dispatch) at(text []byte, pos int) int32 {
	if pos < len(text) {
		return d.target[text[pos]]
	}
	return d.target[endOfText]
}

// code is a program.
type code struct {
	inst   []inst
	regs   int // registers
	points int // memo points
	onces  int // opOnce points
	plan   *plan
	stop   int32 // where to go on behind the opStop, if there is one
	// recursive says that groups can nest in themselves.
	recursive bool
	// memo says that the outcome at a place depends on nothing but the
	// position: no back references, conditions or recursion.
	memo bool
	// captureSub says that there is a capture in a sub-program.
	captureSub bool
}
