package difftest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/filters/grok/pattern"
)

// librarySpeed is how long naru takes for the recorded lines that a pattern
// matches, the fastest of some turns.
type librarySpeed struct {
	bank, pattern string
	lines, bytes  int
	perTurn       time.Duration
}

func (s librarySpeed) perByte() float64 { return float64(s.perTurn) / float64(s.bytes) }

// BenchmarkLibrary goes through every recorded pattern of both banks with the
// lines that it matches, prints the slowest by the byte, and reports the time
// of the middle one and of the slowest.
func BenchmarkLibrary(b *testing.B) {
	const (
		shown    = 25
		shortest = 16 // bytes of a line; for shorter ones the byte tells nothing
	)
	cases, _ := recordings(b)
	definitions := banks()
	lines := make(map[[2]string][][]byte)
	for _, c := range cases {
		if c.want.kind == matched && len(c.definitions) == 0 && len(c.line) >= shortest {
			key := [2]string{c.bank, c.pattern}
			lines[key] = append(lines[key], []byte(c.line))
		}
	}
	var speeds []librarySpeed
	for b.Loop() {
		speeds = speeds[:0]
		for key, texts := range lines {
			if p := compileNaru(key[1], definitions[key[0]], nil); p.matcher != nil {
				speeds = append(speeds, measure(key, p.matcher, texts))
			}
		}
	}
	slices.SortFunc(speeds, func(a, b librarySpeed) int { return int(1000 * (b.perByte() - a.perByte())) })
	var table strings.Builder
	for _, s := range speeds[:shown] {
		fmt.Fprintf(&table, "\n%7.1f ns/byte %7d ns/line  %s %s", s.perByte(), int(s.perTurn)/s.lines, s.bank, s.pattern)
	}
	b.Log(table.String())
	b.ReportMetric(float64(len(speeds)), "patterns")
	b.ReportMetric(speeds[len(speeds)/2].perByte(), "median-ns/byte")
	b.ReportMetric(speeds[0].perByte(), "worst-ns/byte")
}

func measure(key [2]string, m *pattern.Matcher, texts [][]byte) librarySpeed {
	const turns, rounds = 5, 20
	s := librarySpeed{bank: key[0], pattern: key[1], lines: len(texts), perTurn: 1 << 62}
	for _, text := range texts {
		s.bytes += len(text)
	}
	for range turns {
		start := time.Now()
		for range rounds {
			for _, text := range texts {
				m.Match(text)
			}
		}
		s.perTurn = min(s.perTurn, time.Since(start)/rounds)
	}
	return s
}
