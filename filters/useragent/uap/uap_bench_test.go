package uap

import (
	"strings"
	"testing"

	"github.com/ua-parser/uap-go/uaparser"

	"github.com/naru-log/naru/internal/cputime"
)

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	defer cputime.Report(b)()
	for b.Loop() {
		if _, err := Load(uaparser.DefinitionYaml); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	p := Default()
	uas := make([][]byte, len(samples))
	var r Result
	for i, s := range samples {
		uas[i] = []byte(s.ua)
		p.Parse(uas[i], &r)
	}
	b.ReportAllocs()
	defer cputime.Report(b)()
	i := 0
	for b.Loop() {
		p.Parse(uas[i], &r)
		if i++; i == len(uas) {
			i = 0
		}
	}
}

// BenchmarkHostile parses what makes the rules work hardest, of the length that servers take at most.
func BenchmarkHostile(b *testing.B) {
	p := Default()
	for _, unit := range []string{"; A100; U1 Build/", "; ", "favicon", "bot ", "Android 4.0; Mozilla Mobile Safari/1 Build "} {
		b.Run(unit, func(b *testing.B) {
			ua := []byte(strings.Repeat(unit, 8000/len(unit)))
			var r Result
			b.SetBytes(int64(len(ua)))
			defer cputime.Report(b)()
			for b.Loop() {
				p.Parse(ua, &r)
			}
		})
	}
}
