package event

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestEncoderShape(t *testing.T) {
	s := NewSchema()
	slot := func(path string, k Kind) Slot {
		t.Helper()
		sl, err := s.Slot(path, k)
		if err != nil {
			t.Fatal(err)
		}
		return sl
	}
	ip := slot("source.ip", IP)
	status := slot("http.response.status_code", Int)
	bytes := slot("http.response.body.bytes", Int)
	method := slot("http.request.method", String)
	geo, err := s.Members("source.geo", "country_iso_code", "location")
	if err != nil {
		t.Fatal(err)
	}
	took := slot("took", Float)
	cats := slot("event.category", List)
	for path, value := range map[string]string{"ecs.version": "8.17.0", "event.kind": "event"} {
		if err := s.Const(path, value); err != nil {
			t.Fatal(err)
		}
	}
	tag := s.Tag("_bad")
	s.Freeze()
	ev, enc := NewEvent(s), NewEncoder(s)
	if s.Exploded(geo, "location") {
		t.Error("nobody names a field below source.geo, yet it is exploded")
	}

	check := func(want string) {
		t.Helper()
		if got := string(enc.Append(nil, ev)); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	ev.Reset(nil, []byte(`say "hi"`), 0)
	ev.SetUnixNano(Timestamp, time.Date(2018, 4, 25, 16, 28, 8, 0, time.UTC).UnixNano())
	check(`{"@timestamp":"2018-04-25T16:28:08.000Z","message":"say \"hi\"","event":{"kind":"event"},"ecs":{"version":"8.17.0"}}`)

	ev.Reset(nil, nil, 0)
	ev.Unset(Message)
	ev.SetInt(status, 408)
	ev.SetInt(bytes, 0)
	check(`{"http":{"response":{"status_code":408,"body":{"bytes":0}}},"event":{"kind":"event"},"ecs":{"version":"8.17.0"}}`)

	ev.SetIP(ip, []byte("1.2.3.4"))
	ev.SetMembers(geo, []byte(`"country_iso_code":"KR"`))
	ev.SetBytes(method, []byte("GET"))
	ev.SetFloat(took, 0.25)
	ev.SetList(cats, []Value{StringValue([]byte("web")), IntValue(1)})
	ev.AddTag(tag)
	ev.AddTag(tag)
	check(`{"source":{"ip":"1.2.3.4","geo":{"country_iso_code":"KR"}},"http":{"response":{"status_code":408,"body":{"bytes":0}},"request":{"method":"GET"}},"took":0.25,"event":{"category":["web",1],"kind":"event"},"ecs":{"version":"8.17.0"},"tags":["_bad"]}`)
}

// TestEncoderAgainstMaps writes random fields of random schemas and compares
// with what encoding/json reads back.
func TestEncoderAgainstMaps(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := NewSchema()
		var slots []Slot
		for range 1 + r.IntN(25) {
			var parts []string
			for range 1 + r.IntN(5) {
				parts = append(parts, string(rune('a'+r.IntN(3))))
			}
			path := strings.Join(parts, ".")
			if r.IntN(4) == 0 {
				_ = s.Const(path, "const")
			} else if sl, err := s.Slot(path, String); err == nil {
				slots = append(slots, sl)
			}
		}
		s.Freeze()
		ev, enc := NewEvent(s), NewEncoder(s)
		for range 10 {
			ev.Reset(nil, []byte("line"), 0)
			for _, sl := range slots {
				if r.IntN(2) == 0 {
					ev.SetString(sl, fmt.Sprint(sl))
				}
			}
			want := map[string]any{}
			for i := range s.fields {
				if sl := Slot(i); ev.Has(sl) {
					put(want, s.Path(sl), string(ev.Bytes(sl)))
				} else if s.fields[i].fixed() {
					put(want, s.Path(sl), "const")
				}
			}
			doc := enc.Append(nil, ev)
			var got map[string]any
			if err := json.Unmarshal(doc, &got); err != nil {
				t.Fatalf("seed %d: %v\n%s", seed, err, doc)
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d:\ngot  %v\nwant %v\n%s", seed, got, want, doc)
			}
		}
	}
}

func put(m map[string]any, path string, v any) {
	head, rest, nested := strings.Cut(path, ".")
	if !nested {
		m[head] = v
		return
	}
	if m[head] == nil {
		m[head] = map[string]any{}
	}
	put(m[head].(map[string]any), rest, v)
}

func FuzzJSONString(f *testing.F) {
	for _, s := range []string{"", "plain ascii over eight", "tab\there", `quo"te\`, "한글", "\xff\xfe", "a\x00b", "1234567\\", "12345678\x1f"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		want := replaceInvalid(in)
		var got string
		enc := AppendJSONString(nil, in)
		if err := json.Unmarshal(enc, &got); err != nil {
			t.Fatalf("%q: %v", enc, err)
		}
		if got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
		s := NewSchema()
		s.Freeze()
		ev := NewEvent(s)
		if replaced := ev.Reset(nil, in, 0); string(ev.Line) != want || replaced == utf8.Valid(in) {
			t.Fatalf("line %q became %q, %v", in, ev.Line, replaced)
		}
	})
}

func FuzzJSONFloat(f *testing.F) {
	for _, v := range []float64{0, 1, -0.5, 1e-7, 1e21, 1.5e-300, 123456.789} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v float64) {
		if !finite(v) {
			return
		}
		want, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if got := AppendJSONFloat(nil, v); string(got) != string(want) {
			t.Fatalf("got %s, want %s", got, want)
		}
	})
}

func TestTimes(t *testing.T) {
	enc := NewEncoder(func() *Schema { s := NewSchema(); s.Freeze(); return s }())
	for _, tt := range []struct {
		ns   int64
		want string
	}{
		{0, `"1970-01-01T00:00:00.000Z"`},
		{1, `"1970-01-01T00:00:00.000000001Z"`},
		{-1e6, `"1969-12-31T23:59:59.999Z"`},
		{1481104507_050e6, `"2016-12-07T09:55:07.050Z"`},
		{1481104507_123456000, `"2016-12-07T09:55:07.123456000Z"`},
	} {
		if got := string(enc.appendTime(nil, tt.ns)); got != tt.want {
			t.Errorf("%d: got %s, want %s", tt.ns, got, tt.want)
		}
	}
}

// replaceInvalid replaces each invalid byte, as ranging over a string does.
func replaceInvalid(b []byte) string {
	var out strings.Builder
	for _, r := range string(b) {
		out.WriteRune(r)
	}
	return out.String()
}

// The slot of a fragment's leaf is part of the documents when somebody names the
// leaf, and costs the encoder nothing otherwise.
func TestHiddenLeaves(t *testing.T) {
	for _, named := range []bool{false, true} {
		s := NewSchema()
		geo, err := s.Members("geo", "city", "country")
		if err != nil {
			t.Fatal(err)
		}
		city, err := s.Hidden("geo.city", String)
		if err != nil {
			t.Fatal(err)
		}
		if named {
			if _, err := s.Read("geo.city"); err != nil {
				t.Fatal(err)
			}
		}
		s.Freeze()
		ev, enc := NewEvent(s), NewEncoder(s)
		ev.Reset(nil, []byte("x"), 0)
		ev.SetString(city, "Seoul")
		ev.SetMembers(geo, []byte(`"country":"KR"`))
		want := `{"message":"x","geo":{"country":"KR"}}`
		if named {
			want = `{"message":"x","geo":{"country":"KR","city":"Seoul"}}`
		}
		if got := string(enc.Append(nil, ev)); got != want {
			t.Errorf("named %v: got %s, want %s", named, got, want)
		}
		if ops := len(enc.ops); !named && ops != 3 { // @timestamp, message, the fragment
			t.Errorf("%d fields to look at for each document, want 3", ops)
		}
	}
}

func FuzzInt(f *testing.F) {
	for _, v := range []int64{0, 9, 10, 99, 100, 408, 1e16 - 1, 1e16, -1, math.MaxInt64, math.MinInt64} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v int64) {
		if got, want := string(appendInt([]byte("x"), v)), fmt.Sprint("x", v); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// Every length around those that are copied in one piece, with each byte in
// turn one that needs an escape.
func TestShortStrings(t *testing.T) {
	for n := range shortText + 3 {
		for at := range n + 1 {
			s := []byte(strings.Repeat("abcdefgh", 6)[:n])
			for _, c := range []byte{'x', '"', '\\', '\n', 0x7f, 0x80} {
				if at < n {
					s[at] = c
				}
				got := AppendJSONString(make([]byte, 3, 64), s)
				want := append(appendEscaped([]byte{0, 0, 0, '"'}, s), '"')
				if string(got) != string(want) {
					t.Fatalf("%q: got %q, want %q", s, got, want)
				}
			}
		}
	}
}
