package rename

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

func TestProcess(t *testing.T) {
	var client, port, user event.Slot
	declare := func(s *event.Schema) {
		client, _ = s.Slot("client.ip", event.IP)
		port, _ = s.Slot("client.port", event.Int)
		user, _ = s.Slot("user.name", event.List)
	}
	for _, tt := range []struct {
		name   string
		fields map[string]string
		want   string
	}{
		{"a field", map[string]string{"message": "event.original"}, `{"client":{"ip":"::1","port":7},"event":{"original":"x"},"user":{"name":["a","b"]}}`},
		{"a list", map[string]string{"[user][name]": "owner"}, `{"client":{"ip":"::1","port":7},"message":"x","owner":["a","b"]}`},
		{"an object", map[string]string{"client": "source"}, `{"message":"x","source":{"ip":"::1","port":7},"user":{"name":["a","b"]}}`},
		{"over another", map[string]string{"message": "client.port"}, `{"client":{"ip":"::1","port":"x"},"user":{"name":["a","b"]}}`},
		{"an absent one", map[string]string{"other": "message"}, `{"client":{"ip":"::1","port":7},"message":"x","user":{"name":["a","b"]}}`},
		{"a chain", map[string]string{"message": "other", "other": "third"}, `{"client":{"ip":"::1","port":7},"third":"x","user":{"name":["a","b"]}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc, _ := eventtest.Run(t, "x", declare, func(s *event.Schema) (event.Filter, error) {
				return New(Config{Fields: tt.fields}, s)
			}, func(ev *event.Event) {
				ev.SetIP(client, []byte("::1"))
				ev.SetInt(port, 7)
				ev.SetList(user, []event.Value{event.StringValue([]byte("a")), event.StringValue([]byte("b"))})
			})
			got, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestKindsTravel(t *testing.T) {
	s := event.NewSchema()
	if _, err := s.Slot("bytes", event.Int); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Config{Fields: map[string]string{"bytes": "http.response.bytes"}}, s); err != nil {
		t.Fatal(err)
	}
	if slot, _ := s.Lookup("http.response.bytes"); s.Kind(slot) != event.Int {
		t.Errorf("kind %v", s.Kind(slot))
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct{ from, to, want string }{
		{"a..b", "c", "empty part"},
		{"a", "", "empty"},
		{"a", "[a]", "the same"},
		{"a", "message.text", "plain value"},
	} {
		_, err := New(Config{Fields: map[string]string{tt.from: tt.to}}, event.NewSchema())
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "fields[") {
			t.Errorf("New(%q = %q) = %v", tt.from, tt.to, err)
		}
	}
	c := Defaults()
	if c.Validate() == nil {
		t.Error("no fields: no error")
	}
}

func TestDoesNotAllocate(t *testing.T) {
	s := event.NewSchema()
	f, err := New(Config{Fields: map[string]string{"message": "other"}}, s)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	ev, p := event.NewEvent(s), f.Processor()
	line := []byte("x")
	if n := testing.AllocsPerRun(100, func() { ev.Reset(nil, line, 0); p.Process(ev) }); n != 0 {
		t.Errorf("%v allocations per event", n)
	}
}
