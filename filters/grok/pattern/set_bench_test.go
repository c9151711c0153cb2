package pattern_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/naru-log/naru/filters/grok/pattern"
	"github.com/naru-log/naru/filters/grok/pattern/bank"
)

// accessAlternatives are n patterns for kinds of access log that begin alike
// and differ further on, the most specific first.
func accessAlternatives(n int) []string {
	head := "^%{HTTPD_COMBINEDLOG}"
	var list []string
	for i := range n - 1 {
		list = append(list, head+strings.Repeat(" %{INT}", n-1-i)+"$")
	}
	return append(list, head+"$")
}

// BenchmarkSet matches a stream of lines, one for each alternative in turn,
// with the alternatives one after the other. "best" is the time if each line
// were tried with its own pattern alone: what sharing could gain at most.
func BenchmarkSet(b *testing.B) {
	for _, n := range []int{2, 5, 20} {
		exprs := accessAlternatives(n)
		set, err := pattern.CompileSet(exprs, pattern.Options{Definitions: pattern.Map(bank.ECS())})
		if err != nil {
			b.Fatal(err)
		}
		var lines [][]byte
		for i := range n {
			lines = append(lines, []byte(combined+strings.Repeat(" 44134", n-1-i)))
		}
		m := set.NewMatcher()
		b.Run(fmt.Sprintf("%d/tried", n), func(b *testing.B) {
			for b.Loop() {
				for i, line := range lines {
					if got, _ := m.Match(line, 0); got != i {
						b.Fatalf("pattern %d matches, want %d", got, i)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/line")
		})
		b.Run(fmt.Sprintf("%d/best", n), func(b *testing.B) {
			for b.Loop() {
				for i, line := range lines {
					m.Matcher(i).Match(line)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/line")
		})
	}
}
