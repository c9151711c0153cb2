package dissect

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/filters/grok/pattern"
)

// mapping is a compiled text: a prefix, and fields each followed by a delimiter.
type mapping struct {
	prefix []byte
	parts  []piece
	names  []name
	pairs  []pair
}

// pair is the pieces that are a field's name and its value.
type pair struct{ name, value int }

// piece is one field and the delimiter after it, empty at the end of the text.
type piece struct {
	delimiter []byte
	padded    bool
}

// name is a field that is set, of one piece or of several in order.
type name struct {
	path   string
	typ    pattern.Type
	pieces []int
}

// field is what stands between %{ and }.
type field struct {
	path        string // empty for text that is skipped
	typ         pattern.Type
	add, padded bool
	order       int
	ref         byte // '*' for a name out of the text, '&' for its value, else 0
	id          string
}

var types = map[string]pattern.Type{"int": pattern.Int, "long": pattern.Long, "float": pattern.Float, "double": pattern.Double, "boolean": pattern.Boolean}

// parse compiles a mapping.
func parse(text string) (*mapping, error) {
	m := &mapping{}
	before, rest, found := strings.Cut(text, "%{")
	if !found {
		return nil, errors.New("has no field: write %{name} for each, and between them what stands there")
	}
	m.prefix = []byte(before)
	var fields []field
	for found {
		var inside, delimiter string
		inside, rest, found = strings.Cut(rest, "}")
		if !found {
			return nil, fmt.Errorf("%%{%s is not closed by }", inside)
		}
		delimiter, rest, found = strings.Cut(rest, "%{")
		if delimiter == "" && found {
			return nil, fmt.Errorf("nothing stands between %%{%s} and the field after it: they cannot be told apart", inside)
		}
		f, err := parseField(inside)
		if err != nil {
			return nil, fmt.Errorf("%%{%s}: %w", inside, err)
		}
		if f.padded && delimiter == "" {
			return nil, fmt.Errorf("%%{%s}: -> needs a delimiter after the field", inside)
		}
		fields = append(fields, f)
		m.parts = append(m.parts, piece{delimiter: []byte(delimiter), padded: f.padded})
	}
	if err := m.pair(fields); err != nil {
		return nil, err
	}
	return m, m.join(fields)
}

// pair finds the value of each name out of the text.
func (m *mapping) pair(fields []field) error {
	at := map[string]int{} // by kind and name, as *a
	for i, f := range fields {
		if f.ref == 0 {
			continue
		}
		key := string(f.ref) + f.id
		if _, twice := at[key]; twice {
			return fmt.Errorf("%%{%s} stands there twice", key)
		}
		at[key] = i
	}
	for i, f := range fields {
		if f.ref == 0 {
			continue
		}
		other := map[byte]string{'*': "&", '&': "*"}[f.ref] + f.id
		k, ok := at[other]
		switch {
		case !ok:
			return fmt.Errorf("%%{%c%s} needs a %%{%s}", f.ref, f.id, other)
		case f.ref == '*':
			m.pairs = append(m.pairs, pair{name: i, value: k})
		}
	}
	return nil
}

func parseField(s string) (field, error) {
	var f field
	s, f.padded = strings.CutSuffix(s, "->")
	switch {
	case s == "" || s[0] == '?':
		return f, nil
	case s[0] == '&' || s[0] == '*':
		if f.ref, f.id = s[0], s[1:]; f.id == "" {
			return f, errors.New("give the pair a name: %{*a} for the field's name and %{&a} for its value")
		}
		return f, nil
	}
	s, f.add = strings.CutPrefix(s, "+")
	if path, order, ok := strings.Cut(s, "/"); f.add && ok {
		n, err := strconv.Atoi(order)
		if err != nil || n < 0 {
			return f, fmt.Errorf("%q is no place in an order", order)
		}
		s, f.order = path, n
	}
	if path, typ, ok := strings.Cut(s, ":"); ok {
		known := false
		if f.typ, known = types[typ]; !known {
			return f, fmt.Errorf("unknown type %q: use int, long, float, double or boolean", typ)
		}
		s = path
	}
	var err error
	f.path, err = event.ParsePath(s)
	return f, err
}

// join collects the fields of each name.
func (m *mapping) join(fields []field) error {
	orders := map[string][]int{}
	for i, f := range fields {
		if f.path == "" {
			continue
		}
		k := slices.IndexFunc(m.names, func(n name) bool { return n.path == f.path })
		switch {
		case k < 0:
			m.names = append(m.names, name{path: f.path})
			k = len(m.names) - 1
		case !f.add && len(m.names[k].pieces) > 0 && !fields[m.names[k].pieces[0]].add:
			return fmt.Errorf("%%{%s} stands there twice: append with %%{+%s}", f.path, f.path)
		}
		n := &m.names[k]
		if f.typ != pattern.String {
			n.typ = f.typ
		}
		at := len(n.pieces)
		for at > 0 && orders[f.path][at-1] > f.order {
			at--
		}
		n.pieces = slices.Insert(n.pieces, at, i)
		orders[f.path] = slices.Insert(orders[f.path], at, f.order)
	}
	return nil
}

// between is what joins two pieces: the delimiter before the one that stands
// later in the text.
func (m *mapping) between(a, b int) []byte { return m.parts[max(a, b)-1].delimiter }

// cut finds the text of each field; false when the mapping does not fit.
func (m *mapping) cut(b []byte, cuts [][]byte) bool {
	b, ok := bytes.CutPrefix(b, m.prefix)
	if !ok {
		return false
	}
	for i, p := range m.parts {
		last := i == len(m.parts)-1
		switch {
		case len(p.delimiter) == 0:
			cuts[i], b = b, nil
			continue
		case last && !p.padded: // what ends the mapping ends the text
			cuts[i], ok = bytes.CutSuffix(b, p.delimiter)
			return ok
		}
		if cuts[i], b, ok = bytes.Cut(b, p.delimiter); !ok {
			return false
		}
		if p.padded {
			cuts[i], b = unpad(cuts[i], b, p.delimiter)
		}
	}
	return len(b) == 0
}

// unpad takes the padding off: whole delimiters before the rest of the text, and
// before the delimiter its first character, as in INFO  [main] with " [".
func unpad(value, rest, delimiter []byte) ([]byte, []byte) {
	for more := true; more; {
		rest, more = bytes.CutPrefix(rest, delimiter)
	}
	for len(value) > 0 && delimiter[0] < 0x80 && value[len(value)-1] == delimiter[0] {
		value = value[:len(value)-1]
	}
	return value, rest
}
