package expr

import (
	"bytes"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/naru-log/naru/event"
)

// Functions of constants give the same when HCL evaluates them at load as when
// they are compiled and folded here.
func TestLoadFunctions(t *testing.T) {
	for src, want := range map[string]string{
		`cidr("10.1.2.3", "192.168.0.0/16", "10.0.0.0/8")`: "true",
		`cidr("10.1.2.3", ["10.1.2.3", "::1"])`:            "true",
		`cidr("10.1.2.4", "10.1.2.3")`:                     "false",
		`cidr("example.com", "0.0.0.0/0")`:                 "false",
		`cidr("10.1.2.3", [])`:                             "false",
		`cidr("::ffff:10.1.2.3", "10.1.2.3/8")`:            "true",
		`cidr("10.1.2.3", "10.0.0.0/33")`:                  "error",
		`cidr("10.1.2.3", [5])`:                            "error",
		`cidr("10.1.2.3", 5)`:                              "error",
		`startswith("abc", "a")`:                           "true",
		`endswith("abc", "a")`:                             "false",
		`strcontains("abc", "b")`:                          "true",
		`matches("abc", "B")`:                              "false",
		`matches("abc", "(?i)^B?A")`:                       "true",
		`matches("abc", "(")`:                              "error",
		`length("한글")`:                                     "2",
		`length([1, 2, 3])`:                                "3",
		`length(5)`:                                        "error",
		`round(2.5)`:                                       "3",
		`round(-2.5)`:                                      "-3",
		`round(2.4)`:                                       "2",
		`round(7)`:                                         "7",
	} {
		for _, ctx := range []*hcl.EvalContext{nil, oracleContextOf(Functions())} {
			got := "error"
			e, diags := Parse(src, "x.hcl", ctx)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			if p, err := e.Compile(event.NewSchema()); err == nil {
				v, ok := p.Constant()
				if !ok {
					t.Errorf("%s is not constant", src)
				}
				got = show(v)
			}
			if got != want {
				t.Errorf("%s = %s, want %s (by HCL: %v)", src, got, want, ctx != nil)
			}
		}
	}
}

func TestProgram(t *testing.T) {
	for _, tt := range []struct {
		src      string
		kind     event.Kind
		constant bool
		bare     bool
	}{
		{`url.path`, event.String, false, true},
		{`(event.category)`, event.List, false, true},
		{`"${http.response.status_code}"`, event.Int, false, true},
		{`unknown`, event.Any, false, true},
		{`http.response.status_code + 1`, event.Int, false, false},
		{`http.response.status_code / 2`, event.Float, false, false},
		{`http.response.status_code == 1`, event.Bool, false, false},
		{`lower(url.path)`, event.String, false, false},
		{`ok ? 1 : ratio`, event.Float, false, false},
		{`ok ? url.path : source.ip`, event.String, false, false},
		{`ok ? unknown : 1`, event.Any, false, false},
		{`lower("A")`, event.String, true, false},
		{`["a"]`, event.JSON, true, false},
		{`7`, event.Int, true, false},
		{`null`, event.Any, false, false},
	} {
		_, p, err := document(t, tt.src)
		if err != nil {
			t.Fatal(err)
		}
		_, bare := p.Slot()
		if _, constant := p.Constant(); p.Kind() != tt.kind || constant != tt.constant || bare != tt.bare {
			t.Errorf("%s: %s, constant %v, bare %v", tt.src, p.Kind(), constant, bare)
		}
	}
}

func TestZeroExpression(t *testing.T) {
	var e Expression
	if e.IsSet() || e.IsNull() || e.Range() != (hcl.Range{}) {
		t.Error("the zero Expression is something")
	}
	if _, err := e.Compile(event.NewSchema()); err == nil {
		t.Error("the zero Expression compiles")
	}
	set, _ := Parse(`null`, "x.hcl", nil)
	if !set.IsSet() || !set.IsNull() {
		t.Error("null is not null")
	}
	if other, _ := Parse(`a == null`, "x.hcl", nil); other.IsNull() {
		t.Error("a == null is null")
	}
}

func TestNewFields(t *testing.T) {
	ctx := &hcl.EvalContext{Variables: map[string]cty.Value{"var": cty.ObjectVal(map[string]cty.Value{"n": cty.StringVal("d.e")})}}
	for _, tt := range []struct{ src, want string }{
		{`{ a.b = 1, "c d" = x, (var.n) = 2, z = null }`, "a.b c d d.e z "},
		{`{}`, ""},
		{`{ a = 1, "a" = 2 }`, "error"},
		{`{ (null) = 1 }`, "error"},
		{`{ "" = 1 }`, "error"},
		{`{ 5 = 1 }`, "error"},
		{`[1]`, "error"},
	} {
		e, diags := hclsyntax.ParseExpression([]byte(tt.src), "x.hcl", hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		var got bytes.Buffer
		fields, diags := NewFields(e, ctx)
		for _, f := range fields {
			got.WriteString(f.Name + " ")
		}
		if diags.HasErrors() != (tt.want == "error") || tt.want != "error" && got.String() != tt.want {
			t.Errorf("%s: %q, %v", tt.src, &got, diags)
		}
	}
}

// An operand that is known when the file is loaded decides then, or is left out.
func TestLogicalConstants(t *testing.T) {
	for _, tt := range []struct {
		src             string
		constant, value bool
	}{
		{`false && x == 1`, true, false},
		{`x == 1 && "false"`, true, false},
		{`true || x == 1`, true, true},
		{`x == 1 || true`, true, true},
		{`true && x == 1`, false, true},
		{`x == 1 && true`, false, true},
		{`false || x == 1`, false, true},
		{`false || (true && false)`, true, false},
		{`!(false && x == 1) && x == 2`, false, false},
	} {
		s := event.NewSchema()
		x, err := s.Slot("x", event.Int)
		if err != nil {
			t.Fatal(err)
		}
		e, diags := Parse(tt.src, "x.hcl", nil)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		c, err := e.CompileCondition(s)
		if err != nil {
			t.Fatal(err)
		}
		s.Freeze()
		ev := event.NewEvent(s)
		ev.Reset(nil, nil, 0)
		ev.SetInt(x, 1)
		if _, constant := c.Constant(); constant != tt.constant || c.True(ev) != tt.value {
			t.Errorf("%s: constant %t, value %t", tt.src, constant, c.True(ev))
		}
	}
}
