package expr

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"

	"github.com/naru-log/naru/event"
)

// TestDocs runs the examples of docs/expressions.md: each line of a block
// "expr" against the event of the block "json".
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../docs/expressions.md")
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	d := json.NewDecoder(strings.NewReader(blocks(string(text), "json")[0]))
	d.UseNumber()
	if err := d.Decode(&fields); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, block := range blocks(string(text), "expr") {
		for line := range strings.Lines(block) {
			i := strings.LastIndex(line, "#")
			src, want := strings.TrimSpace(line[:i]), strings.TrimSpace(line[i+1:])
			if got := example(t, fields, src); got != want && (!strings.HasPrefix(want, "error: ") || !strings.HasPrefix(got, "error: ") || !strings.Contains(got, want[7:])) {
				t.Errorf("%s is %s, the page says %s", src, got, want)
			}
			n++
		}
	}
	if n < 50 {
		t.Errorf("only %d examples found", n)
	}
}

// blocks gives the fenced blocks of a language.
func blocks(text, language string) []string {
	var found []string
	for {
		_, rest, ok := strings.Cut(text, "\n```"+language+"\n")
		if !ok {
			return found
		}
		block, rest, _ := strings.Cut(rest, "```")
		found = append(found, block)
		text = rest
	}
}

// example evaluates src and writes the result as the page does.
func example(t *testing.T, fields map[string]any, src string) string {
	s := event.NewSchema()
	var set []func(*event.Event)
	flatten(t, s, "", fields, &set)
	slow := s.Tag("slow")
	e, diags := Parse(src, "docs.hcl", &hcl.EvalContext{Functions: map[string]function.Function{"split": stdlib.SplitFunc}})
	if diags.HasErrors() {
		return "error: " + diags.Error()
	}
	p, err := e.Compile(s)
	if err != nil {
		return "error: " + err.Error()
	}
	out, err := s.Slot("the.result", event.Any)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	ev := event.NewEvent(s)
	ev.Reset(nil, nil, 0)
	ev.Unset(event.Message)
	for _, f := range set {
		f(ev)
	}
	ev.AddTag(slow)
	if slot, bare := p.Slot(); bare {
		ev.Copy(out, slot)
	} else {
		ev.Set(out, p.Eval(ev))
	}
	var doc struct{ The struct{ Result any } }
	d := json.NewDecoder(strings.NewReader(string(event.NewEncoder(s).Append(nil, ev))))
	d.UseNumber()
	if err := d.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	return writeResult(doc.The.Result)
}

func writeResult(v any) string {
	switch v := v.(type) {
	case nil:
		return "no value"
	case []any:
		parts := make([]string, len(v))
		for i := range v {
			parts[i] = writeResult(v[i])
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case string:
		return fmt.Sprintf("%q", v)
	}
	return fmt.Sprint(v)
}

// flatten declares the fields of the page's event and sets them.
func flatten(t *testing.T, s *event.Schema, prefix string, fields map[string]any, set *[]func(*event.Event)) {
	for name, v := range fields {
		path := prefix + name
		if object, ok := v.(map[string]any); ok {
			flatten(t, s, path+".", object, set)
			continue
		}
		kind, value, list := typed(t, path, v)
		slot, err := s.Slot(path, kind)
		if err != nil {
			t.Fatal(err)
		}
		*set = append(*set, func(ev *event.Event) {
			if kind == event.List {
				ev.SetList(slot, list)
				return
			}
			ev.Set(slot, value)
		})
	}
}

func typed(t *testing.T, path string, v any) (event.Kind, event.Value, []event.Value) {
	switch v := v.(type) {
	case string:
		if path == "@timestamp" {
			at, err := time.Parse(time.RFC3339, v)
			if err != nil {
				t.Fatal(err)
			}
			return event.Time, event.TimeValue(at.UnixNano()), nil
		}
		if path == "source.ip" {
			return event.IP, event.IPValue([]byte(v)), nil
		}
		return event.String, event.StringValue([]byte(v)), nil
	case bool:
		return event.Bool, event.BoolValue(v), nil
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return event.Int, event.IntValue(n), nil
		}
		f, err := v.Float64()
		if err != nil {
			t.Fatal(err)
		}
		return event.Float, event.FloatValue(f), nil
	case []any:
		var list []event.Value
		for _, element := range v {
			_, one, _ := typed(t, "", element)
			list = append(list, one)
		}
		return event.List, event.Value{}, list
	}
	t.Fatalf("%s: %T", path, v)
	return 0, event.Value{}, nil
}
