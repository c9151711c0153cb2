package geoip

import (
	"fmt"
	"testing"

	"github.com/naru-log/naru/internal/cputime"
)

func benchmark(b *testing.B, c Config, distinct int) {
	a := newAsker(b, c, nil, nil)
	addrs := make([][]byte, distinct)
	for i := range addrs {
		addrs[i] = fmt.Appendf(nil, "1.%d.%d.%d", 2+i>>16, i>>8&255, i&255)
	}
	b.ReportAllocs()
	defer cputime.Report(b)()
	i := 0
	for b.Loop() {
		a.ev.Reset(nil, nil, 0)
		a.ev.SetIP(a.ip, addrs[i])
		a.p.Process(a.ev)
		if i++; i == len(addrs) {
			i = 0
		}
	}
}

func benchConfig(b *testing.B) Config {
	networks := map[string]object{}
	for i := range 256 {
		networks[fmt.Sprintf("1.2.%d.0/24", i)] = city(fmt.Sprint("City ", i))
	}
	path := temporary(b, "City", networks)
	return with(func(c *Config) { c.Database = path })
}

func BenchmarkDatabaseSameAddresses(b *testing.B)  { benchmark(b, benchConfig(b), 100) }
func BenchmarkDatabaseOtherAddresses(b *testing.B) { benchmark(b, benchConfig(b), 65536) }
func BenchmarkTablesSameAddresses(b *testing.B)    { benchmark(b, Defaults(), 100) }
func BenchmarkTablesOtherAddresses(b *testing.B)   { benchmark(b, Defaults(), 65536) }
