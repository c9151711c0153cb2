package syntax

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agext/levenshtein"
)

// MaxExpanded bounds the length in bytes of an expression with all its
// references expanded.
const MaxExpanded = 1 << 20

const maxReferenceDepth = 200

// Frame is one use of a named pattern.
type Frame struct {
	Name   string // of the pattern, "" for the expression itself
	Field  string // what follows the name: x:int in %{INT:x:int}
	Parent int    // index of the frame that the reference stands in
	text   string
	start  int // in the expanded text
}

// segment says where a stretch of the expanded text comes from.
type segment struct {
	start  int // in the expanded text
	frame  int
	offset int // in the text of the frame
}

// Source is an expanded expression that knows where its parts come from.
type Source struct {
	Text     string
	Frames   []Frame
	segments []segment
}

// Expander replaces references by what they stand for.
type Expander struct {
	// Lookup resolves the name of a pattern.
	Lookup func(name string) (string, bool)
	// Names lists the names that can be looked up, for suggestions; nil if
	// they are not known.
	Names func() []string
	// CaptureAll makes a reference without a field name capture under the
	// name of the pattern.
	CaptureAll bool
	// Inline lets %{NAME=regex} and %{NAME:field=regex} define NAME.
	Inline bool

	src    Source
	out    strings.Builder
	inline map[string]string
	stack  []string
}

// reference is a %{...} found in a text.
type reference struct {
	start, end int
	name       string // of the pattern
	field      string
	hasField   bool
	definition string
	hasDef     bool
}

// Expand expands expr.
func (x *Expander) Expand(expr string) (*Source, error) {
	if !utf8.ValidString(expr) {
		return nil, &Error{Text: expr, Msg: "not valid UTF-8"}
	}
	x.src = Source{Frames: []Frame{{text: expr, Parent: -1}}}
	x.out.Reset()
	if err := x.expand(expr, 0); err != nil {
		return nil, err
	}
	x.src.Text = x.out.String()
	return &x.src, nil
}

func (x *Expander) expand(text string, frame int) error {
	if frame > 0 {
		if err := x.checkDefinition(text, frame); err != nil {
			return err
		}
	}
	at := 0
	for {
		ref, ok := nextReference(text, at)
		if !ok {
			x.emit(text[at:], frame, at)
			return nil
		}
		x.emit(text[at:ref.start], frame, at)
		if err := x.reference(text, frame, ref); err != nil {
			return err
		}
		at = ref.end
	}
}

// checkDefinition refuses the text of a named pattern in which %{ begins
// neither a reference nor text with the name of a pattern. In the expression
// itself that is text; in definitions the reference looks closer.
func (x *Expander) checkDefinition(text string, frame int) error {
	for at := 0; ; at += 2 {
		i := strings.Index(text[at:], "%{")
		if i < 0 {
			return nil
		}
		at += i
		ref, ok := parseReference(text, at)
		if ignored := ref.hasDef && !ref.hasField && !x.Inline; ok && !ignored {
			continue
		}
		end := strings.IndexAny(text[at+2:], ":}")
		msg := "the reference has no end"
		if end >= 0 {
			name := text[at+2 : at+2+end]
			if _, ok := x.Lookup(name); ok {
				continue
			}
			msg = fmt.Sprintf("there is no pattern named %q%s", name, x.suggest(name))
		}
		return &Error{Definition: x.src.Frames[frame].Name, Text: text, Offset: at, Construct: "%{", Msg: msg}
	}
}

func (x *Expander) reference(text string, frame int, ref reference) error {
	fail := func(msg string) error {
		return &Error{Definition: x.src.Frames[frame].Name, Text: text, Offset: ref.start,
			Construct: text[ref.start:ref.end], Msg: msg}
	}
	if ref.hasDef && x.Inline {
		if x.inline == nil {
			x.inline = make(map[string]string)
		}
		x.inline[ref.name] = ref.definition
	}
	def, ok := x.inline[ref.name]
	if !ok {
		def, ok = x.Lookup(ref.name)
	}
	if !ok {
		return fail(fmt.Sprintf("there is no pattern named %s%s", ref.name, x.suggest(ref.name)))
	}
	if !utf8.ValidString(def) {
		return fail(fmt.Sprintf("the definition of %s is not valid UTF-8", ref.name))
	}
	if i := slices.Index(x.stack, ref.name); i >= 0 {
		return fail("circular reference " + strings.Join(append(slices.Clone(x.stack[i:]), ref.name), " -> "))
	}
	if len(x.stack) >= maxReferenceDepth {
		return fail(fmt.Sprintf("references nested deeper than %d", maxReferenceDepth))
	}
	if x.out.Len()+len(def) > MaxExpanded {
		return fail(fmt.Sprintf("the expression expands to more than %d bytes", MaxExpanded))
	}
	open := "(?:"
	if ref.hasField {
		open = "(?<" + ref.name + ":" + ref.field + ">"
	} else if x.CaptureAll {
		open = "(?<" + ref.name + ">"
	}
	x.src.Frames = append(x.src.Frames, Frame{Name: ref.name, Field: ref.field, Parent: frame, text: def, start: x.out.Len()})
	x.emit(open, frame, ref.start)
	x.stack = append(x.stack, ref.name)
	if err := x.expand(def, len(x.src.Frames)-1); err != nil {
		return err
	}
	x.stack = x.stack[:len(x.stack)-1]
	x.emit(")", frame, ref.start)
	return nil
}

// suggest asks for the known name that is closest to one that is unknown.
func (x *Expander) suggest(name string) string {
	if x.Names == nil {
		return ""
	}
	best, distance := "", 1+min(2, len(name)/2)
	for _, known := range x.Names() {
		if d := mistakes(name, known); d < distance || d == distance && best != "" && known < best {
			best, distance = known, d
		}
	}
	if best == "" {
		return ""
	}
	return ", did you mean " + best + "?"
}

// mistakes counts the letters to add, drop or change; two that changed places are
// one mistake.
func mistakes(written, known string) int {
	if len(written) == len(known) {
		for i := range len(written) - 1 {
			if written[i] != known[i] {
				if written[i] == known[i+1] && written[i+1] == known[i] && written[i+2:] == known[i+2:] {
					return 1
				}
				break
			}
		}
	}
	return levenshtein.Distance(written, known, nil)
}

func (x *Expander) emit(s string, frame, offset int) {
	if s == "" {
		return
	}
	x.src.segments = append(x.src.segments, segment{x.out.Len(), frame, offset})
	x.out.WriteString(s)
}

// nextReference finds the first reference at or after at.
func nextReference(text string, at int) (reference, bool) {
	for {
		i := strings.Index(text[at:], "%{")
		if i < 0 {
			return reference{}, false
		}
		at += i
		if ref, ok := parseReference(text, at); ok {
			return ref, true
		}
		at++
	}
}

// parseReference reads %{NAME}, %{NAME:field}, %{NAME=regex} or
// %{NAME:field=regex} at start. What is not of this form is plain text.
func parseReference(text string, start int) (reference, bool) {
	ref := reference{start: start}
	p := start + 2
	q := p
	for q < len(text) && isNameByte(text[q]) {
		q++
	}
	// The class [A-z] of names has [ \ ] ^ _ and ` in it; a name that ends in
	// one of these is found all the same.
	if q == p {
		return ref, false
	}
	ref.name = text[p:q]
	if q < len(text) && text[q] == ':' {
		f := q + 1
		e := f
		for e < len(text) {
			r, n := utf8.DecodeRuneInString(text[e:])
			if !isFieldRune(r) {
				break
			}
			e += n
		}
		if e == f {
			return ref, false
		}
		ref.field, ref.hasField, q = text[f:e], true, e
	}
	if q < len(text) && text[q] == '=' {
		e := strings.IndexAny(text[q+1:], "{}")
		if e <= 0 {
			return ref, false
		}
		ref.definition, ref.hasDef = text[q+1:q+1+e], true
		q += 1 + e
	}
	if q >= len(text) || text[q] != '}' {
		return ref, false
	}
	ref.end = q + 1
	return ref, true
}

func isNameByte(c byte) bool { return 'A' <= c && c <= 'z' || '0' <= c && c <= '9' }

func isFieldRune(r rune) bool {
	if r < 0x80 {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' ||
			strings.ContainsRune("@[]_:.-", r)
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.In(r, unicode.Nl, unicode.Nd, unicode.Other_Alphabetic))
}

// at returns the frame that position pos of the expanded text comes from and
// the offset in the text of that frame.
func (s *Source) at(pos int) (frame, offset int) {
	i, found := slices.BinarySearchFunc(s.segments, pos, func(g segment, p int) int { return g.start - p })
	if !found {
		i--
	}
	if i < 0 {
		return 0, 0
	}
	g := s.segments[i]
	return g.frame, min(g.offset+pos-g.start, len(s.Frames[g.frame].text))
}

// Locate returns the named pattern that position pos of the expanded text
// belongs to ("" for the expression itself), its text, and the offset in it.
func (s *Source) Locate(pos int) (name, text string, offset int) {
	f, off := s.at(pos)
	return s.Frames[f].Name, s.Frames[f].text, off
}

// Path returns the names of the patterns that lead to position pos, from the
// outermost in.
func (s *Source) Path(pos int) []string {
	var path []string
	for f, _ := s.at(pos); f > 0; f = s.Frames[f].Parent {
		path = append(path, s.Frames[f].Name)
	}
	slices.Reverse(path)
	return path
}

// Common returns the place of the smallest part of the expression that both
// positions of the expanded text belong to: the first of them, or the
// reference to a named pattern that it comes from.
func (s *Source) Common(a, b int) int {
	of, _ := s.at(a)
	var parents []int // of a, from the inside out
	for f := of; f >= 0; f = s.Frames[f].Parent {
		parents = append(parents, f)
	}
	f, _ := s.at(b)
	for !slices.Contains(parents, f) {
		f = s.Frames[f].Parent
	}
	i := slices.Index(parents, f)
	if i == 0 {
		return a
	}
	return s.Frames[parents[i-1]].start
}
