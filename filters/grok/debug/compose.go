package debug

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/naru-log/naru/filters/grok/pattern"
)

// A composer proposes patterns made of tokens.
type composer struct {
	*suggester
	tokens *tokenizer
}

func newComposer(s *suggester) (*composer, error) {
	t, err := newTokenizer(s.opt, s.library)
	return &composer{suggester: s, tokens: t}, err
}

// afterFormats proposes the format that says most about the head of the
// lines, with tokens for the rest: a combined log with more at its end.
func (c *composer) afterFormats(ctx context.Context, lines [][]byte) error {
	if len(c.heads) == 0 {
		return nil
	}
	best := slices.MaxFunc(c.heads, func(a, b proposal) int { return cmp.Compare(a.values, b.values) })
	if best.values <= minFields*best.matched {
		return nil
	}
	p, err := c.opt.compile(best.expression, c.library)
	if err != nil {
		return err
	}
	used := map[string]int{}
	for _, capture := range p.Captures() {
		used[capture.Name] = 1
	}
	m := p.NewMatcher()
	var rests [][]byte
	for _, line := range lines {
		if m.Match(line) != pattern.Matched {
			continue
		}
		if _, end := m.Span(); end < len(line) {
			rests = append(rests, line[end:])
		}
	}
	return c.fromShapes(ctx, head{best.expression, used}, rests)
}

// fromTokens proposes patterns for whole lines.
func (c *composer) fromTokens(ctx context.Context, lines [][]byte) error {
	return c.fromShapes(ctx, head{"^", nil}, lines)
}

// A head is the beginning of an expression, and the names that it uses.
type head struct {
	expression string
	used       map[string]int
}

// fromShapes proposes patterns for the shapes that most of the texts have,
// and for what the beginnings of all of them have in common.
func (c *composer) fromShapes(ctx context.Context, h head, texts [][]byte) error {
	shapes := map[string][][]part{}
	var all [][]part
	for _, text := range texts {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		parts := c.tokens.parts(text)
		all = append(all, parts)
		shapes[shape(parts)] = append(shapes[shape(parts)], parts)
	}
	const mostShapes = 2
	for _, list := range frequent(shapes, mostShapes) {
		if err := c.propose(h, merge(list)); err != nil {
			return err
		}
	}
	if len(shapes) < 2 {
		return nil
	}
	return c.propose(h, merge(all))
}

// propose tries a composed pattern on all lines.
func (c *composer) propose(h head, m composition) error {
	if len(m.parts) == 0 {
		return nil
	}
	expression := h.expression + m.expression(c.opt.Legacy, h.used)
	if slices.ContainsFunc(c.proposals, func(p proposal) bool { return p.expression == expression }) {
		return nil
	}
	p, ok, err := c.try(expression, c.lines)
	if err != nil {
		return fmt.Errorf("try the composed pattern %s: %w", expression, err)
	}
	if ok && p.values > 0 {
		c.proposals = append(c.proposals, p)
	}
	return nil
}

// shape is what lines of one format have in common: the text between tokens.
func shape(parts []part) string {
	var b strings.Builder
	for _, p := range parts {
		if p.kind == nil {
			b.WriteString(p.text)
		} else {
			b.WriteByte(0)
		}
	}
	return b.String()
}

// frequent returns the lines of the n most frequent shapes.
func frequent(shapes map[string][][]part, n int) [][][]part {
	keys := slices.SortedFunc(maps.Keys(shapes), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(shapes[b]), len(shapes[a])), cmp.Compare(a, b))
	})
	var out [][][]part
	for _, key := range keys[:min(n, len(keys))] {
		out = append(out, shapes[key])
	}
	return out
}

// A composition is what several lines have in common.
type composition struct {
	parts []merged
	cut   bool // the lines go on differently
}

// merged is a part of several lines.
type merged struct {
	part
	same   bool // in all lines
	absent bool // a dash in some lines
}

func merge(lines [][]part) composition {
	var c composition
	for i, parts := range lines {
		if i == 0 {
			for _, p := range parts {
				c.parts = append(c.parts, merged{part: p, same: true, absent: isDash(p)})
			}
			continue
		}
		c.add(parts)
	}
	c.endFreeText(len(lines))
	c.endWord()
	return c
}

// isDash says that there is a dash in place of a value.
func isDash(p part) bool {
	return p.kind == &dashKind || p.kind == &quotedKind && p.text == `"-"`
}

// add keeps what the line shares with the parts so far.
func (c *composition) add(parts []part) {
	for i := range c.parts {
		if i >= len(parts) {
			c.parts, c.cut = c.parts[:i], true
			return
		}
		if !c.parts[i].join(parts[i]) {
			c.cutWithin(i, parts[i])
			return
		}
	}
	c.cut = c.cut || len(parts) > len(c.parts)
}

// cutWithin ends the composition in part i, where the line goes on with p:
// behind the text that they begin with.
func (c *composition) cutWithin(i int, p part) {
	m := &c.parts[i]
	c.parts, c.cut = c.parts[:i], true
	if m.kind != nil || p.kind != nil {
		return
	}
	n := 0
	for n < len(m.text) && n < len(p.text) && m.text[n] == p.text[n] {
		n++
	}
	if m.text = m.text[:runeStart(m.text, n)]; m.text != "" {
		c.parts = c.parts[:i+1]
	}
}

// join widens m so that it covers p too; it reports whether that is possible.
func (m *merged) join(p part) bool {
	if m.kind == nil || p.kind == nil {
		return m.kind == nil && p.kind == nil && m.text == p.text
	}
	if (m.kind == &quotedKind) != (p.kind == &quotedKind) || m.field != p.field {
		return false
	}
	m.absent = m.absent || isDash(p)
	m.same = m.same && m.text == p.text
	m.kind = common(m.kind, p.kind)
	return true
}

// common returns a kind that covers both.
func common(a, b *tokenKind) *tokenKind {
	switch {
	case a == b || b == &dashKind:
		return a
	case a == &dashKind:
		return b
	}
	names := []string{a.name, b.name}
	slices.Sort(names)
	if names[0] == "INT" && names[1] == "NUMBER" {
		if a.name == "NUMBER" {
			return a
		}
		return b
	}
	return &notSpaceKind
}

// freeWords is how many words in a row, at the end, are taken for a message.
const freeWords = 4

// endFreeText cuts a message off the end: words that differ, or of which
// there are too many to be fields of one line alone.
func (c *composition) endFreeText(lines int) {
	from, words := len(c.parts), 0
	for i := len(c.parts) - 1; i >= 0; i-- {
		p := c.parts[i]
		if p.kind == nil && strings.Trim(p.text, " .,!'") != "" || p.kind != nil && !p.kind.constant {
			break
		}
		if p.kind != nil {
			from, words = i, words+1
		}
	}
	if words >= freeWords && (lines == 1 || !c.allSame(from)) {
		c.parts, c.cut = c.parts[:from], true
	}
}

// endWord leaves a word that a message begins with to the message.
func (c *composition) endWord() {
	for n := len(c.parts); c.cut && n > 0; n-- {
		last := c.parts[n-1]
		if last.kind == nil || !last.kind.constant || last.same {
			return
		}
		c.parts = c.parts[:n-1]
	}
}

func (c *composition) allSame(from int) bool {
	for _, p := range c.parts[from:] {
		if p.kind != nil && !p.same {
			return false
		}
	}
	return true
}

// expression writes the composition as the tail of a grok expression whose
// head uses some names already.
func (c composition) expression(legacy bool, used map[string]int) string {
	var b strings.Builder
	names := namer{legacy: legacy, used: map[string]int{}}
	maps.Copy(names.used, used)
	for _, p := range c.parts {
		b.WriteString(names.write(p))
	}
	if c.cut {
		b.WriteString("%{GREEDYDATA:" + names.unique("message") + "}")
	}
	b.WriteByte('$')
	return b.String()
}

// A namer gives each field a name of its own.
type namer struct {
	legacy bool
	used   map[string]int
}

func (n *namer) write(p merged) string {
	if p.kind == nil || p.kind == &dashKind || p.kind.constant && p.same && p.field == "" && isText(p) {
		return quote(p.text)
	}
	if p.kind.expression != "" {
		return "(?<" + n.name(p) + ">" + p.kind.expression + ")"
	}
	ref := "%{" + p.kind.name + ":" + n.name(p)
	if p.kind.typ != "" {
		ref += ":" + p.kind.typ
	}
	ref += "}"
	if p.absent {
		ref = "(?:-|" + ref + ")"
	}
	if p.kind == &quotedKind {
		return `"` + ref + `"`
	}
	return ref
}

// isText says that a part that is the same in all lines belongs to the
// format. HTTP methods do not: other lines have others.
func isText(p merged) bool { return !isMethod(p.text) }

func isMethod(s string) bool {
	return slices.Contains([]string{"GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH"}, s)
}

func (n *namer) name(p merged) string {
	name := p.kind.ecs
	if n.legacy {
		name = p.kind.legacy
	}
	switch {
	case p.field != "":
		name = p.field
	case isMethod(p.text) && n.legacy:
		name = "verb"
	case isMethod(p.text):
		name = "http.request.method"
	case name == "source.ip" && n.used[name] > 0:
		name = "destination.ip"
	}
	return n.unique(name)
}

// unique numbers a name from its second use on.
func (n *namer) unique(name string) string {
	n.used[name]++
	if n.used[name] > 1 {
		return fmt.Sprintf("%s%d", name, n.used[name])
	}
	return name
}

// quote makes text match itself, blanks of any number included.
func quote(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune(`\.+*?()|[]{}^$`, r) {
			b.WriteByte('\\')
		}
		if r == '\t' {
			b.WriteString(`\t`)
			continue
		}
		b.WriteRune(r)
	}
	return strings.ReplaceAll(b.String(), "  ", " +")
}
