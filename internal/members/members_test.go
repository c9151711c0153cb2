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
		{"", "", ".a", false, `"_a":`},
		{"", "", "a.b", true, `"a_b":`},
		{"", "p.", "a..b", false, `"p.a__b":`},
	} {
		if got := string(AppendKey([]byte(tt.dst), []byte(tt.prefix), []byte(tt.name), tt.below)); got != tt.want {
			t.Errorf("AppendKey(%q, %q, %q) = %s, want %s", tt.dst, tt.prefix, tt.name, got, tt.want)
		}
	}
}
