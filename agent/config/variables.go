package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/naru-log/naru/expr"
)

var variableSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{{Name: "type"}, {Name: "description"}, {Name: "default"}, {Name: "sensitive"}},
	Blocks:     []hcl.BlockHeaderSchema{{Type: "validation"}},
}

var validationSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{{Name: "condition", Required: true}, {Name: "error_message", Required: true}},
}

// evaluate gives the file its context: var., local. and the functions. What has
// no value because of an error is unknown, so that the error is not reported
// again wherever the name is used.
func (l *loader) evaluate(f *file) {
	f.ctx = &hcl.EvalContext{Functions: functions(l.options.Env, f.dir), Variables: map[string]cty.Value{}}
	vars := make(map[string]cty.Value)
	for _, name := range slices.Sorted(maps.Keys(f.vars)) {
		vars[name] = l.variable(f, name, f.vars[name])
	}
	locals := l.localAttributes(f)
	l.checkReferences(f, vars, locals)
	f.ctx.Variables["var"] = cty.ObjectVal(vars)
	f.ctx.Variables["local"] = cty.ObjectVal(l.locals(f, locals))
	for _, name := range slices.Sorted(maps.Keys(f.vars)) {
		l.validate(f, name)
	}
}

func (l *loader) variable(f *file, name string, b *hcl.Block) cty.Value {
	content, diags := b.Body.Content(variableSchema)
	want, constraint := cty.DynamicPseudoType, content.Attributes["type"]
	if constraint != nil {
		var more hcl.Diagnostics
		want, more = typeexpr.TypeConstraint(constraint.Expr)
		diags = append(diags, more...)
	}
	value := cty.NilVal
	if attr := content.Attributes["default"]; attr != nil {
		var more hcl.Diagnostics
		value, more = l.defaultValue(f, attr, want)
		diags = append(diags, more...)
	}
	l.diags = append(l.diags, diags...)
	if diags.HasErrors() {
		return cty.DynamicVal
	}
	if written, given := l.options.Vars[name]; given {
		var err error
		if value, err = argument(written, want, value); err != nil {
			l.errorf(&b.DefRange, "Invalid value for variable", "--var %s=… %s.", name, err)
			return cty.DynamicVal
		}
	}
	if value == cty.NilVal {
		l.errorf(&b.DefRange, "Variable without a value", "Variable %q has no default. Give it a value on the command line: --var %s=value", name, name)
		return cty.DynamicVal
	}
	if l.isTrue(f, content.Attributes["sensitive"]) {
		value = value.Mark(secret)
	}
	return value
}

func (l *loader) isTrue(f *file, attr *hcl.Attribute) bool {
	if attr == nil {
		return false
	}
	v, diags := expr.Evaluate(attr.Expr, f.ctx)
	l.diags = append(l.diags, diags...)
	return !diags.HasErrors() && v.RawEquals(cty.True)
}

func (l *loader) defaultValue(f *file, attr *hcl.Attribute, want cty.Type) (cty.Value, hcl.Diagnostics) {
	v, diags := expr.Evaluate(attr.Expr, f.ctx)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	converted, err := convert.Convert(v, want)
	if err != nil {
		at := attr.Expr.Range()
		return cty.DynamicVal, hcl.Diagnostics{errorAt(&at, "Invalid default", "The default does not fit the type of the variable: %s.", err)}
	}
	return converted, nil
}

// argument reads a value from the command line: an HCL value, or a plain text
// where it is none. One plain value will do for a list. The type is the declared
// one, else that of the default.
func argument(written string, want cty.Type, fallback cty.Value) (cty.Value, error) {
	list := want.IsListType() || want.IsSetType()
	if want == cty.DynamicPseudoType && fallback != cty.NilVal {
		ty := fallback.Type()
		list = ty.IsTupleType() || ty.IsListType() || ty.IsSetType()
		if ty.IsPrimitiveType() {
			want = ty
		}
	}
	value, isHCL := literal(written)
	if !isHCL || want == cty.String && value.Type() != cty.String {
		value = cty.StringVal(written)
	}
	if ty := value.Type(); list && !ty.IsTupleType() {
		value = cty.TupleVal([]cty.Value{value})
	}
	converted, err := convert.Convert(value, want)
	if err != nil {
		return cty.NilVal, fmt.Errorf("does not fit: %w", err)
	}
	return converted, nil
}

// literal evaluates HCL without variables and functions.
func literal(written string) (cty.Value, bool) {
	e, diags := hclsyntax.ParseExpression([]byte(written), "--var", hcl.InitialPos)
	if diags.HasErrors() || len(e.Variables()) > 0 {
		return cty.NilVal, false
	}
	v, diags := e.Value(nil)
	return v, !diags.HasErrors() && v.IsWhollyKnown() && !v.IsNull()
}

func (l *loader) localAttributes(f *file) map[string]*hcl.Attribute {
	all := make(map[string]*hcl.Attribute)
	for _, b := range f.content.Blocks.OfType("locals") {
		attrs, diags := b.Body.JustAttributes()
		l.diags = append(l.diags, diags...)
		for name, attr := range attrs {
			if first, twice := all[name]; twice {
				l.errorf(&attr.NameRange, "Duplicate local", "Local %q has a value already, at %s.", name, first.NameRange)
				continue
			}
			all[name] = attr
		}
	}
	return all
}

// locals evaluates the locals, each after those that it refers to.
func (l *loader) locals(f *file, attrs map[string]*hcl.Attribute) map[string]cty.Value {
	values := make(map[string]cty.Value)
	var chain []string
	var visit func(name string)
	visit = func(name string) {
		attr, declared := attrs[name]
		if !declared {
			values[name] = cty.DynamicVal
			return
		}
		if i := slices.Index(chain, name); i >= 0 {
			at := attr.Expr.Range()
			l.errorf(&at, "Circular locals", "local.%s needs its own value: %s.", name, strings.Join(append(chain[i:], name), " -> "))
			values[name] = cty.DynamicVal
			return
		}
		chain = append(chain, name)
		for _, t := range attr.Expr.Variables() {
			if other, ok := member(t, "local"); ok {
				if _, done := values[other]; !done {
					visit(other)
				}
			}
		}
		chain = chain[:len(chain)-1]
		ctx := f.ctx.NewChild()
		ctx.Variables = map[string]cty.Value{"local": cty.ObjectVal(values)}
		v, diags := expr.Evaluate(attr.Expr, ctx)
		l.diags = append(l.diags, diags...)
		values[name] = v
	}
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		if _, done := values[name]; !done {
			visit(name)
		}
	}
	for name := range undeclared(f.body, "local", attrs) {
		values[name] = cty.DynamicVal
	}
	return values
}

// checkReferences reports names that are not declared and makes them unknown.
func (l *loader) checkReferences(f *file, vars map[string]cty.Value, locals map[string]*hcl.Attribute) {
	names := slices.Collect(maps.Keys(vars))
	for name, at := range undeclared(f.body, "var", vars) {
		l.errorf(&at, "Undeclared variable", "Variable %q is not declared in this file.%s To declare it, write: variable %q {}", name, expr.Suggest(name, names), name)
		vars[name] = cty.DynamicVal
	}
	names = slices.Collect(maps.Keys(locals))
	for name, at := range undeclared(f.body, "local", locals) {
		l.errorf(&at, "Undeclared local", "Local %q is not declared in this file.%s", name, expr.Suggest(name, names))
	}
}

// undeclared finds root.name in a body where name is not in declared, with the
// place of its first use.
func undeclared[V any](body *hclsyntax.Body, root string, declared map[string]V) map[string]hcl.Range {
	missing := make(map[string]hcl.Range)
	_ = hclsyntax.VisitAll(body, func(n hclsyntax.Node) hcl.Diagnostics {
		e, ok := n.(*hclsyntax.ScopeTraversalExpr)
		if !ok {
			return nil
		}
		name, ok := member(e.Traversal, root)
		if !ok {
			return nil
		}
		if _, there := declared[name]; !there {
			if _, seen := missing[name]; !seen {
				missing[name] = e.Range()
			}
		}
		return nil
	})
	return missing
}

// member gives x of root.x.
func member(t hcl.Traversal, root string) (string, bool) {
	if len(t) < 2 || t.IsRelative() || t.RootName() != root {
		return "", false
	}
	step, ok := t[1].(hcl.TraverseAttr)
	return step.Name, ok
}

// validate runs the validation blocks of a variable.
func (l *loader) validate(f *file, name string) {
	content, diags := f.vars[name].Body.Content(variableSchema)
	if diags.HasErrors() || f.ctx.Variables["var"].GetAttr(name).RawEquals(cty.DynamicVal) {
		return
	}
	for _, b := range content.Blocks {
		rule, diags := b.Body.Content(validationSchema)
		l.diags = append(l.diags, diags...)
		if diags.HasErrors() {
			continue
		}
		l.rule(f, name, rule.Attributes["condition"], rule.Attributes["error_message"])
	}
}

func (l *loader) rule(f *file, name string, condition, message *hcl.Attribute) {
	at := condition.Expr.Range()
	holds, diags := expr.Evaluate(condition.Expr, f.ctx)
	text, more := expr.Evaluate(message.Expr, f.ctx)
	diags = append(diags, more...)
	l.diags = append(l.diags, diags...)
	if diags.HasErrors() {
		return
	}
	holds, _ = holds.Unmark()
	text, marks := text.Unmark()
	holds, err := convert.Convert(holds, cty.Bool)
	if err != nil || holds.IsNull() || text.Type() != cty.String || text.IsNull() {
		l.errorf(&at, "Invalid validation", "condition has to be true or false and error_message a text.")
		return
	}
	if !holds.IsKnown() || !text.IsKnown() || holds.True() {
		return
	}
	detail := text.AsString()
	if len(marks) > 0 {
		detail = "The value is not valid."
	}
	l.errorf(&f.vars[name].DefRange, "Invalid value for variable", "Variable %q: %s", name, detail)
}
