package remove

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

func TestProcess(t *testing.T) {
	var ip, city, members event.Slot
	declare := func(s *event.Schema) {
		ip, _ = s.Slot("source.ip", event.IP)
		members, _ = s.Members("source.geo", "city_name", "country_name")
		city, _ = s.Hidden("source.geo.city_name", event.String)
	}
	for _, tt := range []struct {
		name   string
		fields []string
		want   string
	}{
		{"a field", []string{"message"}, `{"source":{"geo":{"city_name":"Seoul"},"ip":"192.0.2.1"}}`},
		{"a whole object", []string{"source"}, `{"message":"x"}`},
		{"a fragment", []string{"[source][geo]"}, `{"message":"x","source":{"ip":"192.0.2.1"}}`},
		{"a leaf of a fragment", []string{"source.geo.city_name"}, `{"message":"x","source":{"ip":"192.0.2.1"}}`},
		{"a leaf nobody declared", []string{"source.geo.country_name"}, `{"message":"x","source":{"geo":{"city_name":"Seoul"},"ip":"192.0.2.1"}}`},
		{"nothing there", []string{"other"}, `{"message":"x","source":{"geo":{"city_name":"Seoul"},"ip":"192.0.2.1"}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc, verdict := eventtest.Run(t, "x", declare, func(s *event.Schema) (event.Filter, error) {
				return New(Config{Fields: tt.fields}, s)
			}, func(ev *event.Event) {
				ev.SetIP(ip, []byte("192.0.2.1"))
				if ev.Schema().Exploded(members, "city_name") {
					ev.SetString(city, "Seoul")
				} else {
					ev.SetMembers(members, []byte(`"city_name":"Seoul"`))
				}
			})
			got, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tt.want || verdict != event.Keep {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestFragmentsStayWholeUnlessALeafIsNamed(t *testing.T) {
	for path, want := range map[string]bool{"source": false, "source.geo": false, "source.geo.city_name": true} {
		s := event.NewSchema()
		members, _ := s.Members("source.geo", "city_name")
		if _, err := s.Hidden("source.geo.city_name", event.String); err != nil {
			t.Fatal(err)
		}
		if _, err := New(Config{Fields: []string{path}}, s); err != nil {
			t.Fatal(err)
		}
		s.Freeze()
		if got := s.Exploded(members, "city_name"); got != want {
			t.Errorf("removing %s: exploded = %v", path, got)
		}
	}
}

func TestObjectsMayBeDeclaredLater(t *testing.T) {
	s := event.NewSchema()
	if _, err := New(Config{Fields: []string{"agent"}}, s); err != nil {
		t.Fatal(err)
	}
	if err := s.Const("agent.name", "naru"); err != nil {
		t.Errorf("declare a field of a removed object: %v", err)
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct{ field, want string }{
		{"a..b", `fields[0]: field name "a..b" has an empty part`},
		{"tags", `fields[0]: tags are taken away by filter "tag"`},
	} {
		if _, err := New(Config{Fields: []string{tt.field}}, event.NewSchema()); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("New(%q) = %v", tt.field, err)
		}
	}
	c := Defaults()
	if c.Validate() == nil {
		t.Error("no fields: no error")
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
	line := []byte("x")
	if n := testing.AllocsPerRun(100, func() { ev.Reset(nil, line, 0); p.Process(ev) }); n != 0 {
		t.Errorf("%v allocations per event", n)
	}
}
