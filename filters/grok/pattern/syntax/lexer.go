package syntax

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokChar
	tokRaw // a character given by bytes in octal or hex: stands alone
	tokAny
	tokRepeat
	tokAlt
	tokOpen
	tokClose
	tokAssert
	tokClass    // set
	tokCharType // \w \d \s \h: set
	tokOpenClass
	tokBackref
	tokCall
	tokLineBreak
	tokGrapheme
	tokKeep
)

type token struct {
	kind       tokenKind
	pos        int
	c          rune
	set        *Set
	assert     Assert
	min, max   int
	lazy       bool
	possessive bool
	name       string
	num        int
	numbered   bool
	negated    bool // of set
}

// options are the flags that (?imxadu) sets.
type options struct {
	fold, dotAll, extended    bool
	asciiType                 bool // \w \d \s \h are ASCII
	asciiPosix, asciiBoundary bool
}

const maxRepeat = 100000

// fail gives up at pos, on what was read from there to p.p.
func (p *parser) fail(pos int, msg string) {
	name, text, from := p.src.Locate(pos)
	end := from
	if last, _, offset := p.src.Locate(max(p.p-1, pos)); last == name && offset >= from {
		end = offset + 1
	}
	for end < len(text) && !utf8.RuneStart(text[end]) {
		end++
	}
	panic(&Error{Definition: name, Text: text, Offset: from, Construct: excerpt(text[from:min(end, len(text))]), Msg: msg})
}

// excerpt shortens the text of a construct for a message.
func excerpt(construct string) string {
	const most = 40
	if len(construct) <= most {
		return construct
	}
	return strings.ToValidUTF8(construct[:most], "") + "..."
}

func (p *parser) failf(pos int, format string, args ...any) {
	p.fail(pos, fmt.Sprintf(format, args...))
}

func (p *parser) more() bool { return p.p < len(p.text) }

func (p *parser) peek() rune {
	if !p.more() {
		return -1
	}
	c, _ := utf8.DecodeRuneInString(p.text[p.p:])
	return c
}

func (p *parser) read() rune {
	c, n := utf8.DecodeRuneInString(p.text[p.p:])
	p.p += n
	return c
}

func (p *parser) accept(c rune) bool {
	if p.peek() == c {
		p.p += utf8.RuneLen(c)
		return true
	}
	return false
}

// next reads the next token outside a character class.
func (p *parser) next() {
	for p.more() {
		start := p.p
		if strings.HasPrefix(p.text[p.p:], "(?#") {
			p.skipComment()
			continue
		}
		c := p.read()
		if p.opt.extended {
			if c == '#' {
				if i := strings.IndexByte(p.text[p.p:], '\n'); i >= 0 {
					p.p += i + 1
				} else {
					p.p = len(p.text)
				}
				continue
			}
			if strings.ContainsRune(" \t\n\r\f", c) {
				continue
			}
		}
		p.tok = token{kind: tokChar, pos: start, c: c}
		if c == '\\' {
			p.escape()
		} else {
			p.meta()
		}
		return
	}
	p.tok = token{kind: tokEnd, pos: p.p}
}

func (p *parser) skipComment() {
	start := p.p
	p.p += 3
	for p.more() {
		switch p.read() {
		case '\\':
			if p.more() {
				p.read()
			}
		case ')':
			return
		}
	}
	p.fail(start, "the comment has no end")
}

func (p *parser) meta() {
	switch p.tok.c {
	case '.':
		p.tok.kind = tokAny
	case '*':
		p.repeat(0, -1)
	case '+':
		p.repeat(1, -1)
	case '?':
		p.repeat(0, 1)
	case '{':
		p.interval()
	case '|':
		p.tok.kind = tokAlt
	case '(':
		p.tok.kind = tokOpen
	case ')':
		p.tok.kind = tokClose
	case '^':
		p.setAssert(LineStart)
	case '$':
		p.setAssert(LineEnd)
	case '[':
		p.tok.kind = tokOpenClass
	}
}

func (p *parser) setAssert(a Assert) { p.tok.kind, p.tok.assert = tokAssert, a }

func (p *parser) repeat(least, most int) {
	p.tok.kind, p.tok.min, p.tok.max = tokRepeat, least, most
	if p.accept('?') {
		p.tok.lazy = true
	} else if p.accept('+') {
		p.tok.possessive = true
	}
}

// interval reads {n}, {n,}, {,m} or {n,m}; anything else is the text "{".
// An interval is never possessive, and {n} is never lazy: a + or ? after it
// is a quantifier of its own.
func (p *parser) interval() {
	start := p.p
	low, hasLow := p.number()
	high, hasHigh := low, hasLow
	fixed := true
	if p.accept(',') {
		fixed = false
		high, hasHigh = p.number()
	}
	if !hasLow && !hasHigh || !p.accept('}') {
		p.p = start
		return
	}
	if low > maxRepeat || high > maxRepeat {
		p.failf(start-1, "a repeat of more than %d", maxRepeat)
	}
	if !hasHigh {
		high = -1
	}
	if high >= 0 && low > high {
		p.fail(start-1, "the upper bound is below the lower one")
	}
	p.tok.kind, p.tok.min, p.tok.max = tokRepeat, low, high
	p.tok.lazy = !fixed && p.accept('?')
}

func (p *parser) number() (n int, ok bool) {
	for p.more() && p.text[p.p] >= '0' && p.text[p.p] <= '9' {
		if n = n*10 + int(p.text[p.p]-'0'); n > 1<<30 {
			p.fail(p.p, "the number is too large")
		}
		p.p++
		ok = true
	}
	return n, ok
}

func (p *parser) digits(base, most int) (n rune, count int) {
	for count < most && p.more() {
		d := strings.IndexByte("0123456789abcdef", p.text[p.p]|lowerBit(p.text[p.p]))
		if d < 0 || d >= base {
			break
		}
		n = n*rune(base) + rune(d)
		p.p++
		count++
	}
	return n, count
}

func lowerBit(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return 0x20
	}
	return 0
}

// escape reads what follows a backslash outside a class.
func (p *parser) escape() {
	if !p.more() {
		p.fail(p.tok.pos, "the pattern ends in a backslash")
	}
	at := p.p
	c := p.read()
	p.tok.c = c
	switch c {
	case 'w', 'W', 'd', 'D', 's', 'S', 'h', 'H':
		p.tok.kind, p.tok.set = tokCharType, p.typeSet(c)
	case 'b', 'B':
		p.setAssert(p.boundary(c == 'B'))
	case 'A':
		p.setAssert(TextStart)
	case 'Z':
		p.setAssert(TextEndNL)
	case 'z':
		p.setAssert(TextEnd)
	case 'G':
		p.setAssert(SearchStart)
	case 'x':
		if p.more() {
			p.hex()
		}
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		p.digitEscape(at)
	case '0':
		p.octal(2)
	case 'k':
		if p.peek() == '<' || p.peek() == '\'' {
			p.reference(tokBackref)
		}
	case 'g':
		if p.peek() == '<' || p.peek() == '\'' {
			p.reference(tokCall)
		}
	case 'p', 'P':
		if p.accept('{') {
			p.tok.kind = tokClass
			p.tok.set, p.tok.negated = p.property(c == 'P')
		}
	case 'R':
		p.tok.kind = tokLineBreak
	case 'X':
		p.tok.kind = tokGrapheme
	case 'K':
		p.tok.kind = tokKeep
	default:
		p.p = at
		p.tok.c = p.escapedValue()
	}
}

func (p *parser) boundary(not bool) Assert {
	switch {
	case p.opt.asciiBoundary && not:
		return ASCIINotWordBound
	case p.opt.asciiBoundary:
		return ASCIIWordBound
	case not:
		return NotWordBound
	}
	return WordBound
}

// typeSet returns the set of \w, \d, \s, \h or, in capitals, the rest.
func (p *parser) typeSet(c rune) *Set {
	var s *Set
	switch c | 0x20 {
	case 'w':
		s = setWord()
	case 'd':
		s = setDigit()
	case 's':
		s = setSpace
	case 'h':
		s = setXDigit
	}
	if p.opt.asciiType {
		s = s.Intersect(setASCII)
	}
	if c < 'a' {
		s = s.Negate()
	}
	return s
}

// escapedValue reads the character that an escape without a meaning of its
// own stands for: a control character or itself.
func (p *parser) escapedValue() rune {
	if !p.more() {
		p.fail(p.tok.pos, "the pattern ends in an escape")
	}
	c := p.read()
	switch c {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case 'r':
		return '\r'
	case 'f':
		return '\f'
	case 'v':
		return '\v'
	case 'a':
		return 7
	case 'b':
		return 8
	case 'e':
		return 27
	case 'c':
		return p.controlValue()
	case 'C':
		if !p.accept('-') {
			p.fail(p.tok.pos, "a control character is written \\C-x")
		}
		return p.controlValue()
	case 'M':
		p.fail(p.tok.pos, "meta characters are not supported")
	}
	return c
}

func (p *parser) controlValue() rune {
	if !p.more() {
		p.fail(p.tok.pos, "the pattern ends in a control character")
	}
	c := p.read()
	if c == '?' {
		return 0x7f
	}
	if c == '\\' {
		c = p.escapedValue()
	}
	return c & 0x9f
}

// hex reads \x{H...} or \xHH. Bytes from 0x80 up have to make a character of
// UTF-8 together with the escapes that follow.
func (p *parser) hex() {
	start := p.p
	if p.accept('{') {
		n, count := p.digits(16, 8)
		if count > 0 && p.accept('}') {
			if n < 0 || n > maxRune {
				p.fail(p.tok.pos, "there is no such character")
			}
			p.tok.c = n
			return
		}
		p.p = start
		return
	}
	n, _ := p.digits(16, 2)
	p.rawByte(n, func() (rune, bool) {
		if !strings.HasPrefix(p.text[p.p:], "\\x") {
			return 0, false
		}
		p.p += 2
		n, count := p.digits(16, 2)
		return n, count > 0
	})
}

func (p *parser) octal(most int) {
	n, _ := p.digits(8, most)
	p.rawByte(n, func() (rune, bool) {
		if !strings.HasPrefix(p.text[p.p:], "\\") {
			return 0, false
		}
		p.p++
		n, count := p.digits(8, 3)
		return n, count > 0
	})
}

func (p *parser) rawByte(first rune, more func() (rune, bool)) {
	if first > 0xff {
		p.fail(p.tok.pos, "a byte above 0xff")
	}
	p.tok.kind, p.tok.c = tokRaw, first
	if first < 0x80 {
		return
	}
	buf := []byte{byte(first)}
	for !utf8.FullRune(buf) {
		n, ok := more()
		if !ok || n > 0xff {
			p.fail(p.tok.pos, "the bytes are no character of UTF-8")
		}
		buf = append(buf, byte(n))
	}
	c, size := utf8.DecodeRune(buf)
	if c == utf8.RuneError && size <= 1 {
		p.fail(p.tok.pos, "the bytes are no character of UTF-8")
	}
	p.tok.c = c
}

// digitEscape reads \1 to \999: a back reference if there can be such a
// group, else octal.
func (p *parser) digitEscape(at int) {
	p.p = at
	n := 0
	for p.more() && p.text[p.p] >= '0' && p.text[p.p] <= '9' && n <= 1000 {
		n = n*10 + int(p.text[p.p]-'0')
		p.p++
	}
	// The reference counts digits of other scripts in and gets a number that
	// is too large.
	other := unicode.IsDigit(p.peek())
	if n <= 1000 && !other && (n <= 9 || n <= p.groups) {
		p.tok.kind, p.tok.num, p.tok.numbered = tokBackref, n, true
		return
	}
	p.p = at
	if c := p.text[at]; c == '8' || c == '9' {
		p.p++
		return
	}
	p.octal(3)
}

// reference reads the <name> or 'name' of \k and \g.
func (p *parser) reference(kind tokenKind) {
	close := byte('>')
	if p.read() == '\'' {
		close = '\''
	}
	end := strings.IndexByte(p.text[p.p:], close)
	if end <= 0 {
		p.fail(p.tok.pos, "the group name is empty or has no end")
	}
	name := p.text[p.p : p.p+end]
	p.p += end + 1
	p.tok.kind, p.tok.name = kind, name
	if strings.Contains(name, ")") {
		p.fail(p.tok.pos, "a group name with a parenthesis")
	}
	if name[0] >= '0' && name[0] <= '9' || name[0] == '-' || name[0] == '+' && kind == tokCall {
		p.numberedReference(name)
		return
	}
	if kind == tokBackref && strings.ContainsAny(name, "+-") {
		p.fail(p.tok.pos, "a back reference at a level of recursion is not supported")
	}
}

// numberedReference reads 1 or -1, and of a call also +1 and +-1, which is -1.
func (p *parser) numberedReference(name string) {
	digits, ahead := strings.CutPrefix(name, "+")
	digits, behind := strings.CutPrefix(digits, "-")
	n, err := strconv.ParseUint(digits, 10, 20)
	if err != nil || n == 0 && (ahead || behind || p.tok.kind == tokBackref) {
		p.fail(p.tok.pos, "the group name is invalid")
	}
	p.tok.num, p.tok.numbered = int(n), true
	switch {
	case behind:
		p.tok.num = p.groups + 1 - int(n)
		if p.tok.num <= 0 {
			p.fail(p.tok.pos, "there is no such group")
		}
	case ahead:
		p.tok.num += p.groups
	}
}

// property reads the name of \p{name} or \p{^name} after the brace.
// It says apart whether the property is negated.
func (p *parser) property(not bool) (s *Set, negated bool) {
	if p.accept('^') {
		not = !not
	}
	end := strings.IndexAny(p.text[p.p:], "}(){|")
	if end < 0 || p.text[p.p+end] != '}' {
		p.fail(p.tok.pos, "the name of the property has no end")
	}
	name := p.text[p.p : p.p+end]
	p.p += end + 1
	s, ok := propertyClass(name)
	if !ok {
		p.failf(p.tok.pos, "there is no character property named %q", name)
	}
	return s, not
}
