package event

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParsePath(t *testing.T) {
	for _, tt := range []struct{ in, want, err string }{
		{in: "http.request.method", want: "http.request.method"},
		{in: "[http][request]", want: "http.request"},
		{in: "[one]", want: "one"},
		{in: "@timestamp", want: "@timestamp"},
		{in: "", err: "empty"},
		{in: "a..b", err: "empty part"},
		{in: ".a", err: "empty part"},
		{in: "a[b]", err: "use dots"},
		{in: `a"b`, err: "use dots"},
	} {
		got, err := ParsePath(tt.in)
		if got != tt.want || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("ParsePath(%q) = %q, %v", tt.in, got, err)
		}
	}
}

func TestSchemaKindsAndConflicts(t *testing.T) {
	s := NewSchema()
	a, _ := s.Slot("a.b", String)
	if again, _ := s.Slot("[a][b]", String); again != a || s.Kind(a) != String {
		t.Errorf("slot %d kind %v, want %d string", again, s.Kind(a), a)
	}
	if _, _ = s.Slot("a.b", Int); s.Kind(a) != Any {
		t.Errorf("kind %v after two writers disagree", s.Kind(a))
	}
	for _, path := range []string{"a", "a.b.c", "tags", "message.x"} {
		if _, err := s.Slot(path, String); err == nil {
			t.Errorf("Slot(%q) succeeded", path)
		}
	}
	for _, kind := range []Kind{String, Absent, Any} {
		if _, err := NewSchema().Slot("@timestamp", kind); err == nil {
			t.Errorf("a slot of kind %v for @timestamp", kind)
		}
	}
	if slot, err := s.Slot("@timestamp", Time); slot != Timestamp || err != nil {
		t.Errorf("slot of @timestamp = %d, %v", slot, err)
	}
	if _, err := s.Members("a.b", "x"); err == nil {
		t.Error("Members of a plain value succeeded")
	}
	s.Freeze()
	if _, err := s.Slot("new", String); err == nil {
		t.Error("Slot after Freeze succeeded")
	}
	if got := s.Under("a"); !slices.Equal(got, []Slot{a}) {
		t.Errorf("Under(a) = %v", got)
	}
}

func TestExploded(t *testing.T) {
	for _, tt := range []struct {
		name, path string
		want       []string
	}{
		{"another object", "source.ip", nil},
		{"a leaf", "source.geo.location", []string{"location"}},
		{"below a leaf", "source.geo.location.lat", []string{"location"}},
		{"a sibling", "source.geo.other", nil},
		{"a leaf of an object", "source.geo.city.name", []string{"city.name", "city.id"}},
		{"something else in that object", "source.geo.city.size", []string{"city.name", "city.id"}},
		{"a name that begins alike", "source.geo.city_name", nil},
	} {
		s := NewSchema()
		leaves := []string{"country_iso_code", "location", "city.name", "city.id"}
		m, err := s.Members("source.geo", leaves...)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Read(tt.path); err != nil {
			t.Fatal(err)
		}
		s.Freeze()
		var got []string
		for _, leaf := range leaves {
			if s.Exploded(m, leaf) {
				got = append(got, leaf)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: exploded are %v, want %v", tt.name, got, tt.want)
		}
	}
}

// Two filters that write the same fields as fragments set those one by one.
func TestTwoFragments(t *testing.T) {
	s := NewSchema()
	a, _ := s.Members("x", "one", "two", "three.a")
	b, _ := s.Members("x", "two", "three.b")
	s.Freeze()
	for _, tt := range []struct {
		members Slot
		leaf    string
		want    bool
	}{{a, "one", false}, {a, "two", true}, {a, "three.a", true}, {b, "two", true}, {b, "three.b", true}} {
		if got := s.Exploded(tt.members, tt.leaf); got != tt.want {
			t.Errorf("%s: exploded = %v", tt.leaf, got)
		}
	}
}

// An address is known as long as nobody sets another value.
func TestAddr(t *testing.T) {
	s := NewSchema()
	ip, _ := s.Slot("source.ip", IP)
	other, _ := s.Slot("client.ip", IP)
	s.Freeze()
	ev := NewEvent(s)
	v4, v6 := netip.MustParseAddr("255.1.2.3"), netip.MustParseAddr("2001:db8::1")
	for _, tt := range []struct {
		name string
		set  func()
		want bool
	}{
		{"SetAddr", func() {}, true},
		{"an IPv6 address", func() { ev.SetAddr(ip, []byte(v6.String()), v6) }, false},
		{"SetIP", func() { ev.SetIP(ip, []byte("1.1.1.1")) }, false},
		{"SetInt, then SetIP", func() { ev.SetInt(ip, 1<<40); ev.SetIP(ip, []byte("1.1.1.1")) }, false},
		{"SetInt, then SetFields", func() { ev.SetInt(ip, 1<<40); ev.SetFields([]Field{{"1.1.1.1", ip, IP}}) }, false},
		{"SetString", func() { ev.SetString(ip, "1.1.1.1") }, false},
		{"SetInt", func() { ev.SetInt(ip, 1<<40) }, false},
		{"Unset", func() { ev.Unset(ip) }, false},
		{"Reset", func() { ev.Reset(nil, nil, 0) }, false},
		{"Set of another IP", func() { ev.Set(ip, IPValue([]byte("1.1.1.1"))) }, false},
		{"Set of itself", func() { ev.Set(ip, ev.Value(ip)) }, true},
		{"Copy", func() { ev.Copy(other, ip); ev.Unset(ip); ev.Copy(ip, other) }, true},
	} {
		ev.Reset(nil, nil, 0)
		ev.SetAddr(ip, []byte(v4.String()), v4)
		tt.set()
		if addr, ok := ev.Addr(ip); ok != tt.want || ok && addr != v4 {
			t.Errorf("%s: Addr is %v, %v", tt.name, addr, ok)
		}
	}
}

func TestScratchKeepsEarlierParts(t *testing.T) {
	s := NewSchema()
	s.Freeze()
	ev := NewEvent(s)
	ev.Reset(nil, nil, 0)
	var parts [][]byte
	for i := range 200 {
		parts = append(parts, ev.Keep(append(ev.Scratch(), strings.Repeat(string(rune('a'+i%26)), i)...)))
	}
	for i, p := range parts {
		if string(p) != strings.Repeat(string(rune('a'+i%26)), i) {
			t.Fatalf("part %d changed to %q", i, p)
		}
	}
}

// The memory settles: an event like the last one needs no more.
func TestScratchSettles(t *testing.T) {
	s := NewSchema()
	s.Freeze()
	ev := NewEvent(s)
	parts := []string{"/한글", "q=1", strings.Repeat("x", 100), "y"}
	event := func() {
		ev.Reset(nil, nil, 0)
		for _, p := range parts {
			ev.Keep(append(ev.Scratch(), p...))
		}
	}
	for range 10 {
		event()
	}
	if n := testing.AllocsPerRun(100, event); n != 0 {
		t.Errorf("%v allocations per event", n)
	}
}

func TestAppendList(t *testing.T) {
	s := NewSchema()
	a, _ := s.Slot("a", List)
	b, _ := s.Slot("b", List)
	s.Freeze()
	ev := NewEvent(s)
	ev.Reset(nil, nil, 0)
	ev.SetInt(a, 1)
	ev.AppendList(a, IntValue(2))
	ev.AppendList(b, IntValue(9))
	ev.AppendList(a, IntValue(3)) // no longer the last list
	var got []int64
	for _, v := range ev.List(a) {
		got = append(got, v.Int())
	}
	if !slices.Equal(got, []int64{1, 2, 3}) || len(ev.List(b)) != 1 {
		t.Errorf("a = %v, b = %v", got, ev.List(b))
	}
}

func TestBatchAcksOnce(t *testing.T) {
	acks, releases := 0, 0
	b := &Batch{}
	b.Arm(func(*Batch) { releases++ }, func(*Batch) { acks++ })
	b.Hold()
	b.Hold()
	b.Release()
	b.Release()
	b.Done()
	b.Done()
	if acks != 0 {
		t.Fatal("acknowledged while held")
	}
	b.Done()
	if acks != 1 || releases != 1 {
		t.Errorf("acks %d, releases %d", acks, releases)
	}
	defer func() {
		if recover() == nil {
			t.Error("Done without Hold went unnoticed")
		}
	}()
	b.Done()
}

func combined(b *testing.B) (*Event, *Encoder, []Slot, []byte) {
	s := NewSchema()
	var slots []Slot
	for _, p := range []string{"source.address", "http.request.method", "url.original", "http.version", "http.request.referrer", "user_agent.original", "log.file.path"} {
		sl, err := s.Slot(p, String)
		if err != nil {
			b.Fatal(err)
		}
		slots = append(slots, sl)
	}
	for _, p := range []string{"ecs.version", "agent.name", "agent.type", "host.name", "data_stream.type", "data_stream.dataset"} {
		if err := s.Const(p, "something"); err != nil {
			b.Fatal(err)
		}
	}
	s.Freeze()
	line := []byte(`203.0.113.7 - - [26/Apr/2018:01:28:08 +0900] "GET /board/list.jsp?page=2 HTTP/1.1" 200 5120 1234 "https://www.example.co.kr/" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/66.0.3359.117 Safari/537.36"`)
	return NewEvent(s), NewEncoder(s), slots, line
}

// BenchmarkReset is a line of an access log, before any filter sees it.
func BenchmarkReset(b *testing.B) {
	ev, _, _, line := combined(b)
	b.ReportAllocs()
	for b.Loop() {
		ev.Reset(nil, line, 0)
	}
	b.SetBytes(int64(len(line)))
}

func BenchmarkEncode(b *testing.B) {
	ev, enc, slots, line := combined(b)
	var dst []byte
	b.ReportAllocs()
	now := time.Now().UnixNano()
	for b.Loop() {
		ev.Reset(nil, line, 0)
		ev.SetUnixNano(Timestamp, now)
		for i, sl := range slots {
			ev.SetSub(sl, line[i*20:i*20+30])
		}
		dst = enc.Append(dst[:0], ev)
	}
	b.SetBytes(int64(len(dst)))
}

func TestConstants(t *testing.T) {
	s := NewSchema()
	for _, path := range []string{"host.name", "agent.name"} {
		if err := s.Const(path, "web1"); err != nil {
			t.Fatal(err)
		}
	}
	host, err := s.Read("host.name")
	if err != nil || s.Kind(host) != String {
		t.Fatalf("kind %v, %v", s.Kind(host), err)
	}
	s.Freeze()
	ev, enc := NewEvent(s), NewEncoder(s)
	ev.Reset(nil, nil, 0)
	ev.Unset(Message)
	if got := string(ev.Bytes(host)); got != "web1" {
		t.Errorf("a constant that somebody reads is %q", got)
	}
	ev.Unset(host)
	if got := string(enc.Append(nil, ev)); got != `{"agent":{"name":"web1"}}` {
		t.Errorf("after the constant was removed: %s", got)
	}
	ev.Reset(nil, nil, 0)
	if !ev.Has(host) {
		t.Error("the next event lacks the constant")
	}
}
