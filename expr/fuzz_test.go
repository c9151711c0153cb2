package expr

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/naru-log/naru/event"
)

// choices makes decisions from the fuzzer's bytes; 0 when they are used up.
type choices struct{ data []byte }

func (c *choices) pick(n int) int {
	if len(c.data) == 0 {
		return 0
	}
	b := c.data[0]
	c.data = c.data[1:]
	return int(b) % n
}

func oneOf[T any](c *choices, of ...T) T { return of[c.pick(len(of))] }

var literals = []string{
	`0`, `1`, `2`, `-3`, `7`, `200`, `408`, `0.5`, `1.25`, `0.1`, `1e3`, `9223372036854775807`, `9007199254740993`,
	`""`, `"a"`, `"GET"`, `"/Index.html"`, `"408"`, `"0.5"`, `"true"`, `"1"`, `"한글"`, `"x y"`, `"10.1.2.3"`, `"-7e2"`, `"."`, `"1."`, `"İ\r\né"`,
	`true`, `false`, `null`,
}

var fields = []string{"int", "float", "text", "word", "digits", "flag", "addr", "stamp", "any_a", "any_b", "any_c"}

// source writes a random expression.
func source(c *choices, depth int) string {
	if depth <= 0 || len(c.data) == 0 {
		if c.pick(3) == 0 {
			return oneOf(c, literals...)
		}
		return oneOf(c, fields...)
	}
	sub := func() string { return source(c, depth-1) }
	switch c.pick(12) {
	case 0:
		return oneOf(c, fields...)
	case 1, 2:
		return fmt.Sprintf("(%s %s %s)", sub(), oneOf(c, "==", "!=", "<", "<=", ">", ">="), sub())
	case 3:
		return fmt.Sprintf("(%s %s %s)", sub(), oneOf(c, "&&", "||"), sub())
	case 4, 5:
		return fmt.Sprintf("(%s %s %s)", sub(), oneOf(c, "+", "-", "*", "/", "%"), sub())
	case 6:
		return oneOf(c, "!", "-") + "(" + sub() + ")"
	case 7:
		return fmt.Sprintf("(%s ? %s : %s)", sub(), sub(), sub())
	case 8:
		return `"` + oneOf(c, "", "x", "é ") + "${" + sub() + "}" + oneOf(c, "-", " y") + "${" + sub() + `}"`
	case 9:
		return fmt.Sprintf("contains(%s, %s)", oneOf(c, "list", "array", `["GET", 408, true]`, `["a", "b"]`), sub())
	case 10:
		return fmt.Sprintf("%s(%s)", oneOf(c, "lower", "upper", "length", "has", "tonumber", "tostring", "round", "floor", "ceil", "abs", "trimspace"), sub())
	}
	switch c.pick(6) {
	case 0:
		return fmt.Sprintf("%s(%s, %s)", oneOf(c, "startswith", "endswith", "strcontains", "trimprefix", "trimsuffix"), sub(), sub())
	case 1:
		return fmt.Sprintf("coalesce(%s, %s, %s)", sub(), sub(), sub())
	case 2:
		return fmt.Sprintf("replace(%s, %s, %s)", sub(), sub(), sub())
	case 3:
		return fmt.Sprintf("matches(%s, %s)", sub(), oneOf(c, `"^/"`, `"(?i)INDEX"`, `"[0-9]+$"`))
	case 4:
		return fmt.Sprintf("cidr(%s, %s)", sub(), oneOf(c, `"10.0.0.0/8"`, `"2001:db8::/32", "0.0.0.0/0"`))
	}
	return fmt.Sprintf("substr(%s, %s, %s)", sub(), oneOf(c, "0", "1", "2", "-1", "-3", "int"), oneOf(c, "1", "2", "-1", "100"))
}

// scene is a schema with an event whose fields are random.
type scene struct {
	schema *event.Schema
	set    []func(*event.Event)
	fields map[string]cty.Value
}

func newScene(t *testing.T, c *choices) *scene {
	s := &scene{schema: event.NewSchema(), fields: map[string]cty.Value{}}
	declare := func(path string, kinds ...event.Kind) event.Slot {
		var slot event.Slot
		for _, k := range kinds {
			var err error
			if slot, err = s.schema.Slot(path, k); err != nil {
				t.Fatal(err)
			}
		}
		return slot
	}
	put := func(path string, slot event.Slot, v event.Value) {
		s.fields[path] = none(s.schema.Kind(slot))
		if c.pick(5) != 1 {
			s.fields[path] = ctyValue(v)
			s.set = append(s.set, func(ev *event.Event) { ev.Set(slot, v) })
		}
	}
	ints := func() event.Value {
		return event.IntValue(oneOf[int64](c, 408, 0, 1, 2, -1, 7, 1<<62, -1<<63, 1<<63-1, 1<<53+1))
	}
	floats := func() event.Value { return event.FloatValue(oneOf(c, 0.5, 0, 0.1, 1.25, -2.5, 408, 1e300, 1<<53)) }
	texts := func() event.Value {
		return event.StringValue([]byte(oneOf(c, "/Index.html", "", "a", "GET", "408", "0.5", "true", "1", "한글 é", "10.1.2.3", "2001:db8::1", "-7e2", "+5", "e5", "x\r\ny")))
	}
	put("int", declare("int", event.Int), ints())
	put("float", declare("float", event.Float), floats())
	put("text", declare("text", event.String), texts())
	put("word", declare("word", event.String), event.StringValue([]byte(oneOf(c, "GET", "POST", "a"))))
	put("digits", declare("digits", event.String), event.StringValue([]byte(oneOf(c, "12", "0.5", "-3", "99999999999999999999"))))
	put("flag", declare("flag", event.Bool), event.BoolValue(c.pick(2) == 0))
	put("addr", declare("addr", event.IP), event.IPValue([]byte(oneOf(c, "10.1.2.3", "::1"))))
	put("stamp", declare("stamp", event.Time), event.TimeValue(oneOf[int64](c, 1524673688e9, 0, -1, 1524673688123456789)))
	for _, path := range []string{"any_a", "any_b", "any_c"} {
		slot := declare(path, event.String, event.Int)
		v := oneOf(c, ints, floats, texts, func() event.Value { return event.BoolValue(c.pick(2) == 0) })()
		put(path, slot, v)
		if c.pick(4) == 1 && !s.fields[path].IsNull() { // the same, as an encoded fragment
			if encoded, ok := encodeScalar(v); ok {
				s.set = append(s.set, func(ev *event.Event) { ev.SetJSON(slot, encoded) })
			}
		}
	}
	s.lists(declare("list", event.List), declare("array", event.JSON), texts(), ints())
	return s
}

func encodeScalar(v event.Value) ([]byte, bool) {
	switch v.Kind() {
	case event.String:
		b, err := json.Marshal(string(v.Bytes()))
		return b, err == nil
	case event.Int, event.Bool:
		b, _ := appendText(nil, v)
		return b, true
	}
	return nil, false
}

func (s *scene) lists(list, array event.Slot, a, b event.Value) {
	s.fields["list"] = cty.TupleVal([]cty.Value{ctyValue(a), ctyValue(b), cty.StringVal("GET")})
	s.fields["array"] = s.fields["list"]
	first, _ := encodeScalar(a)
	second, _ := encodeScalar(b)
	s.set = append(s.set, func(ev *event.Event) {
		ev.SetList(list, []event.Value{a, b, event.StringValue([]byte("GET"))})
		ev.SetJSON(array, []byte(fmt.Sprintf(`[%s, %s,"GET"]`, first, second)))
	})
}

func (s *scene) String() string {
	var b strings.Builder
	for _, name := range fields {
		fmt.Fprintf(&b, "%s: %s, ", name, showCty(s.fields[name]))
	}
	return b.String()
}

func (s *scene) event() *event.Event {
	ev := event.NewEvent(s.schema)
	ev.Reset(nil, nil, 0)
	for _, set := range s.set {
		set(ev)
	}
	return ev
}

// compare checks every node of an expression against the oracle.
func compare(t *testing.T, program, values []byte) {
	s := newScene(t, &choices{data: values})
	src := source(&choices{data: program}, 4)
	parsed, diags := hclsyntax.ParseExpression([]byte(src), "fuzz.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%s: %v", src, diags)
	}
	for _, ctx := range []*hcl.EvalContext{nil, oracleContext()} {
		o := &oracle{fields: s.fields, ctx: oracleContext(), folds: ctx != nil, t: t}
		o.check = func(e hclsyntax.Expression, want cty.Value) cty.Value {
			e = hcl.UnwrapExpressionUntil(e, func(hcl.Expression) bool { return true }).(hclsyntax.Expression)
			text := e.Range().SliceBytes([]byte(src))
			p, err := New(e, ctx).Compile(s.schema)
			if err != nil {
				if !mayRefuse(e, want, err) {
					t.Fatalf("%s\nin %s\nwith %s: %v, but HCL says %s", text, src, s, err, showCty(want))
				}
				return want
			}
			got := p.Eval(s.event())
			if got.Kind() == event.JSON {
				return want // a list that is written out
			}
			v := ctyValue(got)
			if !same(v, want) && !fractionalRest(e, want) {
				t.Fatalf("%s\nin %s\nwith %s = %s, but HCL says %s", text, src, s, showCty(v), showCty(want))
			}
			if v.IsNull() && !isNull(e) {
				return none(p.Kind())
			}
			return v
		}
		o.eval(parsed)
	}
}

// fractionalRest says whether e is the rest of a division that leaves a fraction.
// It is what rounding makes of it: the rest by 0.1, which no float64 is, of a
// large number has no digit in common with HCL's.
func fractionalRest(e hclsyntax.Expression, want cty.Value) bool {
	rest, ok := e.(*hclsyntax.BinaryOpExpr)
	return ok && rest.Op == hclsyntax.OpModulo && want.Type() == cty.Number && !want.IsNull() && !want.AsBigFloat().IsInt()
}

// mayRefuse says whether an error at load is right for an expression to which
// HCL gives want: HCL fails too, the result is always the same, or what is
// refused is a part of e.
func mayRefuse(e hclsyntax.Expression, want cty.Value, err error) bool {
	diags := err.(*Error).Diagnostics
	for _, d := range diags {
		switch d.Summary {
		case "Never equal", "Division by zero", "Not a condition", "Number out of range":
			return true
		}
		if d.Subject.Start.Byte > e.Range().Start.Byte || d.Subject.End.Byte < e.Range().End.Byte {
			return true
		}
	}
	return want.IsNull() || want.RawEquals(cty.False)
}

func FuzzMeaning(f *testing.F) {
	random := rand.New(rand.NewPCG(1, 2))
	bytes := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		return b
	}
	for range 1500 {
		f.Add(bytes(8+random.IntN(40)), bytes(60))
	}
	f.Fuzz(compare)
}

// FuzzCompile gives any text to the compiler: it may refuse, never panic.
func FuzzCompile(f *testing.F) {
	for _, seed := range []string{`a.b == 1`, `"${a}%{ if b }x%{ endif }"`, `[for x in a : x]...`, `f(a...)`, `a[*].b[0]`, `{a = b}`, strings.Repeat("!", 50) + "a", `cidr(a, ["::/0"]...)`, `substr("é", a, -1)`, `field(null)`, `contains(tags, tags)`, `-"x"`, `<<E` + "\n${a}\nE\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		e, diags := Parse(src, "fuzz.hcl", oracleContext())
		if diags.HasErrors() {
			return
		}
		s := event.NewSchema()
		a, _ := s.Slot("a", event.String)
		p, err := e.Compile(s)
		c, err2 := e.CompileCondition(s)
		s.Freeze()
		ev := event.NewEvent(s)
		ev.Reset(nil, []byte("x"), 0)
		ev.SetString(a, "12")
		if err == nil {
			p.Eval(ev)
		}
		if err2 == nil {
			c.True(ev)
		}
	})
}
