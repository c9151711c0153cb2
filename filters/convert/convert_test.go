package convert

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

func str(s string) event.Value { return event.StringValue([]byte(s)) }

func TestProcess(t *testing.T) {
	failed := "[_convertfailure]"
	for _, tt := range []struct {
		to   string
		in   event.Value
		want any
	}{
		{"integer", str("408"), 408.0},
		{"integer", str("-1"), -1.0},
		{"integer", str("007"), 7.0},
		{"integer", event.FloatValue(3), 3.0},
		{"integer", event.BoolValue(true), 1.0},
		{"integer", event.BoolValue(false), 0.0},
		{"integer", event.TimeValue(1500 * 1e6), 1500.0},
		{"integer", str(""), failed},
		{"integer", str(" 1"), failed},
		{"integer", str("1.5"), failed},
		{"integer", str("9223372036854775808"), failed},
		{"integer", event.FloatValue(3.5), failed},
		{"integer", event.FloatValue(math.NaN()), failed},
		{"integer", event.FloatValue(1e19), failed},
		{"integer", event.PointValue(1, 2), failed},
		{"float", str("0.25"), 0.25},
		{"float", str("1e3"), 1000.0},
		{"float", event.IntValue(7), 7.0},
		{"float", event.BoolValue(true), 1.0},
		{"float", event.BoolValue(false), 0.0},
		{"float", str("NaN"), failed},
		{"float", str("1e999"), failed},
		{"float", str("0x10"), failed},
		{"float", str(""), failed},
		{"float", event.TimeValue(0), failed},
		{"boolean", str("TRUE"), true},
		{"boolean", str("off"), false},
		{"boolean", event.IntValue(1), true},
		{"boolean", event.FloatValue(0), false},
		{"boolean", event.IntValue(2), failed},
		{"boolean", str("maybe"), failed},
		{"string", event.IntValue(-7), "-7"},
		{"string", event.FloatValue(0.5), "0.5"},
		{"string", event.BoolValue(true), "true"},
		{"string", event.IPValue([]byte("::1")), "::1"},
		{"string", event.TimeValue(time.Date(2018, 4, 25, 16, 28, 8, 0, time.UTC).UnixNano()), "2018-04-25T16:28:08Z"},
		{"string", event.JSONValue([]byte(`{"a":1}`)), `{"a":1}`},
		{"string", event.PointValue(1, 2), failed},
		{"ip", str("192.0.2.1"), "192.0.2.1"},
		{"ip", str("2001:db8::1"), "2001:db8::1"},
		{"ip", str("localhost"), failed},
		{"ip", event.IntValue(1), failed},
	} {
		t.Run(fmt.Sprint(tt.to, tt.in.Kind(), string(tt.in.Bytes())), func(t *testing.T) {
			c := Defaults()
			c.Fields = map[string]string{"x": tt.to}
			c.RemoveOnFailure = true
			var x event.Slot
			doc, _ := eventtest.Run(t, "", func(s *event.Schema) { x, _ = s.Read("x") },
				func(s *event.Schema) (event.Filter, error) { return New(c, s) },
				func(ev *event.Event) { ev.Set(x, tt.in) })
			got := doc["x"]
			if tags, bad := doc["tags"]; bad {
				if got != nil {
					t.Errorf("x = %v kept", got)
				}
				got = fmt.Sprint(tags)
			}
			if got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestFailureKeepsTheValue(t *testing.T) {
	c := Defaults()
	c.Fields = map[string]string{"message": "integer"}
	doc, _ := eventtest.Run(t, "abc", nil, func(s *event.Schema) (event.Filter, error) { return New(c, s) }, nil)
	if doc["message"] != "abc" || fmt.Sprint(doc["tags"]) != "[_convertfailure]" {
		t.Errorf("document %v", doc)
	}
}

func TestLists(t *testing.T) {
	for _, tt := range []struct{ in, want string }{{"1 2 3", "[1 2 3]"}, {"1 x 3", "[1 x 3]"}} {
		c := Defaults()
		c.Fields = map[string]string{"x": "integer"}
		var x event.Slot
		doc, _ := eventtest.Run(t, "", func(s *event.Schema) { x, _ = s.Read("x") },
			func(s *event.Schema) (event.Filter, error) { return New(c, s) },
			func(ev *event.Event) {
				for word := range strings.FieldsSeq(tt.in) {
					ev.AppendList(x, str(word))
				}
			})
		if got := fmt.Sprint(doc["x"]); got != tt.want {
			t.Errorf("%s: x = %s, want %s", tt.in, got, tt.want)
		}
	}
}

func TestValidate(t *testing.T) {
	for _, tt := range []struct {
		fields map[string]string
		want   string
	}{
		{nil, "name at least one field"},
		{map[string]string{"a": "int"}, `fields["a"]: unknown type "int": use one of boolean, float, integer, ip, string`},
		{map[string]string{"a": "integer"}, ""},
	} {
		c := Config{Fields: tt.fields}
		err := c.Validate()
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("Validate(%v) = %v", tt.fields, err)
		}
	}
}

func TestDoesNotAllocate(t *testing.T) {
	s := event.NewSchema()
	f, err := New(Config{Fields: map[string]string{"message": "integer", "f": "float", "n": "string"}}, s)
	if err != nil {
		t.Fatal(err)
	}
	n, _ := s.Lookup("n")
	fl, _ := s.Lookup("f")
	s.Freeze()
	ev, p := event.NewEvent(s), f.Processor()
	line, number := []byte("408"), []byte("0.125")
	if n := testing.AllocsPerRun(100, func() {
		ev.Reset(nil, line, 0)
		ev.SetInt(n, 123456)
		ev.SetBytes(fl, number)
		p.Process(ev)
	}); n != 0 {
		t.Errorf("%v allocations per event", n)
	}
}

func BenchmarkInteger(b *testing.B) {
	s := event.NewSchema()
	f, err := New(Config{Fields: map[string]string{"message": "integer"}}, s)
	if err != nil {
		b.Fatal(err)
	}
	s.Freeze()
	ev, p := event.NewEvent(s), f.Processor()
	line := []byte("408")
	b.ReportAllocs()
	for b.Loop() {
		ev.Reset(nil, line, 0)
		p.Process(ev)
	}
}
