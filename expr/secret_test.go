package expr

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/naru-log/naru/event"
)

// What is marked by whoever made the context is in no message.
func TestSecretsAreNotShown(t *testing.T) {
	secret := cty.StringVal("(hunter2").Mark("secret")
	ctx := oracleContext()
	ctx.Variables = map[string]cty.Value{"var": cty.ObjectVal(map[string]cty.Value{
		"s": secret, "list": cty.ListVal([]cty.Value{secret}),
	})}
	for _, src := range []string{
		`message > var.s`, `status == var.s`, `matches(message, var.s)`, `matches(message, "${var.s}x")`,
		`cidr(message, var.s)`, `cidr(message, var.list...)`, `cidr(message, var.list)`, `field(var.s) == 1`,
		`tonumber(var.s) == status`, `!var.s`, `length(status)`, `contains(var.s, message)`, `lower(trimspace(var.s)) > status`,
	} {
		e, diags := Parse(src, "x.hcl", ctx)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		s := event.NewSchema()
		if _, err := s.Slot("status", event.Int); err != nil {
			t.Fatal(err)
		}
		_, err := e.CompileCondition(s)
		if err == nil {
			t.Errorf("%s compiles", src)
			continue
		}
		var text strings.Builder
		if err := hcl.NewDiagnosticTextWriter(&text, nil, 0, false).WriteDiagnostics(err.(*Error).Diagnostics); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(strings.ToLower(text.String()), "hunter2") {
			t.Errorf("%s: %s", src, &text)
		}
	}
}
