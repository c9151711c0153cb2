package members

import (
	"testing"

	"github.com/naru-log/naru/event"
)

func TestFind(t *testing.T) {
	s := event.NewSchema()
	target, err := Declare(s, "[app][log]", "json")
	if err != nil {
		t.Fatal(err)
	}
	level, _ := s.Read("app.log.level")
	id, _ := s.Read("app.log.user.id")
	if _, err := s.Read("app.other"); err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	names := target.Names(s)
	for _, tt := range []struct {
		name   string
		slot   event.Slot // -2 for no node
		object bool
		below  bool
	}{
		{"level", level, false, false},
		{"user", -1, true, false},
		{"user.id", id, false, false},
		{"user.name", -2, false, false},
		{"level.x", -2, false, true},
		{"other", -2, false, false},
		{"", -2, false, false},
		{".", -2, false, false},
	} {
		n, below := names.Find([]byte(tt.name))
		slot := event.Slot(-2)
		if n != nil {
			slot = n.Slot
		}
		if slot != tt.slot || below != tt.below || n.Object() != tt.object {
			t.Errorf("Find(%q) = slot %d, below %v, object %v", tt.name, slot, below, n.Object())
		}
	}
}

func TestDeclareErrors(t *testing.T) {
	for _, path := range []string{"a..b", "message", "message.x"} {
		if _, err := Declare(event.NewSchema(), path, "json"); err == nil {
			t.Errorf("Declare(%q) succeeded", path)
		}
	}
}

func TestAppendKey(t *testing.T) {
	for _, tt := range []struct {
		dst, prefix, name string
		below             bool
		want              string
	}{
		{"", "", "a", false, `"a":`},
		{`"x":1`, "a.", "b", false, `"x":1,"a.b":`},
		{"", "", `"\`, false, `"\"\\":`},
		{"", "", "", false, `"_":`},
		{"", "", "..", false, `"__":`},
		{"", "", " ", false, `" _":`},
		{"", "p.", "\t", false, `"p.\t_":`},
		{"", "", "a. .b", false, `"a_ _b":`},
		{"", "", "a. ", false, `"a_ ":`},
		{"", "", "a b.c", false, `"a b.c":`},
		{"", "", ".a", false, `"_a":`},
		{"", "", "a.b", true, `"a_b":`},
		{"", "p.", "a..b", false, `"p.a__b":`},
	} {
		if got := string(AppendKey([]byte(tt.dst), []byte(tt.prefix), []byte(tt.name), tt.below)); got != tt.want {
			t.Errorf("AppendKey(%q, %q, %q) = %s, want %s", tt.dst, tt.prefix, tt.name, got, tt.want)
		}
	}
}

func TestSetTime(t *testing.T) {
	s := event.NewSchema()
	s.Freeze()
	ev := event.NewEvent(s)
	for text, want := range map[string]int64{
		"2018-04-26T01:28:08Z": 1524706088e9, "2018-04-26T01:28:08.25+09:00": 1524673688250e6, "2018-04-26T01:28:08,25+0900": 1524673688250e6,
		"": -1, "now": -1, "2018-04-26T01:28:08": -1, "2018-04-26": -1, "9999-01-01T00:00:00Z": -1, "0001-01-01T00:00:00Z": -1,
	} {
		ev.Reset(nil, nil, 0)
		ok := SetTime(ev, []byte(text))
		if ok != (want >= 0) || ok && ev.UnixNano(event.Timestamp) != want {
			t.Errorf("%q: %t, %d", text, ok, ev.UnixNano(event.Timestamp))
		}
	}
}
