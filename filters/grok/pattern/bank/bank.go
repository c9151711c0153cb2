// Package bank is the library of grok patterns under its two sets of names:
// the Elastic Common Schema (ECS v1) and the legacy names of Logstash. The
// definitions are in Oniguruma syntax, for the engine in the package above.
//
// Definitions that github.com/elastic/go-grok has faithfully are taken from
// there, the others are the text files in definitions. Every one is compared
// with the reference engine's, see the difftest package; where the reference
// is broken, ours is mended: docs/grok-patterns.md lists those.
package bank

import (
	"embed"

	"github.com/elastic/go-grok/patterns"
)

//go:embed definitions/*.grok
var files embed.FS

// ECS returns the patterns whose captures have ECS field names, by name.
// The map is the caller's: each call builds it anew, in well under 2 ms.
func ECS() map[string]string { return load(ecs) }

// Legacy returns the patterns whose captures have Logstash's older field
// names, by name. The map is the caller's: each call builds it anew, in well
// under 2 ms.
func Legacy() map[string]string { return load(legacy) }

func load(s set) map[string]string {
	p := parser{set: s, bank: make(map[string]string, 400)}
	for _, f := range sources() {
		// Reading from an embed.FS fails only for a name that is not there,
		// which the tests of both banks would show.
		text, _ := files.ReadFile("definitions/" + f.name + ".grok")
		p.file(string(text), f.shared)
	}
	return p.bank
}

// source is one file of definitions, and the map of the dependency that
// defines the names the file lists without a definition.
type source struct {
	name   string
	shared map[string]string
}

func sources() []source {
	return []source{
		{"base", patterns.Default},
		{"aws", patterns.AWS},
		{"bacula", nil},
		{"bind", patterns.Bind9},
		{"cisco", patterns.Firewalls},
		{"exim", patterns.Exim},
		{"haproxy", patterns.HAProxy},
		{"httpd", patterns.Httpd},
		{"java", patterns.Java},
		{"junos", patterns.Junos},
		{"maven", patterns.Maven},
		{"mcollective", patterns.MCollective},
		{"mongodb", patterns.MongoDB},
		{"nagios", nil},
		{"netfilter", patterns.Firewalls},
		{"netscreen", nil},
		{"postgresql", patterns.PostgreSQL},
		{"rails", patterns.Rails},
		{"redis", patterns.Redis},
		{"ruby", patterns.Ruby},
		{"squid", patterns.Squid},
		{"syslog", patterns.Syslog},
		{"zeek", patterns.Bro},
	}
}
