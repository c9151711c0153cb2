package expr

import (
	"strings"
	"testing"

	"github.com/naru-log/naru/event"
)

func TestUnwritten(t *testing.T) {
	s := event.NewSchema()
	if _, err := s.Slot("http.response.status_code", event.Int); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Members("labels"); err != nil {
		t.Fatal(err)
	}
	e, diags := Parse(`has(labels.any) && http.respons.status_code == 200 || message == "x" || http.response.status_code == 1`, "x.hcl", nil)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	c, err := e.CompileCondition(s)
	if err != nil {
		t.Fatal(err)
	}
	warnings := c.Unwritten(s)
	if len(warnings) != 1 || !strings.Contains(warnings[0].Detail, `Did you mean "http.response.status_code"?`) || warnings[0].Subject.End.Column != 44 {
		t.Errorf("warnings: %v", warnings)
	}
}

func TestConstantCondition(t *testing.T) {
	for _, tt := range []struct {
		src       string
		value, ok bool
	}{
		{`1 == 1`, true, true},
		{`"false"`, false, true},
		{`message == "x"`, false, false},
	} {
		e, _ := Parse(tt.src, "x.hcl", nil)
		c, err := e.CompileCondition(event.NewSchema())
		if err != nil {
			t.Fatal(err)
		}
		if value, ok := c.Constant(); value != tt.value || ok != tt.ok {
			t.Errorf("%s: %v, %v", tt.src, value, ok)
		}
	}
}
