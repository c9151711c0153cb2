package useragent

import (
	"fmt"
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/cputime"
)

// BenchmarkHit is all that the filter does for an event whose user agent the
// cache has: always the same, and a thousand in turn. The event keeps what the
// filter set for the one before, which costs as much to set again; what an
// event costs before any filter sees it is BenchmarkReset of package event.
func BenchmarkHit(b *testing.B) {
	for _, tt := range []struct {
		name string
		read []string // fields that others name
	}{{"fragment", nil}, {"slots", []string{"user_agent.name"}}} {
		for _, distinct := range []int{1, 1000} {
			b.Run(fmt.Sprintf("%s/%d", tt.name, distinct), func(b *testing.B) { benchmarkHit(b, distinct, tt.read...) })
		}
	}
}

func benchmarkHit(b *testing.B, distinct int, read ...string) {
	_, p, ev := worker(b, read...)
	lines := make([][]byte, distinct)
	for i := range lines {
		lines[i] = fmt.Appendf(nil, "%s Version/%d", chrome, i)
		ev.Reset(nil, lines[i], 0)
		p.Process(ev)
	}
	b.ReportAllocs()
	defer cputime.Report(b)()
	i := 0
	for b.Loop() {
		ev.SetBytes(event.Message, lines[i])
		p.Process(ev)
		if i++; i == distinct {
			i = 0
		}
	}
}
