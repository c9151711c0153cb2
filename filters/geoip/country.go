package geoip

import (
	"net/netip"
	"sync"

	"github.com/phuslu/iploc"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// country is what is known of a country code. Names are those of Unicode's
// CLDR.
type country struct {
	name, continentCode, continentName string
}

// countries knows all codes, in one language.
type countries struct {
	once     sync.Once
	language string
	known    map[string]country

	prepared sync.Once
	sections map[string]*section
}

func newCountries(language string) *countries { return &countries{language: language} }

// continents by their code, as regions of UN M.49.
var continents = [...]struct{ code, region string }{
	{"AN", "AQ"}, {"AF", "002"}, {"AS", "142"}, {"EU", "150"}, {"NA", "003"}, {"OC", "009"}, {"SA", "005"},
}

// short are names in common use where CLDR's English ones say more.
var short = map[string]string{"HK": "Hong Kong", "MO": "Macao", "MM": "Myanmar", "PS": "Palestine"}

// byCode is empty for a code that is none.
func (c *countries) byCode(code string) country {
	c.once.Do(c.load)
	return c.known[code]
}

func (c *countries) load() {
	namer := display.English.Regions()
	if c.language == "ko" {
		namer = display.Korean.Regions()
	}
	c.known = make(map[string]country, 256)
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			region, err := language.ParseRegion(code)
			if err != nil || !region.IsCountry() || region.Canonicalize() != region {
				continue
			}
			k := country{name: namer.Name(region)}
			if s := short[code]; s != "" && c.language != "ko" {
				k.name = s
			}
			for _, m := range continents {
				if around := language.MustParseRegion(m.region); around.Contains(region) {
					k.continentCode, k.continentName = m.code, namer.Name(around)
					break
				}
			}
			c.known[code] = k
		}
	}
}

// prepare makes the section of every country, for lookups without a database. It
// is done once: the form is always the same one.
func (c *countries) prepare(r *reader, f form) {
	c.prepared.Do(func() {
		c.once.Do(c.load)
		c.sections = make(map[string]*section, len(c.known))
		for code := range c.known {
			c.sections[code] = r.place(countryTree(code), f)
		}
	})
}

// find looks an address up in the tables of iploc.
func (c *countries) find(addr netip.Addr) *section {
	return c.sections[iploc.IPCountry(addr)]
}
