// Package pattern matches lines against grok expressions: the patterns of
// Logstash and of the grok processor of Elasticsearch, with the regular
// expressions of Oniguruma in its Ruby syntax.
//
// An expression is compiled once, to a Pattern, which any number of
// goroutines may share. Each of them makes a Matcher of its own, which it
// uses for line after line: matching does not allocate, and takes time
// proportional to the line whatever the pattern and the line are.
package pattern

import (
	"errors"
	"strings"

	"github.com/naru-log/naru/filters/grok/pattern/prog"
	"github.com/naru-log/naru/filters/grok/pattern/syntax"
)

// Options say how an expression is to be read.
type Options struct {
	// Definitions resolves the names of patterns; nil has none.
	Definitions Definitions
	// UnicodeWord makes \w, \d and \s, and with them %{WORD}, match the
	// characters of all scripts. The reference engine matches ASCII only.
	UnicodeWord bool
	// CaptureAll makes %{IP}, a reference without a field name, capture under
	// "IP": named_captures_only = false of Logstash.
	CaptureAll bool
	// InlineDefinitions lets %{NAME=regex} and %{NAME:field=regex} define
	// NAME, as Logstash does. The reference engine ignores the definition.
	InlineDefinitions bool
	// StepLimit bounds the work on one line for constructs that cannot be
	// matched in time proportional to the line (back references, recursion,
	// conditions); 0 is a default of one to two tenths of a second.
	StepLimit int
}

// SyntaxError says what is wrong with an expression and where.
type SyntaxError struct {
	// Pattern is the expression as given to Compile.
	Pattern string
	// Definition is the name of the pattern whose text is at fault, "" if it
	// is the expression itself, and Text that text.
	Definition string
	Text       string
	// Offset is the byte in Text where the fault begins.
	Offset int
	// Construct is the part of Text at fault, Msg what is wrong with it.
	Construct string
	Msg       string
}

func (e *SyntaxError) Error() string {
	in := syntax.Error{Definition: e.Definition, Offset: e.Offset, Construct: e.Construct, Msg: e.Msg}
	return "grok: " + in.Error()
}

// Pattern is a compiled expression. It is immutable and safe for concurrent
// use.
type Pattern struct {
	expr     string
	opts     Options
	tree     *syntax.Tree
	prog     *prog.Prog
	captures []Capture
	members  [][]member // of each capture, in the order its values are listed
}

// Compile compiles a grok expression. An error is a *SyntaxError.
func Compile(expr string, opts Options) (*Pattern, error) {
	x := syntax.Expander{Lookup: lookup(opts.Definitions), Names: func() []string { return namesOf(opts.Definitions) }, CaptureAll: opts.CaptureAll, Inline: opts.InlineDefinitions}
	src, err := x.Expand(expr)
	if err != nil {
		return nil, syntaxError(expr, err)
	}
	tree, err := syntax.Parse(src, syntax.Options{UnicodeWord: opts.UnicodeWord})
	if err != nil {
		return nil, syntaxError(expr, err)
	}
	p := &Pattern{expr: expr, opts: opts, tree: tree}
	if p.prog, err = prog.Compile(tree); err != nil {
		return nil, syntaxError(expr, err)
	}
	p.nameCaptures()
	return p, nil
}

func lookup(d Definitions) func(string) (string, bool) {
	if d == nil {
		d = Map(nil)
	}
	return d.Lookup
}

func syntaxError(expr string, err error) error {
	var e *syntax.Error
	if errors.As(err, &e) {
		return &SyntaxError{Pattern: expr, Definition: e.Definition, Text: e.Text, Offset: e.Offset,
			Construct: e.Construct, Msg: e.Msg}
	}
	return &SyntaxError{Pattern: expr, Text: expr, Msg: err.Error()}
}

// String returns the expression.
func (p *Pattern) String() string { return p.expr }

// Captures lists the names that the expression captures, each once, in the
// order in which they first appear. The caller must not change it.
func (p *Pattern) Captures() []Capture { return p.captures }

// Lookup returns the index of the capture with that name.
func (p *Pattern) Lookup(name string) (int, bool) {
	for i, c := range p.captures {
		if c.Name == name {
			return i, true
		}
	}
	return 0, false
}

// Group returns the number of the group behind capture i, an index into
// Captures, or 0 if there are several.
func (p *Pattern) Group(i int) int {
	if m := p.members[i]; len(m) == 1 {
		return m[0].group
	}
	return 0
}

// nameCaptures works out from the identifiers of the groups (INT:x:int) what
// is captured. Groups of one name stand together by identifier, the
// identifiers in order of appearance, and by position within one.
func (p *Pattern) nameCaptures() {
	index := make(map[string]int)
	for _, id := range p.tree.Names {
		name, typ := splitIdentifier(id)
		i, ok := index[name]
		if !ok {
			i = len(p.captures)
			index[name] = i
			p.captures = append(p.captures, Capture{Name: name, Type: typ})
			p.members = append(p.members, nil)
		}
		p.captures[i].Mixed = p.captures[i].Mixed || p.captures[i].Type != typ
		for g, group := range p.tree.Groups {
			if group.Name == id {
				p.members[i] = append(p.members[i], member{group: g, typ: typ})
			}
		}
	}
}

// splitIdentifier takes the identifier of a group apart as the reference
// does: name is the second part if there is one, the type the third of three.
func splitIdentifier(id string) (name string, typ Type) {
	parts := strings.Split(id, ":")
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	switch len(parts) {
	case 0:
		return "", String
	case 1:
		return parts[0], String
	case 3:
		return parts[1], typeByName(parts[2])
	}
	return parts[1], String
}
