package event

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Encoder writes events of one schema as JSON documents. The shape (nesting,
// order, escaped keys) is compiled when it is made. It keeps a small cache, so
// each worker has its own.
//
// Fields come in the order in which they were declared, the parts of an object
// together. Empty objects are not written.
type Encoder struct {
	schema *Schema
	ops    []op
	tags   []byte // `"tags":`
	names  [][]byte
	second int64  // the second that stamp shows
	stamp  []byte // 2006-01-02T15:04:05
}

// op writes one field. Fields stand in tree order; up is how many objects the
// field shares with the one before it. While fields are passed over as absent,
// the smallest up so far says how many objects the next written field shares
// with the last written one.
type op struct {
	slot   Slot
	konst  []byte   // of a run of constant members
	fixed  bool     // it is such a run: slot is not read
	depth  int      // objects that the field stands in
	up     int      // objects shared with the op before
	prefix [][]byte // by objects already open: ,"a":{"b":{"key":
	quoted [][]byte // the same with the opening quote of a string
}

// NewEncoder compiles the documents of a frozen schema.
func NewEncoder(s *Schema) *Encoder {
	e := &Encoder{schema: s, second: math.MinInt64}
	root := buildTree(s)
	root.mergeConstants()
	root.compile(nil, e)
	for i := range e.ops {
		e.ops[i].up = 0
	}
	linkOps(e.ops, root)
	e.tags = []byte(`"tags":[`)
	for _, name := range s.tags {
		e.names = append(e.names, AppendJSONString(nil, []byte(name)))
	}
	return e
}

// Append appends the document to dst and returns it, without a newline.
// It does not allocate when dst has room.
func (e *Encoder) Append(dst []byte, ev *Event) []byte {
	dst = append(dst, '{')
	start := len(dst)
	open, shared := 0, 0 // objects open; of these, how many the next field shares
	for i := range e.ops {
		o := &e.ops[i]
		shared = min(shared, o.up)
		kind := Absent
		if !o.fixed {
			kind = ev.kinds[o.slot]
		}
		if kind == Absent && !o.fixed || kind == Float && !finite(ev.Float(o.slot)) || kind == Members && len(ev.cells[o.slot].b) == 0 {
			continue
		}
		if open > shared {
			dst = appendBraces(dst, open-shared)
		}
		prefix := o.prefix[shared]
		if kind == String {
			prefix = o.quoted[shared]
		}
		if len(dst) == start {
			prefix = prefix[1:] // no comma before the first member
		}
		dst = append(dst, prefix...)
		switch kind {
		case Absent:
			dst = append(dst, o.konst...)
		case String: // the prefix holds the opening quote
			c := &ev.cells[o.slot]
			if c.line && ev.plain || isPlain(c.b) {
				dst = appendPlain(dst, c.b)
			} else {
				dst = append(appendEscaped(dst, c.b), '"')
			}
		case Members, JSON:
			dst = append(dst, ev.cells[o.slot].b...)
		default:
			dst = e.appendSlot(dst, ev, o.slot)
		}
		open, shared = o.depth, o.depth
	}
	dst = appendBraces(dst, open)
	if len(ev.tags) > 0 {
		dst = e.appendTags(dst, ev, len(dst) == start)
	}
	return append(dst, '}')
}

const braces = "}}}}}}}}}}}}}}}}"

func appendBraces(dst []byte, n int) []byte {
	for n > len(braces) {
		dst = append(dst, braces...)
		n -= len(braces)
	}
	return append(dst, braces[:n]...)
}

func (e *Encoder) appendTags(dst []byte, ev *Event, first bool) []byte {
	if !first {
		dst = append(dst, ',')
	}
	dst = append(dst, e.tags...)
	for i, t := range ev.tags {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, e.names[t]...)
	}
	return append(dst, ']')
}

func (e *Encoder) appendSlot(dst []byte, ev *Event, s Slot) []byte {
	c := &ev.cells[s]
	if ev.kinds[s] != List {
		return e.appendValue(dst, ev, Value{kind: ev.kinds[s], line: c.line, b: c.b, n: c.n, m: c.m})
	}
	dst = append(dst, '[')
	for i, v := range ev.items[c.n:c.m] {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = e.appendValue(dst, ev, v)
	}
	return append(dst, ']')
}

func (e *Encoder) appendValue(dst []byte, ev *Event, v Value) []byte {
	switch v.kind {
	case String, IP:
		if v.line && ev.plain {
			return appendPlain(append(dst, '"'), v.b)
		}
		return AppendJSONString(dst, v.b)
	case Int:
		return strconv.AppendInt(dst, int64(v.n), 10)
	case Float:
		if f := v.Float(); finite(f) {
			return AppendJSONFloat(dst, f)
		}
	case Bool:
		return strconv.AppendBool(dst, v.n != 0)
	case Time:
		return e.appendTime(dst, int64(v.n))
	case GeoPoint:
		lat, lon := v.Point()
		if finite(lat) && finite(lon) {
			dst = AppendJSONFloat(append(dst, `{"lat":`...), lat)
			dst = AppendJSONFloat(append(dst, `,"lon":`...), lon)
			return append(dst, '}')
		}
	case JSON, Members:
		return append(dst, v.b...)
	}
	return append(dst, "null"...)
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// appendTime writes an instant in UTC: milliseconds, or nanoseconds when there
// are any. The text of the second is kept from one event to the next.
func (e *Encoder) appendTime(dst []byte, ns int64) []byte {
	sec, frac := ns/1e9, ns%1e9
	if frac < 0 {
		sec, frac = sec-1, frac+1e9
	}
	if sec != e.second {
		e.second = sec
		e.stamp = time.Unix(sec, 0).UTC().AppendFormat(e.stamp[:0], "2006-01-02T15:04:05")
	}
	dst = append(append(append(dst, '"'), e.stamp...), '.')
	width, unit := 3, int64(1e6)
	if frac%1e6 != 0 {
		width, unit = 9, 1
	}
	digits := frac / unit
	dst = append(dst, "000000000"[:width]...)
	for i := len(dst) - 1; digits > 0; i-- {
		dst[i] = byte('0' + digits%10)
		digits /= 10
	}
	return append(dst, 'Z', '"')
}

// node is an object or a field of the document's shape.
type node struct {
	key      []byte // "name":
	slot     Slot   // of a field; -1 for an object
	konst    []byte
	members  bool // a Members slot: no key of its own
	children []*node
}

func buildTree(s *Schema) *node {
	root := &node{slot: -1}
	for i := range s.fields {
		f := &s.fields[i]
		if s.Unused(Slot(i)) {
			continue
		}
		at, parts := root, strings.Split(f.path, ".")
		if f.kind == Members {
			for _, part := range parts {
				if part != "" { // the document itself
					at = at.child(part)
				}
			}
			at.children = append(at.children, &node{slot: Slot(i), members: true})
			continue
		}
		for _, part := range parts[:len(parts)-1] {
			at = at.child(part)
		}
		leaf := &node{key: key(parts[len(parts)-1]), slot: Slot(i)}
		if f.fixed() {
			leaf.konst = f.konst
		}
		at.children = append(at.children, leaf)
	}
	return root
}

func key(name string) []byte { return append(AppendJSONString(nil, []byte(name)), ':') }

// child finds or makes the object called name.
func (n *node) child(name string) *node {
	k := key(name)
	for _, c := range n.children {
		if c.slot < 0 && string(c.key) == string(k) {
			return c
		}
	}
	c := &node{key: k, slot: -1}
	n.children = append(n.children, c)
	return c
}

// constant reports whether nothing below n can change, so that it is one run of
// bytes in every document.
func (n *node) constant() bool {
	if n.slot >= 0 {
		return n.konst != nil
	}
	for _, c := range n.children {
		if !c.constant() {
			return false
		}
	}
	return true
}

// encode gives the bytes of a constant member.
func (n *node) encode() []byte {
	if n.slot >= 0 {
		return append(append([]byte(nil), n.key...), n.konst...)
	}
	b := append(append([]byte(nil), n.key...), '{')
	for i, c := range n.children {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, c.encode()...)
	}
	return append(b, '}')
}

// mergeConstants makes one run of members of all constant members of an object,
// written after the others.
func (n *node) mergeConstants() {
	var rest []*node
	var run []byte
	for _, c := range n.children {
		if !c.constant() {
			c.mergeConstants()
			rest = append(rest, c)
			continue
		}
		if len(run) > 0 {
			run = append(run, ',')
		}
		run = append(run, c.encode()...)
	}
	if len(run) > 0 {
		rest = append(rest, &node{slot: 0, konst: run, members: true})
	}
	n.children = rest
}

// compile appends the ops of n's fields in tree order; path holds the keys of
// the objects around them.
func (n *node) compile(path [][]byte, e *Encoder) {
	for _, c := range n.children {
		if c.slot < 0 {
			c.compile(append(path[:len(path):len(path)], c.key), e)
			continue
		}
		o := op{slot: c.slot, konst: c.konst, fixed: c.members && c.konst != nil, depth: len(path)}
		for open := 0; open <= len(path); open++ {
			b := []byte{','}
			for _, k := range path[open:] {
				b = append(append(b, k...), '{')
			}
			b = append(b, c.key...)
			o.prefix = append(o.prefix, b)
			o.quoted = append(o.quoted, append(slices.Clone(b), '"'))
		}
		e.ops = append(e.ops, o)
	}
}

// linkOps works out how many objects each op shares with the one before it.
func linkOps(ops []op, root *node) {
	var last []*node
	i := 0
	var walk func(n *node, path []*node)
	walk = func(n *node, path []*node) {
		for _, c := range n.children {
			if c.slot < 0 {
				walk(c, append(path[:len(path):len(path)], c))
				continue
			}
			for ops[i].up < min(len(last), len(path)) && last[ops[i].up] == path[ops[i].up] {
				ops[i].up++
			}
			last = path
			i++
		}
	}
	walk(root, nil)
}
