package config

import (
	"fmt"
	"reflect"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/naru-log/naru/expr"
)

// decoded is what is remembered of a block for later diagnostics.
type decoded struct {
	secrets []string                  // values that must not be shown
	extra   map[string]*hcl.Attribute // those of the extra names that are written
}

// decodeBody fills the struct that config points to from the body of a block.
// header is where a missing attribute is reported. Names in extra are accepted
// besides the struct's.
func decodeBody(body *hclsyntax.Body, header hcl.Range, config any, ctx *hcl.EvalContext, extra ...string) (*decoded, hcl.Diagnostics) {
	d := &decoder{ctx: ctx, decoded: decoded{extra: make(map[string]*hcl.Attribute)}}
	d.body(body, header, reflect.ValueOf(config).Elem(), extra)
	return &d.decoded, d.diags
}

type decoder struct {
	decoded
	ctx   *hcl.EvalContext
	diags hcl.Diagnostics
}

func (d *decoder) errorf(at hcl.Range, summary, format string, args ...any) {
	d.diags = append(d.diags, errorAt(&at, summary, format, args...))
}

func (d *decoder) body(body *hclsyntax.Body, header hcl.Range, target reflect.Value, extra []string) {
	attributes := describe(target)
	schema := &hcl.BodySchema{}
	for _, name := range extra {
		schema.Attributes = append(schema.Attributes, hcl.AttributeSchema{Name: name})
	}
	for _, a := range attributes {
		switch a.role {
		case attribute:
			schema.Attributes = append(schema.Attributes, hcl.AttributeSchema{Name: a.Name})
		case block:
			schema.Blocks = append(schema.Blocks, hcl.BlockHeaderSchema{Type: a.Name, LabelNames: labels(a.Block)})
		}
	}
	content, diags := body.Content(schema)
	d.diags = append(d.diags, diags...)
	misspelt := diags.HasErrors() // what is missing may be there under a wrong name
	for _, name := range extra {
		if attr := content.Attributes[name]; attr != nil {
			d.extra[name] = attr
		}
	}
	for _, a := range attributes {
		a.Required = a.Required && !misspelt
		switch a.role {
		case attribute:
			d.attribute(a, content.Attributes[a.Name], header, target.Field(a.index))
		case block:
			d.blocks(a, content.Blocks.OfType(a.Name), header, target.Field(a.index))
		}
	}
}

func labels(attributes []Attribute) []string {
	var names []string
	for _, a := range attributes {
		if a.role == label {
			names = append(names, a.Name)
		}
	}
	return names
}

func (d *decoder) blocks(a Attribute, found hcl.Blocks, header hcl.Range, target reflect.Value) {
	switch {
	case len(found) == 0:
		if a.Required {
			d.errorf(header, "Missing block", "A block %q is needed here: %s.", a.Name, a.Doc)
		}
		return
	case len(found) > 1 && !a.Repeated:
		d.errorf(found[1].DefRange, "Duplicate block", "There can be one block %q here; the other is at %s.", a.Name, found[0].DefRange)
		return
	}
	for _, b := range found {
		into := target
		if target.Kind() != reflect.Struct {
			into = newNested(target.Type()).Elem()
		}
		d.nested(b, into)
		switch target.Kind() {
		case reflect.Pointer:
			target.Set(into.Addr())
		case reflect.Slice:
			if target.Type().Elem().Kind() == reflect.Pointer {
				into = into.Addr()
			}
			target.Set(reflect.Append(target, into))
		}
	}
}

func (d *decoder) nested(b *hcl.Block, into reflect.Value) {
	next := 0
	for _, a := range describe(into) {
		if a.role == label {
			into.Field(a.index).SetString(b.Labels[next])
			next++
		}
	}
	d.body(b.Body.(*hclsyntax.Body), b.DefRange, into, nil)
}

func (d *decoder) attribute(a Attribute, attr *hcl.Attribute, header hcl.Range, target reflect.Value) {
	if attr == nil {
		if a.Required {
			d.errorf(header, "Missing attribute", "Attribute %q is needed here: %s.", a.Name, a.Doc)
		}
		return
	}
	switch target.Type() {
	case expressionType:
		e := expr.New(attr.Expr, d.ctx)
		if !e.IsNull() {
			target.Set(reflect.ValueOf(e))
		} else if a.Required {
			d.errorf(attr.Expr.Range(), "Missing value", "Attribute %q needs a value: %s.", a.Name, a.Doc)
		}
		return
	case fieldsType:
		fields, diags := expr.NewFields(attr.Expr, d.ctx)
		d.diags = append(d.diags, diags...)
		target.Set(reflect.ValueOf(fields))
		return
	}
	v, ok := d.evaluate(attr.Expr, a.Name)
	if !ok {
		return
	}
	if a.Secret {
		d.secrets = append(d.secrets, expr.MarkedTexts(v)...)
	}
	hidden := v.HasMark(secret)
	if !hidden {
		hidden = v.ContainsMarked()
	}
	v, _ = v.UnmarkDeep()
	if v.IsNull() {
		if a.Required {
			d.errorf(attr.Expr.Range(), "Missing value", "Attribute %q needs a value: %s.", a.Name, a.Doc)
		}
		return
	}
	if err := setValue(target, v, hidden); err != nil {
		d.errorf(attr.Expr.Range(), "Invalid value", "Attribute %q takes %s: %s.", a.Name, article(a.Type), err)
	}
}

// evaluate gives the value of an attribute that does not depend on events. It
// reports false when there is none because of an error.
func (d *decoder) evaluate(e hcl.Expression, name string) (cty.Value, bool) {
	if object, ok := e.(*hclsyntax.ObjectConsExpr); ok {
		return d.object(object, name)
	}
	for _, t := range e.Variables() {
		root := t.RootName()
		if _, known := d.ctx.Variables[root]; known {
			continue
		}
		d.errorf(t.SourceRange(), "Unknown name", "Attribute %q is evaluated when the file is loaded, before there is an event to take %s from. Write texts and names of fields in quotes; values of this file as var.name and local.name.", name, sourceName(t))
		return cty.NilVal, false
	}
	v, diags := expr.Evaluate(e, d.ctx)
	d.diags = append(d.diags, diags...)
	return v, !diags.HasErrors() && isKnown(v)
}

// object evaluates { key = value } with keys that may be bare names with dots.
func (d *decoder) object(e *hclsyntax.ObjectConsExpr, name string) (cty.Value, bool) {
	values := make(map[string]cty.Value, len(e.Items))
	ok := true
	for _, item := range e.Items {
		key, diags := expr.Key(item.KeyExpr, d.ctx)
		d.diags = append(d.diags, diags...)
		v, valid := d.evaluate(item.ValueExpr, name)
		if diags.HasErrors() || !valid {
			ok = false
			continue
		}
		if _, twice := values[key]; twice {
			d.errorf(item.KeyExpr.Range(), "Duplicate key", "Key %q has a value already.", key)
			ok = false
		}
		values[key] = v
	}
	return cty.ObjectVal(values), ok
}

// isKnown reports that no part of a value is missing because of an error that
// was reported elsewhere.
func isKnown(v cty.Value) bool {
	v, _ = v.UnmarkDeep()
	return v.IsWhollyKnown()
}

func sourceName(t hcl.Traversal) string {
	name := t.RootName()
	for _, step := range t[1:] {
		if attr, ok := step.(hcl.TraverseAttr); ok {
			name += "." + attr.Name
		}
	}
	return name
}

func article(typeName string) string {
	if typeName[0] == 'e' {
		return "an " + typeName
	}
	return "a " + typeName
}

// describeValue says what a value is, for messages.
func describeValue(v cty.Value) string {
	switch ty := v.Type(); {
	case ty == cty.String:
		return "this is a string"
	case ty.IsTupleType() || ty.IsListType() || ty.IsSetType():
		return "this is a list"
	case ty.IsObjectType() || ty.IsMapType():
		return "this is an object"
	default:
		return fmt.Sprintf("this is a %s", ty.FriendlyName())
	}
}
