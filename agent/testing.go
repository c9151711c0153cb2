package agent

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/naru-log/naru/agent/config"
	"github.com/naru-log/naru/event"
)

// bench runs the lines of test blocks through the filters of a pipeline,
// without inputs and outputs.
type bench struct {
	worker *worker
	enc    *event.Encoder
}

func newBench(p *config.Pipeline) (*bench, hcl.Diagnostics) {
	reg := prometheus.NewRegistry()
	identity := Identity{ID: "0", Name: "test", Version: "test"}
	c, diags := buildChain(p, identity, slog.New(slog.DiscardHandler), reg)
	if diags.HasErrors() {
		return nil, diags
	}
	c.schema.Freeze()
	return &bench{
		worker: &worker{ev: event.NewEvent(c.schema), slots: c.slots, steps: c.steps()},
		enc:    event.NewEncoder(c.schema),
	}, diags
}

// document runs one line and gives its document, nil when it is dropped.
func (b *bench) document(line string) (map[string]any, error) {
	batch := &event.Batch{
		Source: event.NewSource(1, "/test.log", time.Unix(0, 0)), Data: []byte(line),
		Lines: []event.Line{{End: uint32(len(line))}}, ReadAt: time.Unix(0, 0),
	}
	if !b.worker.line(batch, &batch.Lines[0]) {
		return nil, nil
	}
	var doc map[string]any
	encoded := b.enc.Append(nil, b.worker.ev)
	if err := json.Unmarshal(encoded, &doc); err != nil {
		return nil, fmt.Errorf("read back document %s: %w", encoded, err)
	}
	return doc, nil
}

// Test runs the test blocks of a configuration, prints a line for each and a
// difference for each that fails, and reports how many failed. Diagnostics are
// about pipelines that cannot be built.
func Test(cfg *config.Config, w io.Writer) (failed int, diags hcl.Diagnostics) {
	benches := map[*config.Pipeline]*bench{}
	for _, t := range cfg.Tests {
		b, built := benches[t.Pipeline]
		if !built {
			var more hcl.Diagnostics
			b, more = newBench(t.Pipeline)
			diags = append(diags, more...)
			benches[t.Pipeline] = b
		}
		if b == nil {
			failed++
			continue
		}
		problems := b.check(t)
		if len(problems) == 0 {
			fmt.Fprintf(w, "ok    %s\n", t.Name)
			continue
		}
		failed++
		fmt.Fprintf(w, "FAIL  %s (%s:%d)\n", t.Name, t.Range.Filename, t.Range.Start.Line)
		for _, p := range problems {
			fmt.Fprintf(w, "      %s\n", strings.ReplaceAll(p, "\n", "\n      "))
		}
	}
	return failed, diags
}

// check runs one test block and gives what is wrong.
func (b *bench) check(t *config.Test) []string {
	var problems []string
	for i, line := range t.Lines {
		doc, err := b.document(line)
		if err != nil {
			return append(problems, err.Error())
		}
		var wrong []string
		switch {
		case t.Dropped && doc != nil:
			wrong = append(wrong, "the line should be dropped, but gives a document")
		case !t.Dropped && doc == nil:
			wrong = append(wrong, "the line is dropped")
		case doc != nil:
			wrong = compare(t, i, doc)
		}
		if len(wrong) > 0 {
			problems = append(problems, "line: "+line)
			problems = append(problems, wrong...)
			if doc != nil {
				problems = append(problems, "document: "+indent(doc))
			}
		}
	}
	return problems
}

func compare(t *config.Test, i int, doc map[string]any) []string {
	var wrong []string
	if i < len(t.Expect) {
		for _, e := range t.Expect[i] {
			got, there := lookup(doc, e.Field)
			switch {
			case !there && e.Value == nil:
			case !there:
				wrong = append(wrong, fmt.Sprintf("%s: want %s, but the field is absent", e.Field, encode(e.Value)))
			case encode(got) != encode(e.Value):
				wrong = append(wrong, fmt.Sprintf("%s: want %s, got %s", e.Field, encode(e.Value), encode(got)))
			}
		}
	}
	for _, field := range t.Absent {
		if got, there := lookup(doc, field); there {
			wrong = append(wrong, fmt.Sprintf("%s: should be absent, got %s", field, encode(got)))
		}
	}
	tags, _ := doc["tags"].([]any)
	for _, tag := range t.Tags {
		if !slices.Contains(tags, any(tag)) {
			wrong = append(wrong, fmt.Sprintf("tag %q is missing, there are %s", tag, encode(tags)))
		}
	}
	return wrong
}

// lookup finds a dotted path in a document.
func lookup(doc map[string]any, path string) (any, bool) {
	if v, ok := doc[path]; ok {
		return v, true
	}
	head, rest, nested := strings.Cut(path, ".")
	if !nested {
		return nil, false
	}
	inner, ok := doc[head].(map[string]any)
	if !ok {
		return nil, false
	}
	return lookup(inner, rest)
}

func encode(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSpace(b.String())
}

func indent(doc map[string]any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return fmt.Sprint(doc)
	}
	return strings.TrimSpace(b.String())
}

// Documents runs lines through the filters of a pipeline, without its inputs and
// outputs, and gives the document of each; nil for one that is dropped.
func Documents(p *config.Pipeline, lines []string) ([]map[string]any, error) {
	b, diags := newBench(p)
	if diags.HasErrors() {
		return nil, diags
	}
	all := make([]map[string]any, len(lines))
	for i, line := range lines {
		var err error
		if all[i], err = b.document(line); err != nil {
			return nil, err
		}
	}
	return all, nil
}
