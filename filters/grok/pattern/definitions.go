package pattern

// Definitions resolves the name of a pattern ("IP") to its text.
type Definitions interface {
	Lookup(name string) (text string, ok bool)
}

// Map holds definitions by name.
type Map map[string]string

// Lookup implements Definitions.
func (m Map) Lookup(name string) (string, bool) {
	text, ok := m[name]
	return text, ok
}

// Layers are definitions on top of each other: the first that knows a name
// counts.
type Layers []Definitions

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
