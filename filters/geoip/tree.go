package geoip

import (
	"strconv"

	"github.com/oschwald/maxminddb-golang/v2/mmdbdata"
)

const (
	maxDepth = 4   // subdivisions, its first element, names, a language
	maxNodes = 128 // a city's record has some 25 that are of use
)

// tree is what a database's record has under the keys that are of use here. To
// read it costs a fraction of decoding the whole record, which has the names of
// places in eight languages.
type tree struct {
	language string
	nodes    []node // nodes[0] is the record
}

// node is a value: a text, a number, a truth value, or an object with members. Of
// a list it is the first element.
type node struct {
	key         string
	text        string
	number      float64
	kind        mmdbdata.Kind
	first, next int32 // first member, next member of the same object; 0 for none
}

// none is the value that is not there. It is never changed.
var none node

// useful lists the keys that records are read for, besides the language.
var useful = map[string]bool{
	"country": true, "iso_code": true, "country_code": true, "country_name": true, "city": true, "names": true, "en": true,
	"continent": true, "code": true, "continent_code": true, "continent_name": true,
	"postal": true, "postcode": true, "postal_code": true, "subdivisions": true, "state1": true, "region": true,
	"location": true, "latitude": true, "longitude": true, "time_zone": true, "timezone": true, "traits": true,
	"autonomous_system_number": true, "autonomous_system_organization": true, "asn": true, "as_name": true, "as_domain": true,
	"organization": true, "isp": true, "domain": true,
	"is_anonymous": true, "is_anonymous_vpn": true, "is_hosting_provider": true, "is_public_proxy": true,
	"is_residential_proxy": true, "is_tor_exit_node": true,
}

// countryTree is the record of a database that has the country's code and
// nothing else.
func countryTree(code string) *tree {
	return &tree{nodes: []node{{kind: mmdbdata.KindMap, first: 1}, {key: "country_code", kind: mmdbdata.KindString, text: code}}}
}

// UnmarshalMaxMindDBCursor reads a record. What is deeper or more than any known
// database has is passed over, so that no file makes it long.
func (t *tree) UnmarshalMaxMindDBCursor(c mmdbdata.Cursor) (mmdbdata.Cursor, error) {
	t.nodes = append(make([]node, 0, 32), node{})
	next, err := t.value(c, 0, 0)
	if err != nil {
		return next, mmdbdata.NormalizeUnmarshalError[tree](err)
	}
	return next, nil
}

// value reads a value into node i.
func (t *tree) value(c mmdbdata.Cursor, i, depth int) (mmdbdata.Cursor, error) {
	kind, err := c.Kind()
	if err != nil {
		return c, err
	}
	n := &t.nodes[i]
	n.kind = kind
	switch kind {
	case mmdbdata.KindString:
		n.text, c, err = c.ReadString()
	case mmdbdata.KindFloat64, mmdbdata.KindFloat32:
		if n.number, c, err = c.ReadFloat(); kind == mmdbdata.KindFloat32 {
			n.number = decimal(float32(n.number))
		}
	case mmdbdata.KindUint16, mmdbdata.KindUint32, mmdbdata.KindUint64:
		var u uint64
		u, c, err = c.ReadUint()
		n.number = float64(u)
	case mmdbdata.KindInt32:
		var s int32
		s, c, err = c.ReadInt32()
		n.number = float64(s)
	case mmdbdata.KindBool:
		var yes bool
		if yes, c, err = c.ReadBool(); yes {
			n.number = 1
		}
	case mmdbdata.KindMap:
		return t.object(c, i, depth)
	case mmdbdata.KindSlice:
		return t.list(c, i, depth)
	default:
		return c.Skip()
	}
	return c, err
}

// decimal is the shortest number that f stands for: 37.422, not
// 37.422000885009766, as the databases of DB-IP were made of.
func decimal(f float32) float64 {
	n, err := strconv.ParseFloat(strconv.FormatFloat(float64(f), 'g', -1, 32), 64)
	if err != nil {
		return float64(f)
	}
	return n
}

func (t *tree) object(c mmdbdata.Cursor, i, depth int) (mmdbdata.Cursor, error) {
	m, err := c.Map()
	if err != nil {
		return c, err
	}
	last := int32(0)
	for key, value, ok := m.Next(mmdbdata.Cursor{}); ok; key, value, ok = m.Next(value) {
		if depth == maxDepth || len(t.nodes) == maxNodes || !useful[string(key)] && string(key) != t.language {
			value, err = value.Skip()
		} else {
			k := int32(len(t.nodes))
			t.nodes = append(t.nodes, node{key: string(key)})
			if last == 0 {
				t.nodes[i].first = k
			} else {
				t.nodes[last].next = k
			}
			last = k
			value, err = t.value(value, int(k), depth+1)
		}
		if err != nil {
			return c, err
		}
	}
	return m.End()
}

// list reads the first element of a list as if it stood there alone.
func (t *tree) list(c mmdbdata.Cursor, i, depth int) (mmdbdata.Cursor, error) {
	s, err := c.Slice()
	if err != nil {
		return c, err
	}
	for n, value, ok := s.Next(mmdbdata.Cursor{}); ok; n, value, ok = s.Next(value) {
		if n == 0 && depth < maxDepth {
			value, err = t.value(value, i, depth+1)
		} else {
			value, err = value.Skip()
		}
		if err != nil {
			return c, err
		}
	}
	return s.End()
}

// at follows keys down from the record.
func (t *tree) at(keys ...string) *node { return t.below(&t.nodes[0], keys...) }

// below follows keys down from an object.
func (t *tree) below(n *node, keys ...string) *node {
	for _, k := range keys {
		i := n.first
		for i != 0 && t.nodes[i].key != k {
			i = t.nodes[i].next
		}
		if i == 0 {
			return &none
		}
		n = &t.nodes[i]
	}
	return n
}

// name is that of an object in the language asked for, or else in English.
func (t *tree) name(object *node) string {
	return first(t.below(object, "names", t.language).text, t.below(object, "names", "en").text)
}

func (t *tree) text(keys ...string) string { return t.at(keys...).text }

// value takes the numbers of the format, and numbers written as text.
func (n *node) value() (float64, bool) {
	switch n.kind {
	case mmdbdata.KindFloat64, mmdbdata.KindFloat32, mmdbdata.KindUint16, mmdbdata.KindUint32, mmdbdata.KindUint64, mmdbdata.KindInt32:
		return n.number, true
	case mmdbdata.KindString:
		f, err := strconv.ParseFloat(n.text, 64)
		return f, err == nil
	}
	return 0, false
}

// yes reports whether the value is true.
func (n *node) yes() bool { return n.kind == mmdbdata.KindBool && n.number != 0 }
