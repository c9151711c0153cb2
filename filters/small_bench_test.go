package filters_test

import (
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/filters/drop"
	"github.com/naru-log/naru/filters/lowercase"
	"github.com/naru-log/naru/filters/remove"
	"github.com/naru-log/naru/filters/rename"
	"github.com/naru-log/naru/filters/tag"
)

// small are the filters that do next to nothing, each over message.
func small() map[string]func(*event.Schema) (event.Filter, error) {
	return map[string]func(*event.Schema) (event.Filter, error){
		"drop": func(s *event.Schema) (event.Filter, error) { return drop.New(drop.Config{}, s) },
		"lowercase": func(s *event.Schema) (event.Filter, error) {
			return lowercase.New(lowercase.Config{Fields: []string{"message"}}, s)
		},
		"remove": func(s *event.Schema) (event.Filter, error) {
			return remove.New(remove.Config{Fields: []string{"message"}}, s)
		},
		"rename": func(s *event.Schema) (event.Filter, error) {
			return rename.New(rename.Config{Fields: map[string]string{"message": "event.original"}}, s)
		},
		"tag": func(s *event.Schema) (event.Filter, error) { return tag.New(tag.Config{Add: []string{"web"}}, s) },
	}
}

// process returns what handles one line with a filter.
func process(tb testing.TB, build func(*event.Schema) (event.Filter, error)) func() {
	tb.Helper()
	s := event.NewSchema()
	f, err := build(s)
	if err != nil {
		tb.Fatal(err)
	}
	s.Freeze()
	ev, p, line := event.NewEvent(s), f.Processor(), []byte("GET /Index.html HTTP/1.1")
	return func() {
		ev.Reset(nil, line, 0)
		p.Process(ev)
	}
}

func TestSmallFiltersDoNotAllocate(t *testing.T) {
	for name, build := range small() {
		if n := testing.AllocsPerRun(100, process(t, build)); n != 0 {
			t.Errorf("%s: %v allocations per event", name, n)
		}
	}
}

func BenchmarkSmallFilters(b *testing.B) {
	for name, build := range small() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			one := process(b, build)
			for b.Loop() {
				one()
			}
		})
	}
}
