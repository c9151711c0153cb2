package expr

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/naru-log/naru/event"
)

// builtin is a function that can be evaluated for each event.
type builtin struct {
	usage    string // such as "lower(text)"
	min, max int    // arguments; max < 0 for any number
	// compile gets the arguments with the call.
	compile func(c *compiler, call *hclsyntax.FunctionCallExpr, args []*node) *node
	// syntax is set instead when the function wants its arguments unevaluated.
	syntax func(c *compiler, call *hclsyntax.FunctionCallExpr) *node
}

func builtins() map[string]builtin {
	return map[string]builtin{
		"cidr":        {usage: `cidr(address, "10.0.0.0/8", …)`, min: 2, max: -1, compile: compileCIDR},
		"abs":         {usage: "abs(number)", min: 1, max: 1, compile: numberFunction(absolute)},
		"ceil":        {usage: "ceil(number)", min: 1, max: 1, compile: numberFunction(ceil)},
		"coalesce":    {usage: "coalesce(value, …)", min: 1, max: -1, compile: compileCoalesce},
		"contains":    {usage: "contains(list, element)", min: 2, max: 2, syntax: compileContains},
		"endswith":    {usage: `endswith(text, "end")`, min: 2, max: 2, compile: textPredicate(endsWith)},
		"field":       {usage: `field("name")`, min: 1, max: 1, syntax: compileField},
		"floor":       {usage: "floor(number)", min: 1, max: 1, compile: numberFunction(floor)},
		"has":         {usage: "has(field)", min: 1, max: 1, compile: compileHas},
		"hastag":      {usage: `hastag("name")`, min: 1, max: 1, compile: compileHasTag},
		"join":        {usage: `join(", ", list)`, min: 2, max: 2, compile: compileJoin},
		"length":      {usage: "length(text or list)", min: 1, max: 1, compile: compileLength},
		"lower":       {usage: "lower(text)", min: 1, max: 1, compile: textFunction(lower)},
		"matches":     {usage: `matches(text, "regular expression")`, min: 2, max: 2, compile: compileMatches},
		"replace":     {usage: `replace(text, "old", "new")`, min: 3, max: 3, compile: compileReplace},
		"round":       {usage: "round(number)", min: 1, max: 1, compile: numberFunction(round)},
		"startswith":  {usage: `startswith(text, "start")`, min: 2, max: 2, compile: textPredicate(startsWith)},
		"strcontains": {usage: `strcontains(text, "part")`, min: 2, max: 2, compile: textPredicate(strContains)},
		"substr":      {usage: "substr(text, offset, length)", min: 3, max: 3, compile: compileSubstr},
		"sum":         {usage: "sum(list)", min: 1, max: 1, compile: compileSum},
		"tonumber":    {usage: "tonumber(value)", min: 1, max: 1, compile: compileToNumber},
		"tostring":    {usage: "tostring(value)", min: 1, max: 1, compile: compileToString},
		"trimprefix":  {usage: `trimprefix(text, "start")`, min: 2, max: 2, compile: textCut(trimPrefix)},
		"trimspace":   {usage: "trimspace(text)", min: 1, max: 1, compile: textFunction(trimSpace)},
		"trimsuffix":  {usage: `trimsuffix(text, "end")`, min: 2, max: 2, compile: textCut(trimSuffix)},
		"upper":       {usage: "upper(text)", min: 1, max: 1, compile: textFunction(upper)},
	}
}

func (c *compiler) call(e *hclsyntax.FunctionCallExpr) *node {
	f, ok := c.functions[e.Name]
	if !ok {
		return c.unknownFunction(e)
	}
	if f.syntax != nil {
		if len(e.Args) < f.min || len(e.Args) > f.max || e.ExpandFinal {
			return c.wrongCount(e, f)
		}
		return f.syntax(c, e)
	}
	args, ok := c.arguments(e)
	if !ok {
		return &node{at: e.Range(), kind: event.Any, eval: absent}
	}
	if len(args) < f.min || f.max >= 0 && len(args) > f.max {
		return c.wrongCount(e, f)
	}
	return f.compile(c, e, args)
}

// arguments compiles the arguments; f(list...) stands for the elements of a
// constant list.
func (c *compiler) arguments(e *hclsyntax.FunctionCallExpr) ([]*node, bool) {
	var args []*node
	for _, arg := range e.Args {
		args = append(args, c.compile(arg))
	}
	if !e.ExpandFinal {
		return args, true
	}
	last := args[len(args)-1]
	if last.konst == nil || !last.scalars {
		c.errorf(last.at, "Unsupported expression", "Only a list that is known when the file is loaded can be expanded with …")
		return nil, false
	}
	args = args[:len(args)-1]
	for _, v := range last.list {
		n := constant(last.at, v)
		n.secret = last.secret
		args = append(args, n)
	}
	return args, true
}

func (c *compiler) wrongCount(e *hclsyntax.FunctionCallExpr, f builtin) *node {
	return c.errorf(e.Range(), "Wrong number of arguments", "Write %s.", f.usage)
}

func (c *compiler) unknownFunction(e *hclsyntax.FunctionCallExpr) *node {
	if c.isFunction(e.Name) {
		return c.errorf(e.Range(), "Unsupported function", "Function %q works only on values that are known when the file is loaded, not on fields of an event.", e.Name)
	}
	var names []string
	for name := range c.functions {
		names = append(names, name)
	}
	for ctx := c.ctx; ctx != nil; ctx = ctx.Parent() {
		for name := range ctx.Functions {
			names = append(names, name)
		}
	}
	return c.errorf(e.NameRange, "Unknown function", "There is no function named %q.%s", e.Name, Suggest(e.Name, names))
}

// constantText gives the value of an argument that has to be known at load.
func (c *compiler) constantText(n *node, what string) (string, bool) {
	if n.konst == nil || n.konst.Kind() != event.String {
		c.errorf(n.at, "Not a constant text", "%s has to be a text that is known when the file is loaded.", what)
		return "", false
	}
	return string(n.konst.Bytes()), true
}

func compileField(c *compiler, call *hclsyntax.FunctionCallExpr) *node {
	arg := c.compile(call.Args[0])
	name, ok := c.constantText(arg, "The name of a field")
	if ok && arg.secret {
		c.errorf(arg.at, "Invalid field", "The name of a field cannot be a secret: every document shows it.")
		ok = false
	}
	if !ok {
		return &node{at: call.Range(), kind: event.Any, eval: absent}
	}
	return c.fieldAt(name, call.Range())
}

func compileHas(_ *compiler, call *hclsyntax.FunctionCallExpr, args []*node) *node {
	return boolean(call.Range(), args[0].present())
}

func compileHasTag(c *compiler, call *hclsyntax.FunctionCallExpr, args []*node) *node {
	name, ok := c.constantText(args[0], "The name of a tag")
	if !ok {
		return &node{at: call.Range(), kind: event.Any, eval: absent}
	}
	return c.hasTag(name, call.Range())
}

func (c *compiler) hasTag(name string, at hcl.Range) *node {
	tag := c.schema.Tag(name)
	return boolean(at, func(ev *event.Event) bool { return ev.HasTag(tag) })
}

// compileCoalesce gives the first argument that has a value. As in HCL it
// becomes text when any of the arguments is text.
func compileCoalesce(c *compiler, call *hclsyntax.FunctionCallExpr, args []*node) *node {
	kind, ok := c.unify(call.Range(), args...)
	if !ok {
		return &node{at: call.Range(), kind: event.Any, eval: absent}
	}
	evals := make([]func(*event.Event) event.Value, len(args))
	known := make([]class, len(args))
	for i, arg := range args {
		evals[i], known[i] = arg.choice(), classOf(arg.kind)
	}
	eval := func(ev *event.Event) event.Value { return firstAlike(ev, evals, known) }
	if kind != event.Any {
		eval = func(ev *event.Event) event.Value {
			v := first(ev, evals)
			if kind == event.String {
				return textValue(ev, v)
			}
			return v
		}
	}
	return c.folded(computed(call.Range(), kind, eval), args...)
}

func first(ev *event.Event, evals []func(*event.Event) event.Value) event.Value {
	for _, eval := range evals {
		if v := eval(ev); v.Kind() != event.Absent {
			return v
		}
	}
	return event.Value{}
}

// firstAlike is first where the types of the values are known only now: all of
// them take part in finding the type of the result.
func firstAlike(ev *event.Event, evals []func(*event.Event) event.Value, known []class) event.Value {
	var found event.Value
	var all types
	for i, eval := range evals {
		v := eval(ev)
		all |= typesOf(known[i], v)
		if found.Kind() == event.Absent {
			found = v
		}
	}
	return all.convert(ev, found)
}
