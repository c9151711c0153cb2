//go:build servers

package difftest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/filters/grok/pattern"
	"github.com/naru-log/naru/filters/grok/pattern/bank"
	"github.com/naru-log/naru/internal/grokoracle"
)

// BenchmarkAgainstReference measures both engines in one run, each on one
// core, over the same generated Apache lines: ns/op is naru's time a line,
// ref-ns/op the reference's, and ratio how many times faster naru is.
func BenchmarkAgainstReference(b *testing.B) {
	gen := arenaGenerator(b)
	combined, timed := arenaLines(b, gen, "combined"), arenaLines(b, gen, "combined_d")
	const withDuration = `%{HTTPD_COMMONLOG} (?:-|%{INT:event.duration:long}) "(?:-|%{DATA:http.request.referrer})" "(?:-|%{DATA:user_agent.original})"`
	o := startOracle(b)
	f := func(name, expression string, lines []string, want pattern.Result) {
		b.Run(name, func(b *testing.B) { benchmarkBoth(b, o, expression, lines, want) })
	}
	f("match", "%{HTTPD_COMBINEDLOG}", combined, pattern.Matched)
	f("match-anchored", "^%{HTTPD_COMBINEDLOG}$", combined, pattern.Matched)
	f("match-duration", withDuration, timed, pattern.Matched)
	f("mismatch", "%{HTTPD_COMBINEDLOG}", timed, pattern.NoMatch)
	f("mismatch-anchored", "^%{HTTPD_COMBINEDLOG}$", timed, pattern.NoMatch)
}

func benchmarkBoth(b *testing.B, o *grokoracle.Oracle, expression string, lines []string, want pattern.Result) {
	reference := timeReference(b, o, expression, lines)
	p, err := pattern.Compile(expression, pattern.Options{Definitions: pattern.Map(bank.ECS())})
	if err != nil {
		b.Fatal(err)
	}
	m := p.NewMatcher()
	texts := make([][]byte, len(lines))
	for i, line := range lines {
		texts[i] = []byte(line)
		if got := m.Match(texts[i]); got != want {
			b.Fatalf("%v on %q, want %v", got, line, want)
		}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		m.Match(texts[i])
		if i++; i == len(texts) {
			i = 0
		}
	}
	naru := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
	b.ReportMetric(reference, "ref-ns/op")
	b.ReportMetric(reference/naru, "ratio")
}

func timeReference(b *testing.B, o *grokoracle.Oracle, expression string, lines []string) float64 {
	p, err := o.Compile(expression, grokoracle.Options{Bank: grokoracle.ECS, Limit: 10 * time.Second})
	if err != nil {
		b.Fatal(err)
	}
	d, err := p.Time(2*time.Second, lines...)
	if err != nil {
		b.Fatal(err)
	}
	return float64(d.Nanoseconds())
}

// arenaGenerator builds the program that makes the arena's lines.
func arenaGenerator(b *testing.B) string {
	gen := filepath.Join(b.TempDir(), "gen")
	build := exec.Command("go", "build", "-C", sharedFolder(b, "bench"), "-o", gen, "./gen")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("build the arena's generator: %v\n%s", err, out)
	}
	return gen
}

// arenaLines has the generator make 2000 lines: combined, or with %D.
func arenaLines(b *testing.B, gen, format string) []string {
	path := filepath.Join(b.TempDir(), "access.log")
	if out, err := exec.Command(gen, "-n", "2000", "-format", format, "-o", path).CombinedOutput(); err != nil {
		b.Fatalf("run the arena's generator: %v\n%s", err, out)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	return strings.Split(string(bytes.TrimSpace(text)), "\n")
}
