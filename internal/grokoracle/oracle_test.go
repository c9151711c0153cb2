//go:build unix && servers

package grokoracle

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestOracle(t *testing.T) {
	o, err := Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	}()
	t.Run("banks", func(t *testing.T) { testBanks(t, o) })
	t.Run("captures", func(t *testing.T) { testCaptures(t, o) })
	t.Run("refusals", func(t *testing.T) { testRefusals(t, o) })
	t.Run("time", func(t *testing.T) { testTime(t, o) })
}

func testBanks(t *testing.T, o *Oracle) {
	for name, want := range map[BankName]int{ECS: 361, Legacy: 318} {
		bank, err := o.Bank(name)
		if err != nil || len(bank) != want {
			t.Errorf("bank %s has %d patterns (%v), want %d", name, len(bank), err, want)
		}
	}
}

func testCaptures(t *testing.T, o *Oracle) {
	f := func(expression, line string, want ...Capture) {
		t.Helper()
		p, err := o.Compile(expression, Options{Bank: ECS, Definitions: map[string]string{"KO": "[가-힣]+"}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Captures("", line)
		if err != nil {
			t.Fatal(err)
		}
		if got[0].Match || !got[1].Match || !reflect.DeepEqual(got[1].Captures, want) {
			t.Errorf("%s on %q: got %v, want %v", expression, line, got, want)
		}
		if err := p.Free(); err != nil {
			t.Error(err)
		}
	}
	f("%{WORD:x} %{INT:x:int} %{WORD:x}", "a 1 b", Capture{"x", []any{"a", "b", int32(1)}})
	f("%{KO:k}", "\"나루\\\u2028😀", Capture{"k", []any{"나루"}})
	f("%{NUMBER:f:float} %{NUMBER:d:double} %{WORD:b:boolean} %{INT:l:long}", "1.5 2.5 TRUE 12345678901",
		Capture{"f", []any{float32(1.5)}}, Capture{"d", []any{2.5}}, Capture{"b", []any{true}}, Capture{"l", []any{int64(12345678901)}})
	f("a(?<t>\\s)b", "a\tb", Capture{"t", []any{"\t"}})
}

func testRefusals(t *testing.T, o *Oracle) {
	kind := func(err error) Kind {
		var refusal *Error
		if errors.As(err, &refusal) {
			return refusal.Kind
		}
		return ""
	}
	if _, err := o.Compile("(a", Options{}); kind(err) != CompileError {
		t.Errorf("an open group: %v", err)
	}
	f := func(expression, line string, want Kind) {
		t.Helper()
		p, err := o.Compile(expression, Options{Bank: Legacy, Limit: 100 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Captures(line)
		if err != nil {
			t.Fatal(err)
		}
		if got[0].Err == nil || got[0].Err.Kind != want {
			t.Errorf("%s: got %v, want %s", expression, got[0], want)
		}
	}
	f("%{WORD:n:int}", "x", ConversionError)
	f("^(a|a)*$", strings.Repeat("a", 60)+"b", TimeoutError)
}

func testTime(t *testing.T, o *Oracle) {
	p, err := o.Compile("%{IP:a}", Options{Bank: ECS})
	if err != nil {
		t.Fatal(err)
	}
	d, err := p.Time(10*time.Millisecond, "10.0.0.1", "x")
	if err != nil || d <= 0 {
		t.Errorf("got %v, %v", d, err)
	}
}
