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
func (r *reader) read(t *tree, forms *[objects]form) *record {
	return &record{geo: r.place(t, forms[geo]), as: r.network(t, forms[as]), anonymous: r.anonymity(t, forms[anonymous])}
}

func (r *reader) place(t *tree, f form) *section {
	b := builder{wanted: r.wanted[geo], form: f}
	code := first(t.text("country", "iso_code"), t.text("country_code"), code2(t.text("country")))
	c := r.countries.byCode(code)
	b.text("city_name", first(t.name(t.at("city")), t.text("city")))
	b.text("continent_code", first(t.text("continent", "code"), t.text("continent_code"), c.continentCode))
	b.text("continent_name", first(t.name(t.at("continent")), t.text("continent_name"), c.continentName))
	b.text("country_iso_code", code)
	b.text("country_name", first(t.name(t.at("country")), t.text("country_name"), c.name))
	b.text("postal_code", first(t.text("postal", "code"), t.text("postcode"), t.text("postal_code")))
	region := t.at("subdivisions")
	if iso := t.below(region, "iso_code").text; iso != "" && code != "" {
		b.text("region_iso_code", code+"-"+iso)
	}
	b.text("region_name", first(t.name(region), t.text("state1"), t.text("region")))
	b.text("timezone", first(t.text("location", "time_zone"), t.text("timezone")))
	position(&b, t)
	return b.section()
}

func position(b *builder, t *tree) {
	lat, okLat := t.at("location", "latitude").value()
	lon, okLon := t.at("location", "longitude").value()
	if !okLat || !okLon {
		lat, okLat = t.at("latitude").value()
		lon, okLon = t.at("longitude").value()
	}
	if okLat && okLon && onEarth(lat, lon) {
		b.add("location", event.PointValue(lat, lon))
	}
}

func (r *reader) network(t *tree, f form) *section {
	b := builder{wanted: r.wanted[as], form: f}
	n, known := t.at("autonomous_system_number").value()
	if !known {
		n, known = t.at("traits", "autonomous_system_number").value()
	}
	if !known {
		n, known = asNumber(t.text("asn"))
	}
	if known {
		b.add("number", event.IntValue(int64(n)))
	}
	b.text("organization.name", first(t.text("autonomous_system_organization"), t.text("traits", "autonomous_system_organization"), t.text("as_name"), t.text("organization")))
	b.text("isp.name", first(t.text("isp"), t.text("traits", "isp")))
	b.text("domain", first(t.text("as_domain"), t.text("traits", "domain")))
	return b.section()
}

// asNumber reads AS15169.
func asNumber(s string) (float64, bool) {
	n, err := strconv.ParseUint(strings.TrimPrefix(s, "AS"), 10, 32)
	return float64(n), err == nil
}

// anonymity gives what is so, and leaves out what is not.
func (r *reader) anonymity(t *tree, f form) *section {
	b := builder{wanted: r.wanted[anonymous], form: f}
	for _, k := range [...]struct{ key, name string }{
		{"is_anonymous", "any"}, {"is_anonymous_vpn", "vpn"}, {"is_hosting_provider", "hosting"},
		{"is_public_proxy", "public_proxy"}, {"is_residential_proxy", "residential_proxy"}, {"is_tor_exit_node", "tor_exit"},
	} {
		if t.at(k.key).yes() || t.at("traits", k.key).yes() {
			b.add(k.name, event.BoolValue(true))
		}
	}
	return b.section()
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
