package config

import (
	"encoding/json"
	"errors"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/naru-log/naru/expr"
)

// testBlock is what a test block holds besides expect.
type testBlock struct {
	Pipeline string   `hcl:"pipeline,optional" doc:"pipeline that the lines go through; needed when the file has several"`
	Line     *string  `hcl:"line,optional" doc:"the line"`
	Lines    []string `hcl:"lines,optional" doc:"several lines, instead of line"`
	Absent   []string `hcl:"absent,optional" doc:"fields that no document may have"`
	Tags     []string `hcl:"tags,optional" doc:"tags that every document must have"`
	Dropped  bool     `hcl:"dropped,optional" doc:"the lines give no documents"`
}

// tests decodes the test blocks of a file. here are the file's pipelines.
func (l *loader) tests(f *file, here []*Pipeline) {
	seen := make(map[string]hcl.Range)
	for _, b := range f.content.Blocks.OfType("test") {
		name := b.Labels[0]
		if first, twice := seen[name]; twice {
			l.errorf(&b.DefRange, "Duplicate test", "There is a test of this name already, at %s.", first)
			continue
		}
		seen[name] = b.DefRange
		if t := l.test(f, b, here); t != nil {
			l.config.Tests = append(l.config.Tests, t)
		}
	}
}

func (l *loader) test(f *file, b *hcl.Block, here []*Pipeline) *Test {
	var raw testBlock
	d, diags := decodeBody(b.Body.(*hclsyntax.Body), b.DefRange, &raw, f.ctx, "expect")
	expect := d.extra["expect"]
	l.diags = append(l.diags, diags...)
	if diags.HasErrors() {
		return nil
	}
	t := &Test{Name: b.Labels[0], Absent: raw.Absent, Tags: raw.Tags, Dropped: raw.Dropped, Lines: raw.Lines, Range: b.DefRange}
	if raw.Line != nil {
		t.Lines = append([]string{*raw.Line}, raw.Lines...)
	}
	switch {
	case raw.Line != nil && raw.Lines != nil, len(t.Lines) == 0 && !l.diags.HasErrors():
		l.errorf(&b.DefRange, "Invalid test", "A test has either a line or lines.")
		return nil
	case t.Dropped && (expect != nil || t.Absent != nil || t.Tags != nil):
		l.errorf(&b.DefRange, "Invalid test", "A line that is dropped gives no document to expect anything of.")
		return nil
	}
	t.Pipeline = l.testedPipeline(b, raw.Pipeline, here)
	t.Expect = l.expectations(f, expect, len(t.Lines))
	if t.Pipeline == nil {
		return nil
	}
	return t
}

func (l *loader) testedPipeline(b *hcl.Block, name string, here []*Pipeline) *Pipeline {
	if name == "" && len(here) == 1 {
		return here[0]
	}
	var names []string
	for _, p := range here {
		if p.Name == name {
			return p
		}
		names = append(names, p.Name)
	}
	switch {
	case l.diags.HasErrors(): // the pipeline may be there, but broken
	case name == "":
		l.errorf(&b.DefRange, "Test without a pipeline", `The file does not have just one pipeline: say which one is tested with pipeline = "name".`)
	default:
		l.errorf(&b.DefRange, "Unknown pipeline", "The file has no pipeline %q.%s", name, expr.Suggest(name, names))
	}
	return nil
}

// expectations decodes expect: an object for all lines, or a list of objects
// with one for each line.
func (l *loader) expectations(f *file, a *hcl.Attribute, lines int) [][]Expectation {
	if a == nil {
		return nil
	}
	all := make([][]Expectation, lines)
	switch e := a.Expr.(type) {
	case *hclsyntax.ObjectConsExpr:
		one := l.expectation(f, e)
		for i := range all {
			all[i] = one
		}
	case *hclsyntax.TupleConsExpr:
		if len(e.Exprs) != lines {
			at := e.Range()
			l.errorf(&at, "Invalid test", "There are %d expectations for %d lines.", len(e.Exprs), lines)
			return all
		}
		for i, element := range e.Exprs {
			object, ok := element.(*hclsyntax.ObjectConsExpr)
			if !ok {
				l.wantFields(element.Range())
				continue
			}
			all[i] = l.expectation(f, object)
		}
	default:
		l.wantFields(a.Expr.Range())
	}
	return all
}

func (l *loader) wantFields(at hcl.Range) {
	l.errorf(&at, "Invalid test", `Write the fields that are expected in braces: { "http.response.status_code" = 200 }.`)
}

func (l *loader) expectation(f *file, e *hclsyntax.ObjectConsExpr) []Expectation {
	var all []Expectation
	d := decoder{ctx: f.ctx}
	for _, item := range e.Items {
		name, diags := expr.Key(item.KeyExpr, f.ctx)
		d.diags = append(d.diags, diags...)
		if diags.HasErrors() {
			continue
		}
		v, ok := d.evaluate(item.ValueExpr, name)
		if !ok {
			continue
		}
		value, err := plainValue(v)
		at := item.ValueExpr.Range()
		if err != nil {
			d.errorf(at, "Invalid test", "The value cannot be part of a document: %s.", err)
			continue
		}
		all = append(all, Expectation{Field: name, Value: value, Range: at})
	}
	l.diags = append(l.diags, d.diags...)
	return all
}

// plainValue gives a value in the form that encoding/json decodes into any.
func plainValue(v cty.Value) (any, error) {
	v, _ = v.UnmarkDeep()
	if v.IsNull() {
		return nil, nil
	}
	encoded, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		return nil, err
	}
	var plain any
	if err := json.Unmarshal(encoded, &plain); err != nil {
		return nil, errors.New("the number is out of range")
	}
	return plain, nil
}
