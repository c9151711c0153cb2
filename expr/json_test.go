package expr

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/naru-log/naru/event"
)

func blankEvent() *event.Event {
	s := event.NewSchema()
	s.Freeze()
	ev := event.NewEvent(s)
	ev.Reset(nil, nil, 0)
	return ev
}

// checkJSON compares openJSON and the walk over arrays with encoding/json.
func checkJSON(t *testing.T, src string) {
	var want any
	d := json.NewDecoder(strings.NewReader(src))
	d.UseNumber()
	if !utf8.ValidString(src) || !json.Valid([]byte(src)) || d.Decode(&want) != nil {
		return
	}
	list, isList := want.([]any)
	array, ok := openArray([]byte(src))
	if ok != isList {
		t.Fatalf("%s: openArray says %v", src, ok)
	}
	if !isList {
		sameAsJSON(t, src, want)
		return
	}
	for i, element := range list {
		got, more := array.next()
		if !more {
			t.Fatalf("%s: %d elements, want %d", src, i, len(list))
		}
		sameAsJSON(t, string(got), element)
	}
	if _, more := array.next(); more {
		t.Fatalf("%s: more than %d elements", src, len(list))
	}
}

func sameAsJSON(t *testing.T, src string, want any) {
	t.Helper()
	got := openJSON(blankEvent(), []byte(src))
	ok := false
	switch want := want.(type) {
	case string:
		ok = got.Kind() == event.String && string(got.Bytes()) == want
	case json.Number:
		n, there := toNumber(got)
		f, err := want.Float64()
		ok = there == (err == nil) && (!there || n.float() == f)
	case bool:
		ok = got.Kind() == event.Bool && got.Bool() == want
	default:
		ok = got.Kind() == event.Absent
	}
	if !ok {
		t.Errorf("%s is %s, want %v", src, show(got), want)
	}
}

var jsonSeeds = []string{
	`"a\"b\\c\/d\b\f\n\r\t\u0041\uD55C\ud83d\ude00\ud83d x"`, `["a\",b", "c\\", [1, {"x": ["]"]}], {"y": "}"}, -1.5e2, null, true]`,
	` [ ] `, `[[]]`, `""`, `null`, ` false `, `{"a":1}`, `-0.5`, `1e400`, `"\ud800\u0041"`, `"\ud800"`,
}

func TestJSON(t *testing.T) {
	for _, src := range jsonSeeds {
		checkJSON(t, src)
	}
}

func FuzzJSON(f *testing.F) {
	for _, src := range jsonSeeds {
		f.Add(src)
	}
	f.Fuzz(checkJSON)
}

// Fragments that are not JSON come from nobody, but must not make us panic.
func TestBrokenJSON(t *testing.T) {
	for _, src := range []string{``, `"`, `"\`, `"\u12"`, `[`, `]`, `[,`, `["]`, `[{]`, `{`, `x`, `"\ud800\u"`} {
		openJSON(blankEvent(), []byte(src))
		array, _ := openArray([]byte(src))
		for more := true; more; {
			_, more = array.next()
		}
	}
}

func TestJSONNullIsMissing(t *testing.T) {
	s := event.NewSchema()
	slot, err := s.Slot("x", event.JSON)
	if err != nil {
		t.Fatal(err)
	}
	e, _ := Parse(`x == null && !has(x)`, "x.hcl", nil)
	c, err := e.CompileCondition(s)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	ev := event.NewEvent(s)
	ev.Reset(nil, nil, 0)
	for value, want := range map[string]bool{` null `: true, `0`: false, `{}`: false} {
		ev.SetJSON(slot, []byte(value))
		if c.True(ev) != want {
			t.Errorf("%s: %v", value, !want)
		}
	}
}
