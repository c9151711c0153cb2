//go:build servers

package uap

import (
	"runtime"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/cputime"
)

// BenchmarkCoreCorpus parses user agents that are not in any cache, over uap-core's test files. worst-us is the
// slowest of them, each timed at its best of five.
func BenchmarkCoreCorpus(b *testing.B) {
	dir := coreDir(b)
	p, all := coreParser(b, dir), corpus(b, dir)
	uas := make([][]byte, len(all))
	var r Result
	for i, ua := range all {
		uas[i] = []byte(ua)
		p.Parse(uas[i], &r)
	}
	worst, which := time.Duration(0), ""
	for _, ua := range uas {
		best := time.Hour
		for range 5 {
			start := time.Now()
			p.Parse(ua, &r)
			best = min(best, time.Since(start))
		}
		if best > worst {
			worst, which = best, string(ua)
		}
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
	b.ReportMetric(float64(worst.Nanoseconds())/1000, "worst-us")
	b.Logf("slowest: %s", which)
}

// BenchmarkCoreLoad loads uap-core's rules; held-MB is what stays in memory once every rule that its test files reach
// has been tried.
func BenchmarkCoreLoad(b *testing.B) {
	dir := coreDir(b)
	file, all := readFile(b, dir, "regexes.yaml"), corpus(b, dir)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.GC() // the second empties what sync.Pool kept over the first
	runtime.ReadMemStats(&before)
	p, err := Load(file)
	if err != nil {
		b.Fatal(err)
	}
	var r Result
	for _, ua := range all {
		p.Parse([]byte(ua), &r)
	}
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&after)
	for b.Loop() {
		if _, err := Load(file); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "held-MB")
	runtime.KeepAlive(p)
	runtime.KeepAlive(all)
	runtime.KeepAlive(file)
}
