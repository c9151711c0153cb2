package config

import (
	"errors"
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/naru-log/naru/internal/attr"
)

func TestDiagnose(t *testing.T) {
	src := `pipeline "p" {
  input "file" { paths = ["/x"] }
  output "elasticsearch" {
    hosts   = ["a", "b"]
    headers = { x = "1", y.z = "2" }
    tls {
      ca_file = "x"
    }
    route "r" {
      index = "i"
    }
  }
}
`
	cfg, diags := Load([]string{"case"}, Options{Kinds: testKinds, Builtin: fstest.MapFS{"case.hcl": {Data: []byte(src)}}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	b := cfg.Pipelines[0].Outputs[0]
	fault := errors.New("fault")
	for _, tt := range []struct {
		err  error
		want string // the source that is marked
	}{
		{attr.Errorf("hosts", "x"), `["a", "b"]`},
		{attr.At("hosts", 1, fault), `"b"`},
		{attr.At("hosts", 7, fault), `["a", "b"]`},
		{attr.Entry("headers", "y.z", fault), `y.z = "2"`},
		{attr.Entry("headers", "q", fault), `{ x = "1", y.z = "2" }`},
		{attr.Errorf("tls.ca_file", "x"), `"x"`},
		{attr.Errorf("ca_file", "x"), `"x"`},
		{attr.Errorf("tls", "x"), `tls`},
		{attr.Errorf("tls.version", "x"), `tls`},
		{attr.Errorf("route.index", "x"), `"i"`},
		{attr.Errorf("level", "x"), `output "elasticsearch"`},
		{fault, `output "elasticsearch"`},
		{fmt.Errorf("build: %w", attr.At("hosts", 0, fault)), `"a"`},
	} {
		diags := b.Diagnose(tt.err)
		if len(diags) != 1 || string(diags[0].Subject.SliceBytes([]byte(src))) != tt.want {
			t.Errorf("%v: %v at %q, want %q", tt.err, diags, diags[0].Subject.SliceBytes([]byte(src)), tt.want)
		}
	}
	joined := errors.Join(attr.At("hosts", 0, fault), errors.Join(attr.At("hosts", 1, fault), fault), nil)
	if diags := b.Diagnose(joined); len(diags) != 3 {
		t.Errorf("joined: %v", diags)
	}
	if diags := b.Diagnose(nil); diags != nil {
		t.Errorf("nil: %v", diags)
	}
}
