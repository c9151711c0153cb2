package catalog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// PictureName is the name of the file with the picture of a dashboard, below
// docs/catalog.
func (e Example) PictureName() string { return e.Pipeline.Name + ".svg" }

// Page writes docs/catalog.md.
func Page(all []Example) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(`# The catalog

<!-- Written by make catalog. -->

What is built in: for each log a line of it, the document that the line becomes, and the dashboard. The lines are those of the
pipelines' own test blocks. The pictures are drawn from the answers of a real Elasticsearch to the searches of the panels, over documents
of generated logs and of the test blocks; Kibana draws the same tables in its own way, and countries on a map. ` + "`agent`, `data_stream`, `ecs`, `host` and\n`log.file`" + `, which every document has, are left out of the documents here.

| pipeline | log | data stream | dashboard |
|---|---|---|---|
`)
	for _, e := range all {
		board := ""
		if e.Dashboard != nil {
			board = e.Dashboard.Title
		}
		fmt.Fprintf(&b, "| `naru run %s` | [%s](#%s) | `%s` | %s |\n", e.BuiltIn, e.Pipeline.Name, anchor(e.Pipeline.Name), e.Stream, board)
	}
	for _, e := range all {
		if err := e.section(&b); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// anchor is what a heading is linked by.
func anchor(heading string) string { return strings.ToLower(strings.ReplaceAll(heading, " ", "-")) }

func (e Example) section(b *bytes.Buffer) error {
	fmt.Fprintf(b, "\n## %s\n\n```text\n%s\n```\n\nbecomes\n\n", e.Pipeline.Name, e.Line)
	shown := map[string]any{}
	for name, v := range e.Document {
		switch name {
		case "agent", "data_stream", "ecs", "host", "log":
		default:
			shown[name] = v
		}
	}
	if log, ok := e.Document["log"].(map[string]any); ok {
		for name, v := range log {
			if name != "file" && name != "offset" {
				shown["log."+name] = v
			}
		}
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(shown); err != nil {
		return fmt.Errorf("write the document of %s: %w", e.Pipeline.Name, err)
	}
	fmt.Fprintf(b, "```json\n%s```\n", &text)
	if e.Dashboard != nil {
		fmt.Fprintf(b, "\n![The dashboard %s](catalog/%s)\n", e.Dashboard.Title, e.PictureName())
	}
	return nil
}
