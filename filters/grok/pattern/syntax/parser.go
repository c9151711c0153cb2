package syntax

import "strings"

// maxDepth bounds how deep groups and classes may nest.
const maxDepth = 500

type parser struct {
	src      *Source
	text     string
	p        int
	tok      token
	opt      options
	depth    int
	groups   int // capturing groups so far
	list     []Group
	byName   map[string][]int
	names    []string
	calls    []*Node
	numbered []*Node
	named    bool
	opens    []int // positions of the groups that are open
	lastChar int
	widths   map[int]int // of groups in characters, -1 if not fixed
	lengths  map[int]int // least lengths of groups

	negated       bool // the class read last was negated
	bracketIsChar bool // the [ at hand is no class
}

// Options are the flags an expression starts with.
type Options struct {
	// UnicodeWord makes \w, \d and \s match the characters of all scripts.
	UnicodeWord bool
}

// Parse parses an expanded expression.
func Parse(src *Source, opts Options) (t *Tree, err error) {
	p := &parser{src: src, text: src.Text, byName: make(map[string][]int),
		widths: make(map[int]int), lengths: make(map[int]int)}
	p.opt.asciiType = !opts.UnicodeWord
	p.list = []Group{{}}
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			t, err = nil, e
		}
	}()
	p.next()
	root := p.alternation(tokEnd)
	return p.finish(root), nil
}

// alternation reads branches up to term.
func (p *parser) alternation(term tokenKind) *Node {
	if p.depth++; p.depth > maxDepth {
		p.failf(p.tok.pos, "groups nested deeper than %d", maxDepth)
	}
	defer func() { p.depth-- }()
	pos := p.tok.pos
	first := p.branch(term)
	if p.tok.kind != tokAlt {
		p.wantClose(term)
		return first
	}
	alt := &Node{Op: OpAlt, Pos: pos, Subs: []*Node{first}}
	for p.tok.kind == tokAlt {
		p.next()
		alt.Subs = append(alt.Subs, p.branch(term))
	}
	p.wantClose(term)
	return alt
}

func (p *parser) wantClose(term tokenKind) {
	if p.tok.kind != term {
		if term == tokClose {
			p.fail(p.open(), "the group has no closing parenthesis")
		}
		p.unmatched(p.tok.pos)
	}
}

// unmatched refuses a closing parenthesis: one that was written, or that of a
// reference whose opening one a backslash made a character.
func (p *parser) unmatched(pos int) {
	if _, text, at := p.src.Locate(pos); at > 0 && text[at-1] == '\\' && strings.HasPrefix(text[at:], "%{") {
		p.fail(pos, "a backslash does not protect a reference: write [%]{ for the text")
	}
	p.fail(pos, "unmatched closing parenthesis")
}

// open returns the position of the innermost group that is open.
func (p *parser) open() int {
	if len(p.opens) > 0 {
		return p.opens[len(p.opens)-1]
	}
	return p.tok.pos
}

func (p *parser) branch(term tokenKind) *Node {
	cat := &Node{Op: OpCat, Pos: p.tok.pos}
	for p.tok.kind != tokEnd && p.tok.kind != term && p.tok.kind != tokAlt {
		p.expression(cat, term)
	}
	switch len(cat.Subs) {
	case 0:
		return &Node{Op: OpEmpty, Pos: cat.Pos}
	case 1:
		return cat.Subs[0]
	}
	return cat
}

// expression reads one item with its quantifiers and appends it to cat.
func (p *parser) expression(cat *Node, term tokenKind) {
	t := p.tok
	n := &Node{Pos: t.pos}
	switch t.kind {
	case tokOpen:
		p.opens = append(p.opens, t.pos)
		var rest bool
		n, rest = p.group(term)
		if rest { // (?i) without a colon takes the rest of the group in
			cat.Subs = append(cat.Subs, n)
			return
		}
	case tokClose:
		p.unmatched(t.pos)
	case tokChar:
		p.characters(cat, []rune{t.c}, t.pos)
		return
	case tokRaw:
		n.Op, n.Runes, n.Fold = OpString, []rune{t.c}, p.opt.fold
	case tokOpenClass:
		n = p.classNode(t.pos)
		if n.Op == OpString {
			p.characters(cat, n.Runes, t.pos)
			return
		}
	case tokRepeat:
		p.fail(t.pos, "the quantifier has nothing to repeat")
	default:
		p.simple(n)
	}
	p.next()
	cat.Subs = append(cat.Subs, p.quantified(n))
}

func (p *parser) simple(n *Node) {
	t := p.tok
	switch t.kind {
	case tokAny:
		n.Op, n.Set = OpClass, dot
		if p.opt.dotAll {
			n.Set = setAny
		}
	case tokAssert:
		n.Op, n.Assert = OpAssert, t.assert
	case tokClass:
		*n = *p.folded(n.Pos, t.set, t.set, t.negated)
	case tokCharType:
		n.Op, n.Set = OpClass, t.set
	case tokBackref:
		n.Op, n.Fold = OpBackref, p.opt.fold
		p.backref(n, t)
	case tokCall:
		n.Op, n.Index = OpCall, -1
		if t.numbered {
			n.Index = t.num
		} else {
			n.Runes = []rune(t.name)
		}
		p.calls = append(p.calls, n)
	case tokLineBreak:
		n.Op = OpAtomic
		n.Subs = []*Node{{Op: OpAlt, Pos: n.Pos, Subs: []*Node{
			{Op: OpString, Pos: n.Pos, Runes: []rune("\r\n")},
			{Op: OpClass, Pos: n.Pos, Set: NewSet('\n', '\r', 0x85, 0x85, 0x2028, 0x2029)},
		}}}
	case tokGrapheme:
		n.Op = OpGrapheme
	case tokKeep:
		n.Op = OpKeep
	}
}

var dot = NewSet('\n', '\n').Negate()

// characters reads a run of plain characters into one string node. A
// quantifier after it belongs to the last one alone.
func (p *parser) characters(cat *Node, runes []rune, pos int) {
	p.next()
	for p.tok.kind == tokChar {
		runes = append(runes, p.tok.c)
		p.lastChar = p.tok.pos
		p.next()
	}
	for p.tok.kind == tokRepeat && p.tok.min == 1 && p.tok.max == 1 {
		p.next()
	}
	if p.tok.kind != tokRepeat {
		cat.Subs = append(cat.Subs, &Node{Op: OpString, Pos: pos, Runes: runes, Fold: p.opt.fold})
		return
	}
	if k := len(runes) - 1; k > 0 {
		cat.Subs = append(cat.Subs, &Node{Op: OpString, Pos: pos, Runes: runes[:k], Fold: p.opt.fold})
		runes, pos = runes[k:], p.lastChar
	}
	n := &Node{Op: OpString, Pos: pos, Runes: runes, Fold: p.opt.fold}
	cat.Subs = append(cat.Subs, p.quantified(n))
}

// classNode reads a bracket. One that holds a single character is a string.
func (p *parser) classNode(pos int) *Node {
	set, named := p.class(0)
	if c, ok := set.One(); ok && !p.negated {
		return &Node{Op: OpString, Pos: pos, Runes: []rune{c}, Fold: p.opt.fold}
	}
	return p.folded(pos, set, named, p.negated)
}

// folded makes the node of a class. Under (?i) a member whose folding has
// several characters (ß) lets the class match these too.
func (p *parser) folded(pos int, set, named *Set, negated bool) *Node {
	n := &Node{Op: OpClass, Pos: pos, Set: set}
	var strs [][]rune
	if p.opt.fold {
		if !negated {
			strs = foldStrings(set)
		}
		n.Set = foldSet(set, named)
	}
	if negated {
		n.Set = n.Set.Negate()
	}
	if len(strs) == 0 {
		return n
	}
	alt := &Node{Op: OpAlt, Pos: pos, Subs: []*Node{n}}
	for _, s := range strs {
		alt.Subs = append(alt.Subs, &Node{Op: OpString, Pos: pos, Runes: s, Fold: true})
	}
	return alt
}

// quantified reads the quantifiers after n.
func (p *parser) quantified(n *Node) *Node {
	for p.tok.kind == tokRepeat {
		t := p.tok
		if !(t.min == 1 && t.max == 1) {
			q := &Node{Op: OpRepeat, Pos: n.Pos, Min: t.min, Max: t.max, Lazy: t.lazy, Subs: []*Node{n}}
			n = reduce(q)
		}
		if t.possessive {
			n = &Node{Op: OpAtomic, Pos: n.Pos, Subs: []*Node{n}}
		}
		p.next()
	}
	return n
}

// group reads what follows an opening parenthesis, up to the closing one.
// rest says that it was an option for the rest of the enclosing group, whose
// end is then the current token.
func (p *parser) group(term tokenKind) (n *Node, rest bool) {
	pos := p.tok.pos
	outer := p.opt
	n = &Node{Pos: pos}
	if !p.accept('?') {
		p.groups++
		n.Op, n.Index = OpCapture, p.groups
		n.Plain = true
		p.list = append(p.list, Group{Pos: pos, Node: n})
		return p.closeGroup(n, outer), false
	}
	if !p.more() {
		p.fail(pos, "the group has no end")
	}
	c := p.read()
	switch c {
	case ':':
		p.next()
		n = p.alternation(tokClose)
		p.closed()
		return n, false
	case '=':
		n.Op, n.Look = OpLook, Ahead
	case '!':
		n.Op, n.Look = OpLook, NotAhead
	case '>':
		n.Op = OpAtomic
	case '~':
		p.fail(pos, "the absence operator is not supported")
	case '\'':
		p.namedGroup(n, '\'')
	case '<':
		switch {
		case p.accept('='):
			n.Op, n.Look = OpLook, Behind
		case p.accept('!'):
			n.Op, n.Look = OpLook, NotBehind
		default:
			p.namedGroup(n, '>')
		}
	case '(':
		p.condition(n)
	case '-', 'i', 'm', 's', 'x', 'a', 'd', 'l', 'u':
		return p.optionGroup(c, term, pos)
	case 'P':
		p.fail(pos, "there is no such kind of group: write (?<name>…)")
	default:
		p.fail(pos, "there is no such kind of group")
	}
	return p.closeGroup(n, outer), false
}

func (p *parser) closed() { p.opens = p.opens[:len(p.opens)-1] }

func (p *parser) closeGroup(n *Node, outer options) *Node {
	p.next()
	body := p.alternation(tokClose)
	p.closed()
	p.opt = outer
	if n.Op == OpCond {
		if body.Op == OpAlt && !body.Optioned {
			n.Subs = []*Node{body.Subs[0], body.Subs[1]}
			if len(body.Subs) > 2 {
				p.fail(n.Pos, "a condition has two branches at most")
			}
			return n
		}
		n.Subs = []*Node{body, {Op: OpEmpty, Pos: n.Pos}}
		return n
	}
	n.Subs = []*Node{body}
	return n
}

// namedGroup reads the name of (?<name>...) up to close.
func (p *parser) namedGroup(n *Node, close byte) {
	end := strings.IndexAny(p.text[p.p:], string(close)+")")
	if end <= 0 || p.text[p.p+end] != close {
		p.fail(n.Pos, "the group name is empty or has no end")
	}
	name := p.text[p.p : p.p+end]
	p.p += end + 1
	if name[0] >= '0' && name[0] <= '9' || name[0] == '-' {
		p.fail(n.Pos, "a group name cannot begin with a digit or a minus")
	}
	p.groups++
	p.named = true
	n.Op, n.Index = OpCapture, p.groups
	p.list = append(p.list, Group{Name: name, Pos: n.Pos, Node: n})
	if len(p.byName[name]) == 0 {
		p.names = append(p.names, name)
	}
	p.byName[name] = append(p.byName[name], p.groups)
}

// condition reads the (1), (<name>) or ('name') of (?(1)yes|no).
func (p *parser) condition(n *Node) {
	n.Op = OpCond
	if p.peek() == '<' || p.peek() == '\'' {
		p.tok = token{pos: n.Pos}
		p.reference(tokBackref)
	} else {
		num, ok := p.number()
		if !ok {
			p.fail(n.Pos, "the condition is no group")
		}
		p.tok = token{kind: tokBackref, pos: n.Pos, num: num, numbered: true}
	}
	if !p.accept(')') {
		p.fail(n.Pos, "the condition has no end")
	}
	p.backref(n, p.tok)
}

// optionGroup reads (?imx-imx), which holds for the rest of the enclosing
// group, or (?imx-imx:...).
func (p *parser) optionGroup(c rune, term tokenKind, pos int) (n *Node, rest bool) {
	outer, opt, on := p.opt, p.opt, true
	for c != ')' && c != ':' {
		switch {
		case c == '-':
			on = false
		case c == 'i':
			opt.fold = on
		case c == 'm':
			opt.dotAll = on
		case c == 'x':
			opt.extended = on
		case c == 'a' && on:
			opt.asciiType, opt.asciiPosix, opt.asciiBoundary = true, true, true
		case c == 'u' && on:
			opt.asciiType, opt.asciiPosix, opt.asciiBoundary = false, false, false
		case c == 'd' && on:
			opt.asciiType, opt.asciiPosix, opt.asciiBoundary = true, false, false
		case c == 's':
			p.fail(pos, "there is no option 's': (?m) lets the dot match newlines")
		default:
			p.failf(pos, "there is no option %q", c)
		}
		if !p.more() {
			p.fail(pos, "the group has no end")
		}
		c = p.read()
	}
	p.opt = opt
	if c == ':' {
		p.next()
		n = p.alternation(tokClose)
		p.closed()
	} else {
		p.closed()
		p.next()
		n = p.alternation(term)
	}
	n.Optioned = true
	p.opt = outer
	return n, c == ')'
}
