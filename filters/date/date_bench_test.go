package date

import "testing"

func benchmark(b *testing.B, format string, texts ...string) {
	r := newReader(b, nil, format)
	lines := make([][]byte, len(texts))
	for i, text := range texts {
		lines[i] = []byte(text)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		r.ev.Reset(r.batch, lines[i], 0)
		r.p.Process(r.ev)
		if i++; i == len(lines) {
			i = 0
		}
	}
}

func BenchmarkApacheSameSecond(b *testing.B) {
	benchmark(b, "dd/MMM/yyyy:HH:mm:ss Z", "26/Apr/2018:01:28:08 +0900")
}

func BenchmarkApacheNewSecond(b *testing.B) {
	benchmark(b, "dd/MMM/yyyy:HH:mm:ss Z", "26/Apr/2018:01:28:08 +0900", "26/Apr/2018:01:28:09 +0900")
}

func BenchmarkFractionSameSecond(b *testing.B) {
	benchmark(b, "yyyy-MM-dd HH:mm:ss.SSS", "2018-04-26 01:28:08.123", "2018-04-26 01:28:08.124")
}

func BenchmarkISO8601NewSecond(b *testing.B) {
	benchmark(b, "ISO8601", "2018-04-26T01:28:08.123+09:00", "2018-04-26T01:28:09.123+09:00")
}

func BenchmarkMismatch(b *testing.B) {
	benchmark(b, "dd/MMM/yyyy:HH:mm:ss Z", "not a time at all")
}
