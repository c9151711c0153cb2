package syntax

import "strings"

// classState is where the reader of a character class stands.
type classState uint8

const (
	classStart    classState = iota
	classValue               // after a character that may begin a range
	classRange               // after the - of a range
	classComplete            // after a range
)

// classReader collects the members of one bracket.
type classReader struct {
	set     *Set // all members
	named   *Set // members given otherwise than by \w
	state   classState
	from    rune
	isClass bool // the value before was a class such as \d
}

func (r *classReader) add(s *Set) { r.set = r.set.Union(s) }

func (r *classReader) addNamed(s *Set) {
	r.set = r.set.Union(s)
	r.named = r.named.Union(s)
}

// flush adds a character that turned out not to begin a range.
func (r *classReader) flush() {
	if r.state == classValue && !r.isClass {
		r.addNamed(NewSet(r.from, r.from))
	}
}

// class reads a character class after its opening bracket. named are the
// members that count for folding across U+0080.
func (p *parser) class(depth int) (set, named *Set) {
	start := p.p - 1
	if depth > maxDepth {
		p.fail(start, "classes nested too deep")
	}
	neg := p.accept('^')
	r := &classReader{set: &Set{}, named: &Set{}}
	var left, leftNamed *Set // operand of &&
	if p.peek() == ']' {
		if !p.closesLater() {
			p.fail(start, "the class is empty")
		}
		p.p++
		r.state, r.from = classValue, ']'
	}
	for {
		if !p.more() {
			p.fail(start, "the class has no end")
		}
		at := p.p
		c := p.read()
		switch {
		case c == ']':
			r.flush()
			if left != nil {
				r.set, r.named = left.Intersect(r.set), leftNamed.Intersect(r.named)
			}
			if neg && depth > 0 {
				return r.set.Negate(), r.named.Negate()
			}
			p.negated = neg
			return r.set, r.named
		case c == '-':
			p.classDash(r, at)
		case c == '\\':
			p.classEscape(r, at)
		case c == '[':
			if p.peek() == ':' && p.posix(r, at) {
				continue
			}
			if p.bracketIsChar {
				p.bracketIsChar = false
				p.classChar(r, '[', at)
				continue
			}
			s, n := p.class(depth + 1)
			r.set, r.named = r.set.Union(s), r.named.Union(n)
		case c == '&' && p.peek() == '&':
			p.p++
			r.flush()
			if left == nil {
				left, leftNamed = r.set, r.named
			} else {
				left, leftNamed = left.Intersect(r.set), leftNamed.Intersect(r.named)
			}
			*r = classReader{set: &Set{}, named: &Set{}}
		default:
			p.classChar(r, c, at)
		}
	}
}

// closesLater reports whether a ] follows the one at hand, which makes that
// one a character.
func (p *parser) closesLater() bool {
	esc := false
	for i := p.p + 1; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case esc:
			esc = false
		case c == ']':
			return true
		case c == '\\':
			esc = true
		}
	}
	return false
}

// classDash reads a - in a class: a range if it can be one, else itself.
func (p *parser) classDash(r *classReader, at int) {
	closing := p.peek() == ']' || strings.HasPrefix(p.text[p.p:], "&&")
	switch r.state {
	case classValue:
		if closing {
			p.classChar(r, '-', at)
			return
		}
		if r.isClass {
			p.fail(at, "a range cannot begin with a class")
		}
		r.state = classRange
	default:
		p.classChar(r, '-', at)
	}
}

// classChar adds a character: a member, or the end of a range.
func (p *parser) classChar(r *classReader, c rune, at int) {
	switch r.state {
	case classRange:
		if r.from > c {
			p.fail(at, "the range in the class is empty")
		}
		r.addNamed(NewSet(r.from, c))
		r.state = classComplete
	default:
		r.flush()
		r.state = classValue
	}
	r.from, r.isClass = c, false
}

// classSet adds a class such as \d.
func (p *parser) classSet(r *classReader, s *Set, named bool, at int) {
	if r.state == classRange {
		p.fail(at, "a range cannot end with a class")
	}
	r.flush()
	if named {
		r.addNamed(s)
	} else {
		r.add(s)
	}
	r.state, r.isClass = classValue, true
}

func (p *parser) classEscape(r *classReader, at int) {
	if !p.more() {
		p.fail(at, "the pattern ends in a backslash")
	}
	p.tok = token{kind: tokChar, pos: at}
	esc := p.p
	c := p.read()
	switch c {
	case 'w', 'W', 'd', 'D', 's', 'S', 'h', 'H':
		p.classSet(r, p.typeSet(c), c|0x20 != 'w', at)
		return
	case 'p', 'P':
		if p.accept('{') {
			s, negated := p.property(c == 'P')
			if negated {
				s = s.Negate()
			}
			p.classSet(r, s, true, at)
			return
		}
		p.tok.c = c
	case 'x':
		p.tok.c = c
		p.hex()
	case '0', '1', '2', '3', '4', '5', '6', '7':
		p.p = esc
		p.octal(3)
	default:
		p.p = esc
		p.tok.c = p.escapedValue()
	}
	p.classChar(r, p.tok.c, at)
}

// posix reads [:name:] or [:^name:] with the cursor on the colon. If there is
// no :] before the next ], the bracket opens a nested class.
func (p *parser) posix(r *classReader, at int) bool {
	if !p.posixAhead() {
		return false
	}
	rest := p.text[p.p+1:]
	not := strings.HasPrefix(rest, "^")
	rest = strings.TrimPrefix(rest, "^")
	for _, name := range posixNames {
		if !strings.HasPrefix(rest, name) {
			continue
		}
		if !strings.HasPrefix(rest[len(name):], ":]") {
			p.fail(at, "there is no such POSIX bracket")
		}
		s, _ := posixClass(name)
		if p.opt.asciiPosix {
			s = s.Intersect(setASCII)
		}
		if not {
			s = s.Negate()
		}
		p.p = len(p.text) - len(rest) + len(name) + 2
		p.classSet(r, s, name != "word" && name != "ascii", at)
		return true
	}
	const look = 21
	if i := strings.IndexAny(rest, ":]"); i >= 0 && i < look && strings.HasPrefix(rest[i:], ":]") {
		p.fail(at, "there is no such POSIX bracket")
	}
	p.bracketIsChar = true
	return false
}

// posixAhead reports whether :] comes before a lone ].
func (p *parser) posixAhead() bool {
	for i := p.p + 1; i < len(p.text); i++ {
		switch p.text[i] {
		case '\\':
			i++
		case ':':
			if i+1 < len(p.text) && p.text[i+1] == ']' {
				return true
			}
		case ']':
			return false
		}
	}
	return false
}
