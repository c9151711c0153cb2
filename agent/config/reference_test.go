package config

import (
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

func TestGrokReferences(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"plain", `a = "%{IP}"`, "%{IP}"},
		{"with field and type", `a = "^%{IP:source.ip} %{INT:n:int}$"`, "^%{IP:source.ip} %{INT:n:int}$"},
		{"escaped as HCL wants it", `a = "%%{IP:source.ip}"`, "%{IP:source.ip}"},
		{"inline definition", `a = "%{N:n=\\d+}"`, `%{N:n=\d+}`},
		{"beside an interpolation", `a = "${"x"}%{IP}"`, "x%{IP}"},
		{"fields of dissect", `a = "%{a.b} %{+a.b/2}[%{}] %{?x->} %{[c][d]:int} %{&e} %{f-g}"`, "%{a.b} %{+a.b/2}[%{}] %{?x->} %{[c][d]:int} %{&e} %{f-g}"},
		{"a directive", `a = "%{ if true }yes%{ else }no%{ endif }"`, "yes"},
		{"a directive without spaces", `a = "%{if true}yes%{else}no%{endif}"`, "yes"},
		{"a directive that trims", `a = "%{~ if true ~}yes%{~else~}no%{ endif ~}"`, "yes"},
		{"heredoc", "a = <<E\n%{IP:x} \\[\nE\n", "%{IP:x} \\[\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file, diags := hclsyntax.ParseConfig(hideReferences([]byte(tt.src)), "t.hcl", hcl.InitialPos)
			if diags.HasErrors() {
				t.Fatal(diags)
			}
			body := file.Body.(*hclsyntax.Body)
			restoreReferences(body)
			v, diags := body.Attributes["a"].Expr.Value(nil)
			if diags.HasErrors() || v.AsString() != tt.want {
				t.Errorf("value %q, want %q (%v)", v.AsString(), tt.want, diags)
			}
			formatted, diags := Format("t.hcl", []byte(tt.src+"\n"))
			if diags.HasErrors() || len(formatted) == 0 {
				t.Errorf("format: %v", diags)
			}
		})
	}
}
