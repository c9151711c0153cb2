package useragent

import "testing"

func BenchmarkHit(b *testing.B) {
	for name, read := range map[string][]string{"fragment": nil, "slots": {"user_agent.name"}} {
		b.Run(name, func(b *testing.B) {
			_, p, ev := worker(b, read...)
			line := []byte(chrome)
			ev.Reset(nil, line, 0)
			b.ReportAllocs()
			for b.Loop() {
				p.Process(ev)
			}
		})
	}
}
