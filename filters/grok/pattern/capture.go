package pattern

// Type is the type of a captured value.
type Type uint8

// The types that %{NAME:field:type} can ask for.
const (
	String Type = iota
	Int
	Long
	Float
	Double
	Boolean
)

var typeNames = [...]string{"string", "int", "long", "float", "double", "boolean"}

// String returns the name of the type as it is written in an expression.
func (t Type) String() string { return typeNames[t] }

// typeByName returns the type of a name; a name that is none means String.
func typeByName(name string) Type {
	for t, n := range typeNames {
		if n == name {
			return Type(t)
		}
	}
	return String
}

// Capture is a name that an expression captures.
type Capture struct {
	Name string
	// Type is the type of the values; if several groups have the name and
	// their types differ, Mixed is true, Type is that of the first, and the
	// Value says what applies.
	Type  Type
	Mixed bool
}

// Value is a captured part of the text.
type Value struct {
	Start, End int // bytes of the text
	Type       Type
}

// member is a group behind a capture.
type member struct {
	group int
	typ   Type
}
