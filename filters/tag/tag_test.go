package tag

import (
	"fmt"
	"strings"
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

func TestProcess(t *testing.T) {
	for _, tt := range []struct {
		name string
		c    Config
		want any
	}{
		{"add", Config{Add: []string{"new", "old"}}, "[old new]"},
		{"remove", Config{Remove: []string{"old", "other"}}, "<nil>"},
		{"remove before add", Config{Add: []string{"old"}, Remove: []string{"old"}}, "[old]"},
	} {
		var old event.Tag
		doc, verdict := eventtest.Run(t, "x", func(s *event.Schema) { old = s.Tag("old") },
			func(s *event.Schema) (event.Filter, error) { return New(tt.c, s) },
			func(ev *event.Event) { ev.AddTag(old) })
		if got := fmt.Sprint(doc["tags"]); got != tt.want || verdict != event.Keep {
			t.Errorf("%s: tags = %v, %v; want %v", tt.name, got, verdict, tt.want)
		}
	}
}

func TestValidate(t *testing.T) {
	for _, tt := range []struct {
		c    Config
		want string
	}{
		{Defaults(), "name a tag"},
		{Config{Add: []string{"a", ""}}, "add[1]"},
		{Config{Remove: []string{""}}, "remove[0]"},
		{Config{Remove: []string{"a"}}, ""},
	} {
		err := tt.c.Validate()
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("Validate(%v) = %v, want %q", tt.c, err, tt.want)
		}
	}
}

func TestDoesNotAllocate(t *testing.T) {
	s := event.NewSchema()
	f, err := New(Config{Add: []string{"a", "b"}, Remove: []string{"c"}}, s)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	ev, p := event.NewEvent(s), f.Processor()
	if n := testing.AllocsPerRun(100, func() { ev.Reset(nil, nil, 0); p.Process(ev) }); n != 0 {
		t.Errorf("%v allocations per event", n)
	}
}
