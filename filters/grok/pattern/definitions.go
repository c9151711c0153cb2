package pattern

import (
	"maps"
	"slices"
)

// Definitions resolves the name of a pattern ("IP") to its text.
type Definitions interface {
	Lookup(name string) (text string, ok bool)
}

// lister is implemented by Definitions that know all their names, which lets
// an error suggest one.
type lister interface {
	names() []string
}

func namesOf(d Definitions) []string {
	if l, ok := d.(lister); ok {
		return l.names()
	}
	return nil
}

// Map holds definitions by name.
type Map map[string]string

// Lookup implements Definitions.
func (m Map) Lookup(name string) (string, bool) {
	text, ok := m[name]
	return text, ok
}

func (m Map) names() []string { return slices.Collect(maps.Keys(m)) }

// Layers are definitions on top of each other: the first that knows a name
// counts.
type Layers []Definitions

func (l Layers) names() []string {
	var all []string
	for _, d := range l {
		all = append(all, namesOf(d)...)
	}
	return all
}

// Lookup implements Definitions.
func (l Layers) Lookup(name string) (string, bool) {
	for _, d := range l {
		if d == nil {
			continue
		}
		if text, ok := d.Lookup(name); ok {
			return text, true
		}
	}
	return "", false
}
