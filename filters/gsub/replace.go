package gsub

import (
	"regexp"
	"regexp/syntax"
	"unsafe"

	"github.com/naru-log/naru/event"
)

// local reports whether an expression has nothing that looks at the text before
// a match, such as ^ or \b, and matches no empty text. Then the rest of a text
// can be searched on its own, which allocates nothing.
func local(re *regexp.Regexp) bool {
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	return err == nil && !looksBack(tree) && !re.MatchString("")
}

func looksBack(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpBeginLine, syntax.OpBeginText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true
	}
	for _, sub := range re.Sub {
		if looksBack(sub) {
			return true
		}
	}
	return false
}

// replace gives the new text in the event's scratch; changed is false when
// nothing matches.
func (f *Filter) replace(ev *event.Event, b []byte) (out []byte, changed bool) {
	if !f.re.Match(b) {
		return nil, false
	}
	out = ev.Scratch()
	if f.local && !f.replacement.groups {
		out = f.replaceLocal(out, b)
	} else {
		out = f.replaceAny(out, b)
	}
	return ev.Keep(out), true
}

// replaceLocal searches what is left after each match; no match is empty.
func (f *Filter) replaceLocal(out, b []byte) []byte {
	for {
		m := f.re.Find(b)
		if m == nil {
			return append(out, b...)
		}
		start := int(uintptr(unsafe.Pointer(&m[0])) - uintptr(unsafe.Pointer(&b[0]))) // Find keeps no other trace of it
		out = append(out, b[:start]...)
		out = f.expand(out, m, nil)
		b = b[start+len(m):]
	}
}

// replaceAny lets the regexp package find all matches with their groups.
func (f *Filter) replaceAny(out, b []byte) []byte {
	at := 0
	for _, m := range f.re.FindAllSubmatchIndex(b, -1) {
		out = append(out, b[at:m[0]]...)
		out = f.expand(out, b, m)
		at = m[1]
	}
	return append(out, b[at:]...)
}

// expand writes the replacement. Without groups b is the match itself.
func (f *Filter) expand(out, b []byte, groups []int) []byte {
	for _, p := range f.replacement.pieces {
		switch {
		case p.text != nil:
			out = append(out, p.text...)
		case groups == nil:
			out = append(out, b...)
		case groups[2*p.group] >= 0:
			out = append(out, b[groups[2*p.group]:groups[2*p.group+1]]...)
		}
	}
	return out
}
