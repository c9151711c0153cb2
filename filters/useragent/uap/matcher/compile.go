package matcher

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"unicode"
	"unicode/utf8"
)

type op uint8

const (
	opFail   op = iota
	opMatch     // the end
	opLit       // the bytes of lit
	opFold      // the bytes of lit, which is lower-case ASCII, in any case
	opSet       // one character of set
	opLoop      // min to max characters of set
	opSave      // remember the position in capture arg
	opAssert    // an empty-width condition, arg a syntax.EmptyOp
	opAlt       // the branches, in order
)

// inst is one instruction. first, where set, holds the bytes that can begin what follows (opLoop) or the branch: a
// position with another byte, or at the end of the text, cannot succeed.
type inst struct {
	op         op
	greedy     bool
	possessive bool
	next       int32
	arg        int32 // opSave: index; opAssert: condition; opLoop: number of the loop
	min, max   int32 // opLoop; max -1 is no limit
	lit        string
	set        *charSet
	first      *byteSet
	alts       []branch
	byFirst    *dispatch
}

type branch struct {
	pc    int32
	first *byteSet
}

// dispatch lists, for each byte, the branches it can begin.
type dispatch struct {
	group    [256]uint16
	branches [][]int32
	atEnd    []int32 // branches that can match the empty string
}

// Program is a compiled expression. It is immutable and may be used by several goroutines.
type Program struct {
	code     []inst
	start    int32
	saves    int
	loops    int
	anchored bool     // begins with \A
	prefix   string   // what every match begins with; of letters in lower case if fold
	fold     bool     // prefix matches in any case
	first    *byteSet // what every match begins with; nil if unknown
	std      *regexp.Regexp
}

const (
	maxCode     = 4096 // instructions; beyond it regexp does the work
	manyBranch  = 6    // from here a branch is found by its first byte
	maxBranches = 1 << 12
)

var (
	notNewline = []rune{0, '\n' - 1, '\n' + 1, unicode.MaxRune}
	anyChar    = []rune{0, unicode.MaxRune}
)

// Compile compiles expr, in the syntax of package regexp. With fold the whole of it matches in any case. The error is
// regexp/syntax's.
func Compile(expr string, fold bool) (*Program, error) {
	flags := syntax.Perl
	if fold {
		flags |= syntax.FoldCase
	}
	re, err := syntax.Parse(expr, flags)
	if err != nil {
		return nil, err
	}
	c := compiler{firsts: map[int32]*byteSet{}}
	c.emit(inst{op: opMatch})
	start := c.compile(re, c.emit(inst{op: opSave, arg: 1, next: 0}))
	start = c.emit(inst{op: opSave, arg: 0, next: start})
	p := &Program{code: c.code, start: start, saves: 2 * (re.MaxCap() + 1), loops: c.loops, first: c.first(start)}
	p.findPrefix()
	if c.unsupported {
		p.code = nil
		if fold {
			expr = "(?i)" + expr
		}
		if p.std, err = regexp.Compile(expr); err != nil {
			return nil, fmt.Errorf("compile: %w", err)
		}
	}
	return p, nil
}

// findPrefix notes how every match begins, so that Match can look for that instead of trying each position.
func (p *Program) findPrefix() {
	for pc := p.start; ; {
		in := &p.code[pc]
		switch {
		case in.op == opSave:
			pc = in.next
			continue
		case in.op == opAssert && syntax.EmptyOp(in.arg) == syntax.EmptyBeginText:
			p.anchored = true
		case in.op == opLit:
			p.prefix = in.lit
		case in.op == opFold:
			p.prefix, p.fold = in.lit, true
		}
		return
	}
}

// compiler builds code from the end to the beginning: what follows an expression is compiled before it.
type compiler struct {
	code        []inst
	loops       int
	firsts      map[int32]*byteSet
	unsupported bool
}

func (c *compiler) emit(in inst) int32 {
	if len(c.code) >= maxCode {
		c.unsupported = true
		return 0
	}
	c.code = append(c.code, in)
	return int32(len(c.code) - 1)
}

// compile emits code for re that goes on at next, and returns where it begins.
func (c *compiler) compile(re *syntax.Regexp, next int32) int32 {
	if c.unsupported {
		return next
	}
	switch re.Op {
	case syntax.OpNoMatch:
		return c.emit(inst{op: opFail})
	case syntax.OpEmptyMatch:
		return next
	case syntax.OpLiteral:
		return c.literal(re, next)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return c.emit(inst{op: opSet, set: singleSet(re), next: next})
	case syntax.OpBeginLine:
		return c.assert(syntax.EmptyBeginLine, next)
	case syntax.OpEndLine:
		return c.assert(syntax.EmptyEndLine, next)
	case syntax.OpBeginText:
		return c.assert(syntax.EmptyBeginText, next)
	case syntax.OpEndText:
		return c.assert(syntax.EmptyEndText, next)
	case syntax.OpWordBoundary:
		return c.assert(syntax.EmptyWordBoundary, next)
	case syntax.OpNoWordBoundary:
		return c.assert(syntax.EmptyNoWordBoundary, next)
	case syntax.OpCapture:
		end := c.emit(inst{op: opSave, arg: int32(2*re.Cap + 1), next: next})
		return c.emit(inst{op: opSave, arg: int32(2 * re.Cap), next: c.compile(re.Sub[0], end)})
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		return c.repeat(re, next)
	case syntax.OpConcat:
		for i := len(re.Sub) - 1; i >= 0; i-- {
			next = c.compile(re.Sub[i], next)
		}
		return next
	case syntax.OpAlternate:
		pcs := make([]int32, len(re.Sub))
		for i, sub := range re.Sub {
			pcs[i] = c.compile(sub, next)
		}
		return c.branches(pcs)
	}
	c.unsupported = true
	return next
}

func (c *compiler) assert(cond syntax.EmptyOp, next int32) int32 {
	return c.emit(inst{op: opAssert, arg: int32(cond), next: next})
}

// literal emits runs of bytes that compare as they are or in any ASCII case; a character that needs more care (one
// beyond ASCII in any case, or U+FFFD, which also stands for a byte that is not UTF-8) becomes a set.
func (c *compiler) literal(re *syntax.Regexp, next int32) int32 {
	fold := re.Flags&syntax.FoldCase != 0
	careful := func(r rune) bool { return r == utf8.RuneError || fold && r >= utf8.RuneSelf }
	for end := len(re.Rune); end > 0; {
		start := end - 1
		if careful(re.Rune[start]) {
			next = c.emit(inst{op: opSet, set: newCharSet(orbit(re.Rune[start], fold)), next: next})
			end = start
			continue
		}
		for start > 0 && !careful(re.Rune[start-1]) {
			start--
		}
		in := inst{op: opLit, lit: string(re.Rune[start:end]), next: next}
		if lower := lowerASCII(in.lit); fold && hasLetter(lower) {
			in.op, in.lit = opFold, lower
		}
		next = c.emit(in)
		end = start
	}
	return next
}

// repeat emits a loop for one character, and branches for anything longer.
func (c *compiler) repeat(re *syntax.Regexp, next int32) int32 {
	lo, hi := re.Min, re.Max
	switch re.Op {
	case syntax.OpStar:
		lo, hi = 0, -1
	case syntax.OpPlus:
		lo, hi = 1, -1
	case syntax.OpQuest:
		lo, hi = 0, 1
	}
	greedy := re.Flags&syntax.NonGreedy == 0
	sub := re.Sub[0]
	if set := singleSet(sub); set != nil {
		return c.loop(inst{op: opLoop, set: set, min: int32(lo), max: int32(hi), greedy: greedy, next: next})
	}
	if canBeEmpty(sub) && re.Op != syntax.OpQuest {
		c.unsupported = true
		return next
	}
	choice := func(body, out int32) int32 {
		if greedy {
			return c.branches([]int32{body, out})
		}
		return c.branches([]int32{out, body})
	}
	switch {
	case hi < 0: // body, then body again or out
		split := c.emit(inst{op: opAlt})
		body := c.compile(sub, split)
		if c.unsupported {
			return next
		}
		c.code[split] = c.code[choice(body, next)]
		next = split
		for range lo {
			next = c.compile(sub, next)
		}
	default:
		out := next
		for range hi - lo {
			next = choice(c.compile(sub, next), out)
		}
		for range lo {
			next = c.compile(sub, next)
		}
	}
	return next
}

func (c *compiler) loop(in inst) int32 {
	in.first = c.first(in.next)
	in.possessive = in.first != nil && !in.first.meets(in.set.first())
	in.arg = int32(c.loops)
	c.loops++
	return c.emit(in)
}

func (c *compiler) branches(pcs []int32) int32 {
	in := inst{op: opAlt, alts: make([]branch, len(pcs))}
	for i, pc := range pcs {
		in.alts[i] = branch{pc: pc, first: c.first(pc)}
	}
	if len(pcs) >= manyBranch && len(pcs) < maxBranches {
		in.byFirst = newDispatch(in.alts)
	}
	return c.emit(in)
}

func newDispatch(alts []branch) *dispatch {
	d := &dispatch{branches: [][]int32{nil}}
	seen := map[string]uint16{"": 0}
	for b := range 256 {
		var list []int32
		var key []byte
		for i, a := range alts {
			if a.first == nil || a.first.has(byte(b)) {
				list = append(list, a.pc)
				key = append(key, byte(i), byte(i>>8))
			}
		}
		g, ok := seen[string(key)]
		if !ok {
			g = uint16(len(d.branches))
			seen[string(key)] = g
			d.branches = append(d.branches, list)
		}
		d.group[b] = g
	}
	for _, a := range alts {
		if a.first == nil {
			d.atEnd = append(d.atEnd, a.pc)
		}
	}
	return d
}

// first returns the bytes that can begin a match from pc on, or nil if it can succeed without reading one.
func (c *compiler) first(pc int32) *byteSet {
	if b, ok := c.firsts[pc]; ok {
		return b
	}
	b := c.findFirst(pc)
	if in := &c.code[pc]; in.op != opAlt || in.alts != nil { // a loop under construction is not remembered
		c.firsts[pc] = b
	}
	return b
}

func (c *compiler) findFirst(pc int32) *byteSet {
	in := &c.code[pc]
	switch in.op {
	case opFail:
		return &byteSet{}
	case opLit:
		b := &byteSet{}
		b.add(in.lit[0])
		return b
	case opFold:
		return newCharSet(orbit(rune(in.lit[0]), true)).first()
	case opSet:
		return in.set.first()
	case opSave, opAssert:
		return c.first(in.next)
	case opLoop:
		b := *in.set.first()
		if in.min == 0 {
			rest := c.first(in.next)
			if rest == nil {
				return nil
			}
			b.union(rest)
		}
		return &b
	case opAlt:
		if in.alts == nil { // the loop this is part of, still being built: anything may follow
			return nil
		}
		b := byteSet{}
		for _, a := range in.alts {
			if a.first == nil {
				return nil
			}
			b.union(a.first)
		}
		return &b
	}
	return nil
}
