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

// Markdown gives the reference for a set of components.
func Markdown(kinds config.Kinds) []byte {
	var b bytes.Buffer
	b.WriteString(intro)
	b.WriteString("\n## Block `agent`\n\nHow the process behaves. There is at most one such block over all files.\n\n")
	agent := config.DefaultAgent()
	table(&b, config.Describe(&agent), false)
	section(&b, "Inputs", "input", kinds.Inputs, false)
	section(&b, "Filters", "filter", kinds.Filters, true)
	section(&b, "Outputs", "output", kinds.Outputs, true)
	b.WriteString("\n## Functions\n\nThese can be called when a file is loaded. Those that can also be called for each event are in [expressions.md](expressions.md).\n\n")
	fmt.Fprintf(&b, "`%s`\n", strings.Join(config.FunctionNames(), "`, `"))
	return b.Bytes()
}

func section(b *bytes.Buffer, title, block string, kinds map[string]config.Kind, when bool) {
	fmt.Fprintf(b, "\n## %s\n", title)
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		kind := kinds[name]
		fmt.Fprintf(b, "\n### %s `%s`\n\n%s\n\n", block, name, sentence(kind.Doc))
		attributes := config.Describe(kind.Config())
		table(b, attributes, when)
		nested(b, fmt.Sprintf("%s `%s`", block, name), attributes)
	}
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
