package lowercase

import (
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

func TestProcess(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"ASCII", "GET /Index.HTML", "get /index.html"},
		{"nothing to do", "get 한글", "get 한글"},
		{"other letters", "ÄÖÜ ΣΑΣ İ", "äöü σασ i"},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc, verdict := eventtest.Run(t, tt.in, nil, func(s *event.Schema) (event.Filter, error) {
				return New(Config{Fields: []string{"message"}}, s)
			}, nil)
			if verdict != event.Keep || doc["message"] != tt.want {
				t.Errorf("message = %q, %v; want %q, keep", doc["message"], verdict, tt.want)
			}
		})
	}
}

func TestListsAndOtherKinds(t *testing.T) {
	var list, number event.Slot
	doc, _ := eventtest.Run(t, "", func(s *event.Schema) {
		list, _ = s.Slot("labels", event.List)
		number, _ = s.Slot("count", event.Int)
	}, func(s *event.Schema) (event.Filter, error) {
		return New(Config{Fields: []string{"labels", "count", "absent"}}, s)
	}, func(ev *event.Event) {
		ev.SetList(list, []event.Value{event.StringValue([]byte("A")), event.IntValue(7)})
		ev.SetInt(number, 3)
	})
	if got := doc["labels"].([]any); got[0] != "a" || got[1] != 7.0 {
		t.Errorf("labels = %v", got)
	}
	if doc["count"] != 3.0 {
		t.Errorf("count = %v", doc["count"])
	}
	if _, there := doc["absent"]; there {
		t.Error("absent field appeared")
	}
}

func TestDoesNotAllocate(t *testing.T) {
	s := event.NewSchema()
	f, err := New(Config{Fields: []string{"message"}}, s)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	ev, p := event.NewEvent(s), f.Processor()
	line := []byte("GET /Index.HTML HTTP/1.1")
	if n := testing.AllocsPerRun(100, func() {
		ev.Reset(nil, line, 0)
		p.Process(ev)
	}); n != 0 {
		t.Errorf("%v allocations per event", n)
	}
}

func TestNewNamesTheBadField(t *testing.T) {
	if _, err := New(Config{Fields: []string{"ok", "a..b"}}, event.NewSchema()); err == nil || err.Error() != `fields[1]: field name "a..b" has an empty part between dots` {
		t.Errorf("err = %v", err)
	}
}
