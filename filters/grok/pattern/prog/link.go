package prog

import "encoding/binary"

// link tells every instruction the next, and passes over jumps.
func (c *code) link() {
	for pc := range c.inst {
		in := &c.inst[pc]
		in.next = c.final(int32(pc + 1))
		switch in.op {
		case opScan, opPrefer:
			in.next = c.final(in.y)
		case opLook, opAtomic:
			in.next = c.final(in.y)
		case opPair, opCheck:
			in.x = c.final(in.x)
		case opDispatch:
			for b, to := range in.table.target {
				if to >= 0 {
					in.table.target[b] = c.final(to)
				}
			}
		}
	}
}

// final returns the instruction that pc leads to without doing anything.
func (c *code) final(pc int32) int32 {
	for int(pc) < len(c.inst) && c.inst[pc].op == opJump {
		pc = c.inst[pc].x
	}
	return pc
}

// fuse makes instructions that come one after the other one where that does
// the same: a line then takes half as many. An instruction takes in those
// behind it, and these stay where they are for what else leads to them.
func (c *code) fuse() {
	for pc := range c.inst {
		c.inst[pc].shorten()
	}
	for pc := len(c.inst) - 1; pc >= 0; pc-- {
		in := &c.inst[pc]
		for in.op <= lastLeaf && in.takeIn(&c.inst[in.next]) {
		}
		if only := in.onlyBranch(); only >= 0 && c.inst[only].tests() {
			*in = c.inst[only]
		}
	}
}

// longestTail is how many bytes a tail can have.
const longestTail = 8

// shorten makes a tail of a literal.
func (in *inst) shorten() {
	lit := in.lit
	switch {
	case in.op == opByte:
		lit = string([]byte{in.b})
	case in.op != opLit || len(lit) > longestTail:
		return
	}
	var word [longestTail]byte
	copy(word[:], lit)
	in.op, in.lit = opEmpty, ""
	in.word, in.length = binary.LittleEndian.Uint64(word[:]), uint8(len(lit))
	in.mask = ^uint64(0) >> (8 * (longestTail - len(lit)))
}

// takeIn makes a leaf do what the next one does too and reports whether that
// can be done.
func (in *inst) takeIn(next *inst) bool {
	switch {
	case next.op > lastLeaf || in.length > 0:
		return false
	case in.op == opEmpty && in.closes == 0 && (in.opens == 0 || next.opens == 0):
		opens := max(in.opens, next.opens)
		*in = *next
		in.opens = opens
	case next.opens > 0:
		return false
	case next.op == opOnce && in.op >= firstRun:
		in.word, in.mask = next.word, next.mask // looks ahead for it
		return false
	case in.op == opRun && in.n == 0 && in.m == 1 && in.closes == 0 && next.op == opRun:
		opens, sign := in.opens, in.set
		*in = *next
		in.op, in.opens, in.sign = opSigned, opens, sign
	case next.op == opEmpty && (in.closes == 0 || next.closes == 0):
		in.closes = max(in.closes, next.closes)
		in.word, in.mask, in.length, in.next = next.word, next.mask, next.length, next.next
	default:
		return false
	}
	return true
}

// onlyBranch returns the branch of a dispatch that has no other, or -1.
func (in *inst) onlyBranch() int32 {
	if in.op != opDispatch || len(in.table.lists) > 0 {
		return -1
	}
	only := int32(-1)
	for _, to := range in.table.target {
		if to >= 0 && only >= 0 && to != only {
			return -1
		}
		only = max(only, to)
	}
	return only
}

// tests reports whether the first thing the instruction does is to look at
// the next byte, so that nobody has to do that before.
func (in *inst) tests() bool {
	switch in.op {
	case opEmpty:
		return in.length > 0
	case opRun, opSigned:
		return in.n > 0
	case opSet, opScan, opPrefer:
		return true
	}
	return false
}

// bind makes the program ready to run: it chooses what the machine does at
// each instruction.
func (c *code) bind() {
	for pc := range c.inst {
		in := &c.inst[pc]
		in.self, in.do = int32(pc), in.step()
		if int(in.next) < len(c.inst) {
			in.to = &c.inst[in.next]
		}
		switch in.op {
		case opJump, opSplit, opPair, opCheck, opCond, opCall, opScan, opPrefer, opStop:
			in.other = &c.inst[in.x]
		}
	}
}

// step returns what the machine does at the instruction: the general step, or
// one that does the same faster.
func (in *inst) step() step {
	switch {
	case in.op == opEmpty && in.plain() && in.length == 1:
		return (*machine).tailByte
	case in.op == opEmpty && in.plain():
		return (*machine).tail
	case in.op == opOnce && in.plain() && in.length == 1:
		return (*machine).onceByte
	case in.op == opOnce && in.plain():
		return (*machine).onceTail
	case in.op == opRun && in.byBytes():
		return (*machine).runBytes
	case in.op == opSigned && in.byBytes() && in.set.digits && in.sign.ascii():
		return (*machine).number
	case in.op == opRunBack && in.byBytes():
		return (*machine).runBackBytes
	case in.op == opScan && in.scan.shortcut != noShortcut:
		return (*machine).shortcut
	case in.op == opRunLazy && in.n == 0 && in.m < 0 && in.a == 1 && in.set.hole == '\n':
		return (*machine).runTo
	}
	return steps[in.op]
}

// plain reports whether a leaf has a tail and no group.
func (in *inst) plain() bool { return in.opens == 0 && in.closes == 0 && in.length > 0 }

// byBytes reports whether a run can look at bytes instead of characters.
func (in *inst) byBytes() bool { return in.m < 0 && in.n <= 1 && !in.set.mixed }

// steps are the general steps.
var steps = [...]step{
	opEmpty:     (*machine).empty,
	opByte:      (*machine).oneByte,
	opLit:       (*machine).literal,
	opSet:       (*machine).set,
	opRun:       (*machine).runAll,
	opSigned:    (*machine).signed,
	opClear:     (*machine).clear,
	opOnce:      (*machine).once,
	opScan:      (*machine).scan,
	opPrefer:    (*machine).prefer,
	opBehind:    (*machine).behind,
	opAhead:     (*machine).ahead,
	opAssert:    (*machine).position,
	opFold:      (*machine).folded,
	opRunBack:   (*machine).runBack,
	opRunLazy:   (*machine).runLazy,
	opMatch:     (*machine).match,
	opJump:      (*machine).jump,
	opSplit:     (*machine).split,
	opDispatch:  (*machine).dispatch,
	opPair:      (*machine).pair,
	opSaveStart: (*machine).saveStart,
	opOpen:      (*machine).openGroup,
	opClose:     (*machine).closeGroup,
	opLook:      (*machine).lookaround,
	opAtomic:    (*machine).atomic,
	opSubEnd:    (*machine).subEnd,
	opMark:      (*machine).markRound,
	opCheck:     (*machine).checkRound,
	opMemo:      (*machine).visit,
	opMemoSub:   (*machine).visitSub,
	opBackref:   (*machine).backref,
	opCall:      (*machine).call,
	opReturn:    (*machine).giveReturn,
	opCond:      (*machine).cond,
	opKeep:      (*machine).keepOut,
	opGrapheme:  (*machine).cluster,
	opStop:      (*machine).stop,
}
