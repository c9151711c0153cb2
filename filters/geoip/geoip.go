// Package geoip says where in the world an address is, and whose network it
// belongs to.
//
//	filter "geoip" {
//	  databases = ["/usr/share/GeoIP/GeoLite2-City.mmdb", "/usr/share/GeoIP/GeoLite2-ASN.mmdb"]
//	  language  = "en"
//	}
//
// Without a database the country comes from tables inside the binary, made of
// IP2Location LITE data. A database is any file in MaxMind's DB format: GeoLite2,
// GeoIP2 or DB-IP, or one with flat keys such as country_code. It is looked at
// every few seconds and read anew when it was replaced. Of several databases the
// first that knows something of an object gives all of it.
package geoip

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/tagset"
)

// Config is the block filter "geoip".
type Config struct {
	Field           string        `hcl:"field,optional" doc:"field that holds the address; of one named ip the address beside it counts when it is absent"`
	Database        string        `hcl:"database,optional" doc:"mmdb file; without one the country alone is known, from tables inside naru"`
	Databases       []string      `hcl:"databases,optional" doc:"several mmdb files, such as city and ASN"`
	Target          string        `hcl:"target,optional" doc:"object for the place"`
	ASTarget        string        `hcl:"as_target,optional" doc:"object for the network (autonomous system, provider); empty for none"`
	AnonymousTarget string        `hcl:"anonymous_target,optional" doc:"object for what an anonymous-IP database says (vpn, hosting, tor_exit, …); empty for none"`
	Fields          []string      `hcl:"fields,optional" doc:"fields of the place to give: city_name, continent_code, continent_name, country_iso_code, country_name, location, postal_code, region_iso_code, region_name, timezone"`
	Language        string        `hcl:"language,optional" doc:"language of names, as the database calls it; English where it has none. The tables inside naru know en and ko"`
	Private         bool          `hcl:"private,optional" doc:"look up private and reserved addresses too, for a database of your own that has them"`
	TagOnFailure    []string      `hcl:"tag_on_failure,optional" doc:"tags for events whose public address is in no database"`
	ReloadInterval  time.Duration `hcl:"reload_interval,optional" doc:"how often to look whether a database was replaced"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config {
	return Config{
		Field: "source.ip", Target: "source.geo", ASTarget: "source.as", AnonymousTarget: "source.anonymous",
		Fields:   []string{"city_name", "continent_code", "continent_name", "country_iso_code", "country_name", "location", "region_iso_code", "region_name"},
		Language: "en", ReloadInterval: 10 * time.Second,
	}
}

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	var errs []error
	if c.Database != "" && len(c.Databases) > 0 {
		errs = append(errs, attr.Errorf("database", "name the databases in database or in databases, not in both"))
	}
	for i, path := range c.Databases {
		if path == "" {
			errs = append(errs, attr.At("databases", i, errors.New("a database is the path of a file")))
		}
	}
	for i, name := range c.Fields {
		if !slices.Contains(geoLeaves, name) {
			errs = append(errs, attr.At("fields", i, fmt.Errorf("unknown field %q: use some of %s", name, strings.Join(geoLeaves, ", "))))
		}
	}
	if len(c.paths()) == 0 && c.Language != "en" && c.Language != "ko" {
		errs = append(errs, attr.Errorf("language", `the tables inside naru know "en" and "ko", not %q: name a database for others`, c.Language))
	}
	if c.ReloadInterval < time.Second {
		errs = append(errs, attr.Errorf("reload_interval", `is shorter than a second: write "10s" or so`))
	}
	return errors.Join(errs...)
}

func (c *Config) paths() []string {
	if c.Database != "" {
		return []string{c.Database}
	}
	return c.Databases
}

// The objects that an address has, and their fields.
const (
	geo = iota
	as
	anonymous
	objects
)

var (
	geoLeaves       = []string{"city_name", "continent_code", "continent_name", "country_iso_code", "country_name", "location", "postal_code", "region_iso_code", "region_name", "timezone"}
	asLeaves        = []string{"number", "organization.name", "isp.name", "domain"}
	anonymousLeaves = []string{"any", "vpn", "hosting", "public_proxy", "residential_proxy", "tor_exit"}
)

// Filter is the block with its databases open. It is shared by the workers.
type Filter struct {
	log             *slog.Logger
	source, address event.Slot // address is -1 for none
	fragments       [objects]event.Slot
	leaves          [objects][]leaf
	schema          *event.Schema
	private         bool
	failed          tagset.Set

	reader    reader // how records are read
	databases []*file
	open      atomic.Pointer[snapshot]
	interval  time.Duration
}

// leaf is a field of an object that was asked for.
type leaf struct {
	name string
	slot event.Slot
}

// New opens the databases and declares the fields of a valid configuration. Log
// hears of reloads, metrics of the databases' age; either may be nil.
func New(c Config, s *event.Schema, log *slog.Logger, metrics prometheus.Registerer) (*Filter, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	f := &Filter{log: log, schema: s, address: -1, private: c.Private, failed: tagset.Declare(s, c.TagOnFailure)}
	f.interval = c.ReloadInterval
	if err := f.declare(c, s); err != nil {
		return nil, err
	}
	f.reader = reader{language: c.Language, countries: newCountries(c.Language)}
	for o := range f.leaves {
		for _, l := range f.leaves[o] {
			f.reader.wanted[o] = append(f.reader.wanted[o], l.name)
		}
	}
	if err := f.openAll(c); err != nil {
		return nil, err
	}
	if metrics != nil {
		if err := metrics.Register(&ages{f}); err != nil {
			return nil, fmt.Errorf("register the databases' age: %w", err)
		}
	}
	return f, nil
}

func (f *Filter) declare(c Config, s *event.Schema) error {
	var err error
	if f.source, err = s.Read(c.Field); err != nil {
		return attr.Errorf("field", "%w", err)
	}
	if object, ok := strings.CutSuffix(s.Path(f.source), ".ip"); ok {
		if f.address, err = s.Read(object + ".address"); err != nil {
			return attr.Errorf("field", "%w", err)
		}
	}
	wanted := make([]string, 0, len(geoLeaves))
	for _, name := range geoLeaves { // in their own order, each once
		if slices.Contains(c.Fields, name) {
			wanted = append(wanted, name)
		}
	}
	for o, d := range [objects]struct {
		attr, path string
		names      []string
	}{{"target", c.Target, wanted}, {"as_target", c.ASTarget, asLeaves}, {"anonymous_target", c.AnonymousTarget, anonymousLeaves}} {
		if o != geo && len(c.paths()) == 0 {
			break // the tables know countries alone
		}
		if o != geo && d.path == "" {
			continue
		}
		if err := f.object(o, d.path, d.names, s); err != nil {
			return attr.Errorf(d.attr, "%w", err)
		}
	}
	return nil
}

// object declares one object as a fragment, and the slots that its fields need
// when others name them.
func (f *Filter) object(o int, path string, names []string, s *event.Schema) error {
	var err error
	if f.fragments[o], err = s.Members(path, names...); err != nil {
		return err
	}
	for _, name := range names {
		slot, err := s.Hidden(path+"."+name, leafKind(name))
		if err != nil {
			return err
		}
		f.leaves[o] = append(f.leaves[o], leaf{name, slot})
	}
	return nil
}

func leafKind(name string) event.Kind {
	switch name {
	case "location":
		return event.GeoPoint
	case "number":
		return event.Int
	}
	if slices.Contains(anonymousLeaves, name) {
		return event.Bool
	}
	return event.String
}

func (f *Filter) openAll(c Config) error {
	var errs []error
	for i, path := range c.paths() {
		d, err := openFile(path, &f.reader)
		if err != nil {
			if c.Database != "" {
				errs = append(errs, attr.Errorf("database", "%w", err))
			} else {
				errs = append(errs, attr.At("databases", i, err))
			}
			continue
		}
		f.databases = append(f.databases, d)
		d.report(f.log)
	}
	f.publish()
	return errors.Join(errs...)
}
