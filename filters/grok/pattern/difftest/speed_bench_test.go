//go:build servers

package difftest

import (
	"bytes"
	"math"
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
// core, over the same generated Apache lines: ns/op is naru's average time a
// line, ref-ns/op the reference's best, and ratio how many times faster naru's
// best is.
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
	reference, ratio := compareSpeed(b, o, expression, lines, m, texts)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		m.Match(texts[i])
		if i++; i == len(texts) {
			i = 0
		}
	}
	b.ReportMetric(float64(reference.Nanoseconds()), "ref-ns/op")
	b.ReportMetric(ratio, "ratio")
}

// compareSpeed times both engines in turns and takes the best turn of each,
// so that other work on the machine weighs on neither alone.
func compareSpeed(b *testing.B, o *grokoracle.Oracle, expression string, lines []string, m *pattern.Matcher, texts [][]byte) (reference time.Duration, ratio float64) {
	p, err := o.Compile(expression, grokoracle.Options{Bank: grokoracle.ECS, Limit: 10 * time.Second})
	if err != nil {
		b.Fatal(err)
	}
	reference, naru := time.Duration(math.MaxInt64), math.Inf(1)
	for range 3 {
		d, err := p.Time(time.Second, lines...)
		if err != nil {
			b.Fatal(err)
		}
		reference = min(reference, d)
		for range 5 {
			naru = min(naru, pass(m, texts, 200*time.Millisecond))
		}
	}
	return reference, float64(reference.Nanoseconds()) / naru
}

// pass returns nanoseconds a line.
func pass(m *pattern.Matcher, texts [][]byte, d time.Duration) float64 {
	start, n := time.Now(), 0
	for time.Since(start) < d {
		for _, text := range texts {
			m.Match(text)
		}
		n += len(texts)
	}
	return float64(time.Since(start).Nanoseconds()) / float64(n)
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
