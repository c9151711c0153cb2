package geoip

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
	"go4.org/netipx"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

type (
	object = mmdbtype.Map
	str    = mmdbtype.String
)

// city is a record of GeoLite2's shape.
func city(name string) object {
	return object{
		"continent":    object{"code": str("AS"), "names": object{"en": str("Asia"), "de": str("Asien")}},
		"country":      object{"iso_code": str("KR"), "names": object{"en": str("South Korea"), "de": str("Südkorea")}},
		"city":         object{"names": object{"en": str(name)}},
		"subdivisions": mmdbtype.Slice{object{"iso_code": str("11"), "names": object{"en": str("Seoul")}}},
		"location":     object{"latitude": mmdbtype.Float64(37.5), "longitude": mmdbtype.Float64(127), "time_zone": str("Asia/Seoul")},
		"postal":       object{"code": str("04524")},
	}
}

// write makes a database of networks and their records.
func write(t testing.TB, path, kind string, networks map[string]object) {
	t.Helper()
	w, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: kind, IncludeReservedNetworks: true, DisableIPv4Aliasing: true})
	if err != nil {
		t.Fatal(err)
	}
	for network, rec := range networks {
		if err := w.Insert(netipx.PrefixIPNet(netip.MustParsePrefix(network)), rec); err != nil {
			t.Fatal(err)
		}
	}
	out, err := os.Create(path + ".new")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.WriteTo(out); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

func temporary(t testing.TB, kind string, networks map[string]object) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), kind+".mmdb")
	write(t, path, kind, networks)
	return path
}

func with(change func(*Config)) Config {
	c := Defaults()
	change(&c)
	return c
}

// look gives the source object of an event from an address, without the address.
func look(t testing.TB, c Config, addr string, named ...string) string {
	t.Helper()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	var ip event.Slot
	doc, _ := eventtest.Run(t, "", func(s *event.Schema) {
		ip, _ = s.Slot("source.ip", event.IP)
		for _, path := range named {
			if _, err := s.Read(path); err != nil {
				t.Fatal(err)
			}
		}
	}, func(s *event.Schema) (event.Filter, error) { return New(c, s, nil, nil) },
		func(ev *event.Event) { ev.SetIP(ip, []byte(addr)) })
	source := doc["source"].(map[string]any)
	delete(source, "ip")
	if tags := doc["tags"]; tags != nil {
		source["tags"] = tags
	}
	b, err := json.Marshal(source)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestTables(t *testing.T) {
	korea := `{"geo":{"continent_code":"AS","continent_name":"Asia","country_iso_code":"KR","country_name":"South Korea"}}`
	for _, tt := range []struct{ addr, want string }{
		{"223.130.195.200", korea},
		{"::ffff:223.130.195.200", korea},
		{"8.8.8.8", `{"geo":{"continent_code":"NA","continent_name":"North America","country_iso_code":"US","country_name":"United States"}}`},
		{"2001:4860:4860::8888", `{"geo":{"continent_code":"NA","continent_name":"North America","country_iso_code":"US","country_name":"United States"}}`},
		{"10.0.0.1", `{}`}, {"127.0.0.1", `{}`}, {"192.0.2.1", `{}`}, {"::1", `{}`}, {"fd00::1", `{}`}, {"no address", `{}`},
	} {
		if got := look(t, Defaults(), tt.addr); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.addr, got, tt.want)
		}
	}
	c := with(func(c *Config) { c.Language, c.Fields = "ko", []string{"country_name", "continent_name"} })
	if got, want := look(t, c, "223.130.195.200"), `{"geo":{"continent_name":"아시아","country_name":"대한민국"}}`; got != want {
		t.Errorf("in Korean: %s", got)
	}
}

func TestCountriesHaveAContinent(t *testing.T) {
	c := newCountries("en")
	for code, want := range map[string]string{"KR": "AS", "US": "NA", "MX": "NA", "BR": "SA", "DE": "EU", "RU": "EU", "AU": "OC", "ZA": "AF", "AQ": "AN", "HK": "AS", "XK": "EU"} {
		if got := c.byCode(code); got.continentCode != want || got.name == "" || got.continentName == "" {
			t.Errorf("%s: %+v", code, got)
		}
	}
	if n := len(c.known); n < 245 || n > 275 {
		t.Errorf("%d countries", n)
	}
	if got := c.byCode("ZZ"); got != (country{}) {
		t.Errorf("ZZ: %+v", got)
	}
}

func TestNestedShape(t *testing.T) {
	path := temporary(t, "GeoLite2-City", map[string]object{"1.2.3.0/24": city("Jongno-gu"), "2a02:cf40::/32": city("Six"), "10.0.0.0/8": city("Office")})
	all := `{"geo":{"city_name":"Jongno-gu","continent_code":"AS","continent_name":"Asia","country_iso_code":"KR","country_name":"South Korea","location":{"lat":37.5,"lon":127},"region_iso_code":"KR-11","region_name":"Seoul"}}`
	c := with(func(c *Config) { c.Database = path })
	for _, named := range [][]string{nil, {"source.geo.city_name"}, {"source.geo.location", "source.geo.country_iso_code"}} {
		if got := look(t, c, "1.2.3.4", named...); got != all {
			t.Errorf("named %v\n got %s\nwant %s", named, got, all)
		}
	}
	if got := look(t, c, "2a02:cf40::1"); !strings.Contains(got, `"Six"`) {
		t.Errorf("IPv6: %s", got)
	}
	if got := look(t, c, "10.1.1.1"); got != `{}` {
		t.Errorf("private: %s", got)
	}
	if got := look(t, with(func(c *Config) { c.Database, c.Private = path, true }), "10.1.1.1"); !strings.Contains(got, `"Office"`) {
		t.Errorf("private on request: %s", got)
	}
	if got := look(t, with(func(c *Config) { c.Database, c.TagOnFailure = path, []string{"unknown"} }), "9.9.9.9"); got != `{"tags":["unknown"]}` {
		t.Errorf("unknown: %s", got)
	}
	c = with(func(c *Config) {
		c.Database, c.Language, c.Fields = path, "de", []string{"timezone", "country_name", "postal_code", "city_name"}
	})
	if got, want := look(t, c, "1.2.3.4"), `{"geo":{"city_name":"Jongno-gu","country_name":"Südkorea","postal_code":"04524","timezone":"Asia/Seoul"}}`; got != want {
		t.Errorf("in German\n got %s\nwant %s", got, want)
	}
}

func TestOtherShapes(t *testing.T) {
	for _, tt := range []struct {
		kind string
		rec  object
		want string
	}{
		{"flat country", object{"country_code": str("KR")}, `{"geo":{"continent_code":"AS","continent_name":"Asia","country_iso_code":"KR","country_name":"South Korea"}}`},
		{"flat city", object{"country_code": str("KR"), "city": str("Seoul"), "state1": str("Seoul"), "latitude": mmdbtype.Float32(37.422), "longitude": str("127")}, `{"geo":{"city_name":"Seoul","continent_code":"AS","continent_name":"Asia","country_iso_code":"KR","country_name":"South Korea","location":{"lat":37.422,"lon":127},"region_name":"Seoul"}}`},
		{"bad position", object{"city": str("X"), "latitude": mmdbtype.Float64(91), "longitude": mmdbtype.Float64(0)}, `{"geo":{"city_name":"X"}}`},
		{"ASN", object{"autonomous_system_number": mmdbtype.Uint32(4766), "autonomous_system_organization": str("Korea Telecom")}, `{"as":{"number":4766,"organization":{"name":"Korea Telecom"}}}`},
		{"ISP", object{"autonomous_system_number": mmdbtype.Uint32(4766), "isp": str("KT"), "organization": str("Somebody")}, `{"as":{"isp":{"name":"KT"},"number":4766,"organization":{"name":"Somebody"}}}`},
		{"ipinfo", object{"asn": str("AS4766"), "as_name": str("KT"), "as_domain": str("kt.com"), "country": str("KR")}, `{"as":{"domain":"kt.com","number":4766,"organization":{"name":"KT"}},"geo":{"continent_code":"AS","continent_name":"Asia","country_iso_code":"KR","country_name":"South Korea"}}`},
		{"anonymous", object{"is_anonymous": mmdbtype.Bool(true), "is_tor_exit_node": mmdbtype.Bool(true), "is_anonymous_vpn": mmdbtype.Bool(false)}, `{"anonymous":{"any":true,"tor_exit":true}}`},
	} {
		path := temporary(t, tt.kind, map[string]object{"1.2.3.0/24": tt.rec})
		for _, named := range [][]string{nil, {"source.geo.city_name", "source.as.organization.name", "source.anonymous.any"}, {"source.as.number"}} {
			if got := look(t, with(func(c *Config) { c.Database = path }), "1.2.3.4", named...); got != tt.want {
				t.Errorf("%s\n got %s\nwant %s", tt.kind, got, tt.want)
			}
		}
	}
}

func TestSeveralDatabases(t *testing.T) {
	asn := temporary(t, "ASN", map[string]object{"1.2.0.0/16": {"autonomous_system_number": mmdbtype.Uint32(4766)}})
	first := temporary(t, "City", map[string]object{"1.2.3.0/24": city("First")})
	second := temporary(t, "City2", map[string]object{"1.2.0.0/16": city("Second")})
	c := with(func(c *Config) { c.Databases, c.Fields = []string{first, asn, second}, []string{"city_name"} })
	for addr, want := range map[string]string{
		"1.2.3.4": `{"as":{"number":4766},"geo":{"city_name":"First"}}`,
		"1.2.4.4": `{"as":{"number":4766},"geo":{"city_name":"Second"}}`,
	} {
		if got := look(t, c, addr); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
}

func TestAddressBesideIP(t *testing.T) {
	var slot event.Slot
	doc, _ := eventtest.Run(t, "", func(s *event.Schema) { slot, _ = s.Slot("source.address", event.String) },
		func(s *event.Schema) (event.Filter, error) { return New(Defaults(), s, nil, nil) },
		func(ev *event.Event) { ev.SetString(slot, "8.8.8.8") })
	if _, ok := doc["source"].(map[string]any)["geo"]; !ok {
		t.Errorf("document %v", doc)
	}
}

func TestBadDatabases(t *testing.T) {
	dir := t.TempDir()
	good := temporary(t, "GeoLite2-City", map[string]object{"1.2.3.0/24": city("x")})
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	file := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, tt := range []struct{ path, want string }{
		{filepath.Join(dir, "none.mmdb"), "database: open GeoIP database: stat " + filepath.Join(dir, "none.mmdb") + ": no such file or directory: install it"},
		{file("empty.mmdb", nil), "truncated or no mmdb file"},
		{file("cut.mmdb", whole[:len(whole)/2]), "truncated or no mmdb file"},
		{file("text.mmdb", []byte("hello")), "truncated or no mmdb file"},
		{temporary(t, "GeoIP2-Connection-Type", map[string]object{"1.2.3.0/24": {"connection_type": str("Cellular")}}), `is of type "GeoIP2-Connection-Type", which has no country`},
	} {
		_, err := New(with(func(c *Config) { c.Database = tt.path }), event.NewSchema(), nil, nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: err = %v, want %q", filepath.Base(tt.path), err, tt.want)
		}
	}
	_, err = New(with(func(c *Config) { c.Databases = []string{good, file("cut.mmdb", whole[:100])} }), event.NewSchema(), nil, nil)
	if err == nil || !strings.HasPrefix(err.Error(), "databases[1]: ") {
		t.Errorf("second database: %v", err)
	}
}

func TestValidate(t *testing.T) {
	for _, tt := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Fields = []string{"city_name", "town"} }, `fields[1]: unknown field "town"`},
		{func(c *Config) { c.Database, c.Databases = "a", []string{"b"} }, "database: name the databases"},
		{func(c *Config) { c.Databases = []string{""} }, "databases[0]"},
		{func(c *Config) { c.Language = "de" }, `language: the tables inside naru know "en" and "ko", not "de"`},
		{func(c *Config) { c.Language, c.Database = "de", "x" }, ""},
		{func(c *Config) { c.ReloadInterval = time.Millisecond }, "reload_interval"},
	} {
		c := with(tt.change)
		err := c.Validate()
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("err = %v, want %q", err, tt.want)
		}
	}
}
