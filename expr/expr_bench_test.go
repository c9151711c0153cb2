package expr

import (
	"testing"

	"github.com/naru-log/naru/event"
)

// busy are expressions of the kind that users write, which must not allocate.
var busy = []struct{ name, src string }{
	{"compare", `http.response.status_code >= 500 && !startswith(url.path, "/health")`},
	{"text", `url.path == "/index.html" || lower(url.path) == "/index.html"`},
	{"list", `contains(["GET", "HEAD", "POST"], substr(message, 0, 3)) && contains(event.category, "web")`},
	{"template", `"${http.response.status_code} ${upper(url.path)} ${ratio * 2} ${field("@timestamp")}"`},
	{"address", `cidr(source.ip, "192.168.0.0/16", "10.0.0.0/8", "2001:db8::/32")`},
	{"number", `round(tonumber(size) / 1000 + ratio % 3) > -5`},
	{"matches", `matches(url.path, "^/[A-Z][a-z]+\\.html$")`},
	{"choice", `unknown == null ? coalesce(gone, unknown, size) : "${size}x"`},
	{"json", `contains(event.type, "a,b") && event.kind == "event"`},
	{"join", `join(", ", event.category) == "web, 7" && join(";", source.ip) == "10.1.2.3"`},
	{"sum", `sum(times) + sum(sizes) == 6.75`},
	{"bad input", `cidr(url.path, "10.0.0.0/8") || url.path > 5 || tonumber(message) == 1`},
	{"unicode", `length(replace(url.path, "Index", "색인")) + length("${url.path}é") > 20`},
}

func TestDoesNotAllocate(t *testing.T) {
	for _, tt := range busy {
		ev, p, err := document(t, tt.src)
		if err != nil {
			t.Fatal(err)
		}
		line := []byte("GET /Index.html")
		path := []byte("/Index.html")
		slot, _ := ev.Schema().Lookup("url.path")
		keep := snapshot(ev)
		if n := testing.AllocsPerRun(200, func() {
			ev.Reset(nil, line, 0)
			for slot, v := range keep {
				if v.Kind() != event.Absent {
					ev.Set(event.Slot(slot), v)
				}
			}
			ev.SetBytes(slot, path)
			p.Eval(ev)
		}); n != 0 {
			t.Errorf("%s: %v allocations for each event", tt.name, n)
		}
	}
}

func snapshot(ev *event.Event) []event.Value {
	var all []event.Value
	for slot := range ev.Schema().Len() {
		all = append(all, ev.Value(event.Slot(slot)))
	}
	return all
}

func BenchmarkEval(b *testing.B) {
	for _, tt := range busy {
		b.Run(tt.name, func(b *testing.B) {
			ev, p, err := document(b, tt.src)
			if err != nil {
				b.Fatal(err)
			}
			keep := snapshot(ev)
			b.ReportAllocs()
			for b.Loop() {
				ev.Reset(nil, nil, 0)
				for slot, v := range keep {
					ev.Set(event.Slot(slot), v)
				}
				p.Eval(ev)
			}
		})
	}
}

func BenchmarkCondition(b *testing.B) {
	s := event.NewSchema()
	status, _ := s.Slot("http.response.status_code", event.Int)
	path, _ := s.Slot("url.path", event.String)
	e, diags := Parse(`http.response.status_code >= 500 && !startswith(url.path, "/health")`, "b.hcl", nil)
	if diags.HasErrors() {
		b.Fatal(diags)
	}
	c, err := e.CompileCondition(s)
	if err != nil {
		b.Fatal(err)
	}
	s.Freeze()
	ev := event.NewEvent(s)
	ev.Reset(nil, nil, 0)
	ev.SetInt(status, 503)
	ev.SetString(path, "/api/v1/orders")
	b.ReportAllocs()
	for b.Loop() {
		c.True(ev)
	}
}
