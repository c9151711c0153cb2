package bank

import "strings"

// set is one of the two sets of names.
type set int

const (
	ecs set = iota
	legacy
)

// A parser reads the notation of the definition files, in which one line
// serves both sets of names. After comments (#) and empty lines are gone, a
// line is one of
//
//	NAME definition          the same in both sets
//	NAME/ecs definition      in the ECS set alone
//	NAME/legacy definition   in the legacy set alone
//	NAME                     defined by the file's map of the dependency
//	let name text            a piece of text, for this file
//
// and in definitions and pieces
//
//	@{name}                  is the piece, expanded where it is defined
//	%{REF:a|:b}              is %{REF:a} in the ECS set, %{REF:b} in the legacy set
//	%{REF:a|OTHER:b}         is %{REF:a} in the ECS set, %{OTHER:b} in the legacy set
//	(?<a|b>...)              names the group a in the ECS set, b in the legacy set
type parser struct {
	set    set
	bank   map[string]string
	pieces map[string]string
}

func (p *parser) file(text string, shared map[string]string) {
	p.pieces = map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		p.line(line, shared)
	}
}

func (p *parser) line(line string, shared map[string]string) {
	name, text := word(line)
	if name == "let" {
		name, text = word(text)
		p.pieces[name] = p.expand(text)
		return
	}
	name, only, _ := strings.Cut(name, "/")
	if only == "ecs" && p.set != ecs || only == "legacy" && p.set != legacy {
		return
	}
	if text == "" {
		p.bank[name] = shared[name]
		return
	}
	p.bank[name] = p.choose(p.expand(text))
}

// word cuts the first word and the blanks after it off s.
func word(s string) (first, rest string) {
	first, rest, _ = strings.Cut(s, " ")
	return first, strings.TrimLeft(rest, " ")
}

func (p *parser) expand(text string) string {
	if !strings.Contains(text, "@{") {
		return text
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "@{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		var name string
		name, text, _ = strings.Cut(after, "}")
		b.WriteString(p.pieces[name])
	}
}

// choose settles the pairs in text for the parser's set.
func (p *parser) choose(text string) string {
	if !strings.Contains(text, "|") {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for i := 0; i < len(text); {
		body, end := pairAt(text, i)
		if end == 0 {
			b.WriteByte(text[i])
			i++
			continue
		}
		open := text[i : end-1-len(body)]
		b.WriteString(open)
		b.WriteString(p.side(body))
		b.WriteByte(text[end-1])
		i = end
	}
	return b.String()
}

// pairAt returns what stands in the reference or group name that opens at i,
// and the offset after its closing bracket; 0 if none opens there.
func pairAt(text string, i int) (body string, end int) {
	rest := text[i:]
	var bracket byte
	switch {
	case strings.HasPrefix(rest, "%{"):
		rest, bracket = rest[2:], '}'
	case strings.HasPrefix(rest, "(?<") && !strings.HasPrefix(rest, "(?<=") && !strings.HasPrefix(rest, "(?<!"):
		rest, bracket = rest[3:], '>'
	default:
		return "", 0
	}
	n := strings.IndexByte(rest, bracket)
	if n < 0 {
		return "", 0
	}
	return rest[:n], len(text) - len(rest) + n + 1
}

func (p *parser) side(body string) string {
	left, right, pair := strings.Cut(body, "|")
	if !pair || p.set == ecs {
		return left
	}
	if strings.HasPrefix(right, ":") {
		ref, _, _ := strings.Cut(left, ":")
		return ref + right
	}
	return right
}
