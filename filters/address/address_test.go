package address

import (
	"encoding/json"
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

func TestProcess(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"192.0.2.1", `{"address":"192.0.2.1","ip":"192.0.2.1"}`},
		{"2001:db8::1", `{"address":"2001:db8::1","ip":"2001:db8::1"}`},
		{"::1", `{"address":"::1","ip":"::1"}`},
		{"example.com", `{"address":"example.com","domain":"example.com"}`},
		{"my_host-1", `{"address":"my_host-1","domain":"my_host-1"}`},
		{"999.1.1.1", `{"address":"999.1.1.1","domain":"999.1.1.1"}`},
		{"192.0.2.1:4711", `{"address":"192.0.2.1","ip":"192.0.2.1","port":4711}`},
		{"[2001:db8::1]:4711", `{"address":"2001:db8::1","ip":"2001:db8::1","port":4711}`},
		{"[2001:db8::1]", `{"address":"2001:db8::1","ip":"2001:db8::1"}`},
		{"client.example.com:4711", `{"address":"client.example.com","domain":"client.example.com","port":4711}`},
		{"client.example.com:", `{"address":"client.example.com:"}`},
		{"client.example.com:65536", `{"address":"client.example.com:65536"}`},
		{"client.example.com:http", `{"address":"client.example.com:http"}`},
		{":80", `{"address":":80"}`},
		{"unix:", `{"address":"unix:"}`},
		{"unix:/run/app.sock", `{"address":"unix:/run/app.sock"}`},
		{"-", `{"address":"-"}`},
		{"", `{"address":""}`},
		{"10.0.0.2, 10.0.0.1, 127.0.0.1", `{"address":"10.0.0.2","ip":"10.0.0.2"}`},
		{"10.0.0.2, 10.0.0.1, 81.2.69.143", `{"address":"81.2.69.143","ip":"81.2.69.143"}`},
		{`"10.5.102.222, 175.16.199.1, 204.246.1.1" 10.2.1.185`, `{"address":"175.16.199.1","ip":"175.16.199.1"}`},
		{"localhost, localhost", `{"address":"localhost","domain":"localhost"}`},
		{"localhost, 8.8.8.8", `{"address":"8.8.8.8","ip":"8.8.8.8"}`},
	} {
		if got := run(t, Defaults(), tt.in); got != tt.want {
			t.Errorf("%q\n got %s\nwant %s", tt.in, got, tt.want)
		}
	}
}

func TestList(t *testing.T) {
	c := Defaults()
	c.List, c.Domain = "source.list", ""
	for _, tt := range []struct{ in, want string }{
		{"10.0.0.2, 10.0.0.1", `{"address":"10.0.0.2","ip":"10.0.0.2","list":["10.0.0.2","10.0.0.1"]}`},
		{"localhost", `{"address":"localhost","list":["localhost"]}`},
		{"unix:", `{"address":"unix:"}`},
	} {
		if got := run(t, c, tt.in); got != tt.want {
			t.Errorf("%q\n got %s\nwant %s", tt.in, got, tt.want)
		}
	}
	c.Field, c.List = "message", "message" // in place, and from a list
	if got := run(t, c, "10.0.0.2,8.8.8.8"); got != `{"address":"8.8.8.8","ip":"8.8.8.8"}` {
		t.Errorf("in place: %s", got)
	}
}

func TestFieldThatIsAList(t *testing.T) {
	var slot event.Slot
	c := Defaults()
	c.Field = "hops"
	doc, _ := eventtest.Run(t, "", func(s *event.Schema) { slot, _ = s.Slot("hops", event.List) },
		func(s *event.Schema) (event.Filter, error) { return New(c, s) },
		func(ev *event.Event) {
			ev.AppendList(slot, event.StringValue([]byte("10.0.0.1")))
			ev.AppendList(slot, event.StringValue([]byte("8.8.8.8")))
			ev.AppendList(slot, event.IntValue(1))
		})
	if got := doc["source"].(map[string]any)["ip"]; got != "8.8.8.8" {
		t.Errorf("source.ip = %v", got)
	}
}

func run(t *testing.T, c Config, text string) string {
	t.Helper()
	var address event.Slot
	doc, _ := eventtest.Run(t, text, func(s *event.Schema) { address, _ = s.Slot("source.address", event.String) },
		func(s *event.Schema) (event.Filter, error) { return New(c, s) },
		func(ev *event.Event) { ev.SetSub(address, ev.Line) })
	b, err := json.Marshal(doc["source"])
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestErrors(t *testing.T) {
	c := Defaults()
	c.Field, c.IP = "a..b", "message.ip"
	if _, err := New(c, event.NewSchema()); err == nil {
		t.Error("bad fields: no error")
	}
}

func row(t testing.TB) (*event.Event, event.Processor) {
	c := Defaults()
	c.Field, c.List = "message", "source.list"
	s := event.NewSchema()
	f, err := New(c, s)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	return event.NewEvent(s), f.Processor()
}

func TestDoesNotAllocate(t *testing.T) {
	ev, p := row(t)
	for _, text := range []string{"192.0.2.1", "2001:db8::1", "example.com", "10.0.0.1, 8.8.8.8"} {
		line := []byte(text)
		run := func() { ev.Reset(nil, line, 0); p.Process(ev) }
		run()
		if n := testing.AllocsPerRun(100, run); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}

func BenchmarkProcess(b *testing.B) {
	ev, p := row(b)
	line := []byte("223.130.195.200")
	b.ReportAllocs()
	for b.Loop() {
		ev.Reset(nil, line, 0)
		p.Process(ev)
	}
}
