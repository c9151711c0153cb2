// Package docgen writes the reference of the configuration from the
// definitions of the components, so that the two cannot drift apart.
package docgen

import (
	"bytes"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/naru-log/naru/agent/config"
)

//go:embed intro.md
var intro string

// Example is a configuration file that shows a component, and where it lies as
// seen from the reference.
type Example struct{ Path, Text string }

// Markdown gives the reference for a set of components. Examples are by the names
// of filters; of each the filter's own blocks are shown.
func Markdown(kinds config.Kinds, examples map[string]Example) []byte {
	var b bytes.Buffer
	b.WriteString(intro)
	b.WriteString("\n## Block `agent`\n\nHow the process behaves. There is at most one such block over all files.\n\n")
	agent := config.DefaultAgent()
	table(&b, config.Describe(&agent), false)
	section(&b, "Inputs", "input", kinds.Inputs, false, nil)
	section(&b, "Filters", "filter", kinds.Filters, true, examples)
	section(&b, "Outputs", "output", kinds.Outputs, true, nil)
	b.WriteString("\n## Functions\n\nThese can be called when a file is loaded. Those that can also be called for each event are in [expressions.md](expressions.md).\n\n")
	fmt.Fprintf(&b, "`%s`\n", strings.Join(config.FunctionNames(), "`, `"))
	return b.Bytes()
}

func section(b *bytes.Buffer, title, block string, kinds map[string]config.Kind, when bool, examples map[string]Example) {
	fmt.Fprintf(b, "\n## %s\n", title)
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		kind := kinds[name]
		fmt.Fprintf(b, "\n### %s `%s`\n\n%s\n\n", block, name, sentence(kind.Doc))
		if e, ok := examples[name]; ok {
			fmt.Fprintf(b, "```hcl\n%s```\n\n[With lines and what becomes of them](%s)\n\n", blocks(e.Text, block, name), e.Path)
		}
		attributes := config.Describe(kind.Config())
		table(b, attributes, when)
		nested(b, fmt.Sprintf("%s `%s`", block, name), attributes)
	}
}

// blocks cuts the blocks of a component out of a pipeline in canonical layout.
func blocks(text, block, name string) string {
	const indent = "  "
	var b strings.Builder
	inside := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, fmt.Sprintf("%s%s %q {", indent, block, name)) {
			if b.Len() > 0 {
				b.WriteString("\n")
			}
			inside = true
		}
		if inside {
			b.WriteString(strings.TrimPrefix(line, indent))
			inside = line != indent+"}\n" && !strings.HasSuffix(line, " {}\n")
		}
	}
	return b.String()
}

// nested writes a table for each block inside a block.
func nested(b *bytes.Buffer, parent string, attributes []config.Attribute) {
	for _, a := range attributes {
		if a.Block == nil {
			continue
		}
		fmt.Fprintf(b, "\n#### Block `%s` in %s\n\n%s\n\n", a.Name, parent, sentence(a.Doc))
		table(b, a.Block, false)
		nested(b, fmt.Sprintf("block `%s`", a.Name), a.Block)
	}
}

func table(b *bytes.Buffer, attributes []config.Attribute, when bool) {
	if len(attributes) == 0 && !when {
		b.WriteString("It has no attributes.\n")
		return
	}
	b.WriteString("| name | type | default | |\n|---|---|---|---|\n")
	for _, a := range attributes {
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", a.Name, typeText(a), defaultText(a), cell(a.Doc))
	}
	if when {
		b.WriteString("| `when` | expression | | only events for which it is true; see [expressions.md](expressions.md) |\n")
	}
}

func typeText(a config.Attribute) string {
	if a.Repeated {
		return a.Type + ", repeatable"
	}
	return a.Type
}

func defaultText(a config.Attribute) string {
	switch {
	case a.Required:
		return "**required**"
	case a.Default == "":
		return ""
	}
	return "`" + cell(a.Default) + "`"
}

// cell makes a text fit for a cell of a table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(s)
}

// sentence gives a text a capital letter and a full stop.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".") + "."
}
