package geoip

import (
	"strconv"
	"strings"

	"github.com/naru-log/naru/event"
)

// reader turns the records of databases into sections. It never changes.
type reader struct {
	language  string
	countries *countries
	wanted    [objects][]string
}

// record is what a database knows of a network.
type record [objects]*section

// read understands the shapes of MaxMind and DB-IP, which nest (country.iso_code,
// names by language), and flat ones (country_code, city).
func (r *reader) read(m map[string]any, forms *[objects]form) *record {
	return &record{geo: r.place(m, forms[geo]), as: r.network(m, forms[as]), anonymous: r.anonymity(m, forms[anonymous])}
}

func (r *reader) place(m map[string]any, f form) *section {
	b := builder{wanted: r.wanted[geo], form: f}
	code := first(text(m, "country", "iso_code"), text(m, "country_code"), code2(text(m, "country")))
	c := r.countries.byCode(code)
	b.text("city_name", first(r.name(m, "city"), text(m, "city")))
	b.text("continent_code", first(text(m, "continent", "code"), text(m, "continent_code"), c.continentCode))
	b.text("continent_name", first(r.name(m, "continent"), text(m, "continent_name"), c.continentName))
	b.text("country_iso_code", code)
	b.text("country_name", first(r.name(m, "country"), text(m, "country_name"), c.name))
	b.text("postal_code", first(text(m, "postal", "code"), text(m, "postcode"), text(m, "postal_code")))
	region, _ := firstOf(m["subdivisions"]).(map[string]any)
	if iso := text(region, "iso_code"); iso != "" && code != "" {
		b.text("region_iso_code", code+"-"+iso)
	}
	b.text("region_name", first(r.names(region), text(m, "state1"), text(m, "region")))
	b.text("timezone", first(text(m, "location", "time_zone"), text(m, "timezone")))
	position(&b, m)
	return b.section()
}

func position(b *builder, m map[string]any) {
	lat, okLat := number(m, "location", "latitude")
	lon, okLon := number(m, "location", "longitude")
	if !okLat || !okLon {
		lat, okLat = number(m, "latitude")
		lon, okLon = number(m, "longitude")
	}
	if okLat && okLon && onEarth(lat, lon) {
		b.add("location", event.PointValue(lat, lon))
	}
}

func (r *reader) network(m map[string]any, f form) *section {
	b := builder{wanted: r.wanted[as], form: f}
	n, known := number(m, "autonomous_system_number")
	if !known {
		n, known = number(m, "traits", "autonomous_system_number")
	}
	if !known {
		n, known = asNumber(text(m, "asn"))
	}
	if known {
		b.add("number", event.IntValue(int64(n)))
	}
	b.text("organization.name", first(text(m, "autonomous_system_organization"), text(m, "traits", "autonomous_system_organization"), text(m, "as_name"), text(m, "organization")))
	b.text("isp.name", first(text(m, "isp"), text(m, "traits", "isp")))
	b.text("domain", first(text(m, "as_domain"), text(m, "traits", "domain")))
	return b.section()
}

// asNumber reads AS15169.
func asNumber(s string) (float64, bool) {
	n, err := strconv.ParseUint(strings.TrimPrefix(s, "AS"), 10, 32)
	return float64(n), err == nil
}

// anonymity gives what is so, and leaves out what is not.
func (r *reader) anonymity(m map[string]any, f form) *section {
	b := builder{wanted: r.wanted[anonymous], form: f}
	for _, k := range [...]struct{ key, name string }{
		{"is_anonymous", "any"}, {"is_anonymous_vpn", "vpn"}, {"is_hosting_provider", "hosting"},
		{"is_public_proxy", "public_proxy"}, {"is_residential_proxy", "residential_proxy"}, {"is_tor_exit_node", "tor_exit"},
	} {
		for _, v := range []any{m[k.key], at(m, "traits", k.key)} {
			if yes, _ := v.(bool); yes {
				b.add(k.name, event.BoolValue(true))
				break
			}
		}
	}
	return b.section()
}

// name is that of an object in the language asked for, or else in English.
func (r *reader) name(m map[string]any, object string) string {
	inner, _ := m[object].(map[string]any)
	return r.names(inner)
}

func (r *reader) names(object map[string]any) string {
	return first(text(object, "names", r.language), text(object, "names", "en"))
}

// at follows keys through nested maps; nil when there is nothing.
func at(m map[string]any, keys ...string) any {
	for _, k := range keys[:len(keys)-1] {
		m, _ = m[k].(map[string]any)
	}
	return m[keys[len(keys)-1]]
}

func text(m map[string]any, keys ...string) string {
	s, _ := at(m, keys...).(string)
	return s
}

// number takes the numbers of the format, and numbers written as text.
func number(m map[string]any, keys ...string) (float64, bool) {
	switch v := at(m, keys...).(type) {
	case float64:
		return v, true
	case float32:
		return float64(v), true
	case uint64:
		return float64(v), true
	case int:
		return float64(v), true
	case string:
		f, err := strconv.ParseFloat(v, 64)
		return f, err == nil
	}
	return 0, false
}

// code2 keeps what looks like a country code: some flat databases have the code
// under country, others the name.
func code2(s string) string {
	if len(s) != 2 {
		return ""
	}
	return s
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func firstOf(list any) any {
	if l, ok := list.([]any); ok && len(l) > 0 {
		return l[0]
	}
	return nil
}
