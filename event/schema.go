package event

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Kind is the type of a value in a slot.
type Kind uint8

// The kinds of value. Absent is the zero Kind: the field is not in the event.
// Any is never the kind of a value; it is what Schema.Kind answers for a slot
// whose writers disagree, so that a reader has to look at each value.
const (
	Absent   Kind = iota
	String        // bytes, normally UTF-8
	Int           // int64
	Float         // float64
	Bool          //
	Time          // an instant, nanoseconds since 1970 UTC
	IP            // the text of an address, checked by whoever set it
	GeoPoint      // latitude and longitude in degrees
	List          // zero or more values of the kinds above
	JSON          // one encoded JSON value
	Members       // encoded members of an object, without its braces
	Any
)

var kindNames = [...]string{"absent", "string", "int", "float", "bool", "time", "ip", "geo_point", "list", "json", "members", "any"}

// String gives the name used in messages to users.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", k)
}

// Slot is the number of a field in a Schema. It indexes the row of an Event.
type Slot int32

// Slots that every schema has.
const (
	Timestamp Slot = iota // @timestamp
	Message               // message: the line, or what a filter leaves there
)

// Tag is the number of a tag name in a Schema.
type Tag int32

// Schema numbers the fields of one pipeline. It is filled while the pipeline is
// built, frozen, and from then on only read, by any number of goroutines.
type Schema struct {
	fields []field
	byPath map[string]Slot
	tags   []string
	frozen bool
}

type field struct {
	path   string
	kind   Kind   // what writers declared; Any when they differ
	claim  bool   // some component named this very path
	konst  []byte // the text of a constant, encoded; nil when it is none
	text   []byte
	leaves []string
}

// ErrFrozen is returned for a declaration after Freeze.
var ErrFrozen = errors.New("schema is frozen: fields are declared while the pipeline is built")

// NewSchema returns a schema with the slots that every event has.
func NewSchema() *Schema {
	s := &Schema{byPath: make(map[string]Slot)}
	for _, f := range []field{{path: "@timestamp", kind: Time, claim: true}, {path: "message", kind: String, claim: true}} {
		s.byPath[f.path] = Slot(len(s.fields))
		s.fields = append(s.fields, f)
	}
	return s
}

// ParsePath checks a field path and gives its canonical dotted form. Logstash's
// [a][b] is accepted and means a.b.
func ParsePath(path string) (string, error) {
	p := path
	if strings.HasPrefix(p, "[") && strings.HasSuffix(p, "]") {
		p = strings.ReplaceAll(p[1:len(p)-1], "][", ".")
	}
	if p == "" {
		return "", errors.New("field name is empty")
	}
	if strings.ContainsAny(p, "[]\"\x00") {
		return "", fmt.Errorf("field name %q: use dots between the parts, as in http.request.method", path)
	}
	for part := range strings.SplitSeq(p, ".") {
		if part == "" {
			return "", fmt.Errorf("field name %q has an empty part between dots", path)
		}
	}
	return p, nil
}

// Slot declares that a component writes values of a kind to the field at path
// and returns its slot. It fails when the path is not a field name, or when it
// is an object for one component and a plain value for another. Into @timestamp
// nothing but times are written: a text there would be lost.
func (s *Schema) Slot(path string, kind Kind) (Slot, error) {
	slot, err := s.declare(path, kind, true)
	if err == nil && slot == Timestamp && kind != Time {
		return 0, errors.New(`field "@timestamp" holds a time alone: write to another field, and let filter "date" read the time in it`)
	}
	return slot, err
}

// Read declares that a component reads the field at path, whatever its kind.
func (s *Schema) Read(path string) (Slot, error) {
	return s.declare(path, Absent, true)
}

// Const gives the field at path the same text in every event. As long as no
// component names the field it costs next to nothing: it is part of the bytes of
// every document. Once one does, each event begins with the text in its slot, to
// be read, changed or removed.
func (s *Schema) Const(path, text string) error {
	slot, err := s.declare(path, Absent, false)
	if err == nil {
		s.fields[slot].konst, s.fields[slot].text = AppendJSONString(nil, []byte(text)), []byte(text)
	}
	return err
}

// Constant reports whether a slot was given a text by Const.
func (s *Schema) Constant(slot Slot) bool { return s.fields[slot].konst != nil }

// fixed reports whether a field is a constant that no component names.
func (f *field) fixed() bool { return f.konst != nil && !f.claim && f.kind == Absent }

// Members declares a slot for already encoded members of the object at path,
// among them leaves (relative to path, dotted). It lets a filter keep a whole
// group of fields as one cached fragment. See Exploded for which of them it may
// not. The empty path is the document itself.
func (s *Schema) Members(path string, leaves ...string) (Slot, error) {
	if s.frozen {
		return 0, ErrFrozen
	}
	var err error
	if path != "" {
		if path, err = ParsePath(path); err != nil {
			return 0, err
		}
	}
	if err := s.conflict(path, true); err != nil {
		return 0, err
	}
	slot := Slot(len(s.fields))
	s.fields = append(s.fields, field{path: path, kind: Members, leaves: leaves})
	return slot, nil
}

// Exploded reports whether another component names a leaf of a Members slot, or
// something in the same object below the slot's. Then the filter must set the
// leaf in a slot of its own and leave it out of the fragment, so that others can
// read and change it. Valid once the schema is frozen. A leaf that the filter
// itself declared with Slot counts too: declare leaves with Hidden instead.
func (s *Schema) Exploded(members Slot, leaf string) bool {
	m := &s.fields[members]
	first, _, _ := strings.Cut(leaf, ".")
	object := m.path + "." + first
	for i := range s.fields {
		f := &s.fields[i]
		if f.claim && (f.path == object || within(f.path, object)) {
			return true
		}
		// two fragments for the same fields
		if Slot(i) != members && f.kind == Members && f.path == m.path && slices.ContainsFunc(f.leaves, func(other string) bool {
			return other == first || within(other, first)
		}) {
			return true
		}
	}
	return false
}

// Unused reports whether a slot is one that a filter would need if a leaf of its
// fragment were exploded, which it is not: it is then not part of the documents.
// Valid once the schema is frozen.
func (s *Schema) Unused(slot Slot) bool {
	f := &s.fields[slot]
	if f.claim || f.konst != nil || f.kind == Absent || f.kind == Members {
		return false
	}
	for i := range s.fields {
		m := &s.fields[i]
		leaf, below := strings.CutPrefix(f.path, m.path+".")
		if m.kind == Members && below && slices.Contains(m.leaves, leaf) {
			return !s.Exploded(Slot(i), leaf)
		}
	}
	return false
}

// Hidden declares a slot that a filter may need for a leaf of its Members slot
// when that turns out to be exploded. It does not count as naming the leaf. The
// filter must leave the slot alone when it is not: the slot is then not part of
// the documents.
func (s *Schema) Hidden(path string, kind Kind) (Slot, error) {
	return s.declare(path, kind, false)
}

// Tag returns the number of a tag name, declaring it when it is new.
func (s *Schema) Tag(name string) Tag {
	if i := slices.Index(s.tags, name); i >= 0 {
		return Tag(i)
	}
	s.tags = append(s.tags, name)
	return Tag(len(s.tags) - 1)
}

// Freeze ends the declarations. Encoders and Events are made from a frozen
// schema.
func (s *Schema) Freeze() { s.frozen = true }

// Len is the number of slots.
func (s *Schema) Len() int { return len(s.fields) }

// Path is the dotted path of a slot.
func (s *Schema) Path(slot Slot) string { return s.fields[slot].path }

// Kind is what the writers declared so far say about a slot: a kind, Any when
// they differ, Absent when nobody writes it.
func (s *Schema) Kind(slot Slot) Kind {
	f := &s.fields[slot]
	if f.konst != nil && f.kind == Absent {
		return String
	}
	return f.kind
}

// Lookup finds the slot of a path that somebody declared.
func (s *Schema) Lookup(path string) (Slot, bool) {
	slot, ok := s.byPath[path]
	return slot, ok
}

// Paths lists every field path in order of declaration, Members slots aside.
func (s *Schema) Paths() []string {
	var paths []string
	for i := range s.fields {
		if s.fields[i].kind != Members {
			paths = append(paths, s.fields[i].path)
		}
	}
	return paths
}

// Under lists the slot at path and every slot below it, Members slots included;
// all slots for the empty path. The list is complete once the schema is frozen.
func (s *Schema) Under(path string) []Slot {
	var under []Slot
	for i := range s.fields {
		if path == "" || s.fields[i].path == path || within(s.fields[i].path, path) {
			under = append(under, Slot(i))
		}
	}
	return under
}

func (s *Schema) declare(path string, kind Kind, claim bool) (Slot, error) {
	path, err := ParsePath(path)
	if err != nil {
		return 0, err
	}
	if path == "tags" {
		return 0, errors.New(`field "tags" is kept by naru itself: add to it with filter "tag"`)
	}
	slot, ok := s.byPath[path]
	if !ok {
		if s.frozen {
			return 0, fmt.Errorf("field %s: %w", path, ErrFrozen)
		}
		if err := s.conflict(path, false); err != nil {
			return 0, err
		}
		slot = Slot(len(s.fields))
		s.fields = append(s.fields, field{path: path})
		s.byPath[path] = slot
	}
	f := &s.fields[slot]
	f.claim = f.claim || claim
	switch {
	case kind == Absent || f.kind == kind:
	case f.kind == Absent:
		f.kind = kind
	default:
		f.kind = Any
	}
	return slot, nil
}

// conflict reports that path would be both an object and a plain value.
func (s *Schema) conflict(path string, object bool) error {
	for i := range s.fields {
		f := &s.fields[i]
		fObject := f.kind == Members
		switch {
		case !fObject && within(path, f.path), f.path == path && fObject != object:
			return fmt.Errorf("field %s cannot be set: %s is a plain value elsewhere in this pipeline, not an object", path, f.path)
		case !object && within(f.path, path):
			return fmt.Errorf("field %s cannot be set: it is an object elsewhere in this pipeline (it holds %s)", path, f.path)
		}
	}
	return nil
}

// within reports whether path lies below the object at prefix.
func within(path, prefix string) bool {
	return len(path) > len(prefix) && path[len(prefix)] == '.' && path[:len(prefix)] == prefix
}
