package event

import (
	"encoding/binary"
	"math"
	"net/netip"
	"slices"
	"time"
	"unicode/utf8"
	"unsafe"
)

// maxScratch is how much scratch memory an event keeps from one line to the
// next, in bytes; more is given back to the collector.
const maxScratch = 1 << 20

// Event is one line on its way through the filters: a row of slots. A worker
// owns it and reuses it for every line; it is not safe for concurrent use.
// Byte slices got from it are valid until the next Reset and must not be
// changed; byte slices given to it must stay unchanged until then.
type Event struct {
	Batch  *Batch // the batch that the line belongs to
	Source *Source
	Line   []byte // the line, without its newline; valid UTF-8
	Offset int64  // byte offset of the line in its source
	// IDTime dates the line for its document id: the event's own time, or
	// Source.FirstSeen, in nanoseconds since 1970 UTC.
	IDTime int64

	schema  *Schema
	kinds   []Kind
	cells   []cell
	texts   []Slot  // constants that some component names
	items   []Value // backing of List values
	tags    []Tag
	scratch []byte
	plain   bool // Line is ASCII without control characters and backslashes
}

// cell is a Value without its kind.
type cell struct {
	p    *byte
	n, m uint64
	line bool
}

// NewEvent returns an empty event for a frozen schema.
func NewEvent(s *Schema) *Event {
	e := &Event{schema: s, kinds: make([]Kind, s.Len()), cells: make([]cell, s.Len())}
	for i := range s.fields {
		if f := &s.fields[i]; f.konst != nil && !f.fixed() {
			e.texts = append(e.texts, Slot(i))
		}
	}
	return e
}

// Schema is the schema that the event's slots belong to.
func (e *Event) Schema() *Schema { return e.schema }

// Reset empties the event and gives it a new line, to which message is set. It
// reports whether the line held bytes that are not UTF-8: they are replaced by
// U+FFFD in a copy.
func (e *Event) Reset(b *Batch, line []byte, offset int64) (replaced bool) {
	clear(e.kinds)
	e.items = e.items[:0]
	e.tags = e.tags[:0]
	if cap(e.scratch) > maxScratch {
		e.scratch = nil
	}
	e.scratch = e.scratch[:0]
	if e.plain = isPlain(line); !e.plain && !utf8.Valid(line) {
		line, replaced = e.Keep(appendValid(e.Scratch(), line)), true
	}
	e.Batch, e.Line, e.Offset = b, line, offset
	if b != nil {
		e.Source = b.Source
	}
	e.SetSub(Message, line)
	for _, s := range e.texts {
		e.SetBytes(s, e.schema.fields[s].text)
	}
	return replaced
}

// Kind is the kind of the value in a slot, Absent when there is none.
func (e *Event) Kind(s Slot) Kind { return e.kinds[s] }

// Has reports whether the slot holds a value.
func (e *Event) Has(s Slot) bool { return e.kinds[s] != Absent }

// Bytes is the content of a String, IP, JSON or Members slot, nil for others.
func (e *Event) Bytes(s Slot) []byte {
	c := &e.cells[s]
	return bytesOf(e.kinds[s], c.p, c.n, c.m)
}

// Int is the content of an Int slot.
func (e *Event) Int(s Slot) int64 { return int64(e.cells[s].n) }

// Float is the content of a Float slot.
func (e *Event) Float(s Slot) float64 { return math.Float64frombits(e.cells[s].n) }

// Bool is the content of a Bool slot.
func (e *Event) Bool(s Slot) bool { return e.cells[s].n != 0 }

// UnixNano is the content of a Time slot in nanoseconds since 1970 UTC.
func (e *Event) UnixNano(s Slot) int64 { return int64(e.cells[s].n) }

// Point is the content of a GeoPoint slot, in degrees.
func (e *Event) Point(s Slot) (lat, lon float64) {
	c := &e.cells[s]
	return math.Float64frombits(c.n), math.Float64frombits(c.m)
}

// List is the content of a List slot.
func (e *Event) List(s Slot) []Value {
	if e.kinds[s] != List {
		return nil
	}
	c := &e.cells[s]
	return e.items[c.n:c.m:c.m]
}

// Unset makes a slot absent.
func (e *Event) Unset(s Slot) { e.kinds[s] = Absent }

// SetBytes stores a string. The event does not copy b.
func (e *Event) SetBytes(s Slot, b []byte) { e.setBytes(s, String, b, false) }

// SetString stores a string without copying it.
func (e *Event) SetString(s Slot, v string) { e.setBytes(s, String, stringBytes(v), false) }

// SetSub stores a part of Line as a string. It costs less to encode than
// SetBytes, since Line was looked at as a whole.
func (e *Event) SetSub(s Slot, b []byte) { e.setBytes(s, String, b, true) }

// SetIP stores the text of an address. The event does not copy b.
func (e *Event) SetIP(s Slot, b []byte) { e.setBytes(s, IP, b, false) }

// isAddr4 marks an IP cell that holds the address where the capacity of its text
// would be, which is less.
const isAddr4 = 1 << 63

// SetAddr is SetIP for somebody who has read the text: see Addr.
func (e *Event) SetAddr(s Slot, b []byte, addr netip.Addr) {
	e.SetIP(s, b)
	if addr.Is4() {
		a := addr.As4()
		e.cells[s].m = isAddr4 | uint64(binary.BigEndian.Uint32(a[:]))
	}
}

// Addr is the address in an IP slot when it is one of IPv4 and whoever set it has
// read it. Otherwise ok is false, and the text says what it is.
func (e *Event) Addr(s Slot) (addr netip.Addr, ok bool) {
	m := e.cells[s].m
	if e.kinds[s] != IP || m < isAddr4 {
		return netip.Addr{}, false
	}
	return netip.AddrFrom4([4]byte{byte(m >> 24), byte(m >> 16), byte(m >> 8), byte(m)}), true
}

// SetJSON stores one encoded JSON value. The event does not copy or check it.
func (e *Event) SetJSON(s Slot, b []byte) { e.setBytes(s, JSON, b, false) }

// SetMembers stores encoded members of an object ("a":1,"b":2) in a slot made
// by Schema.Members. The event does not copy or check them.
func (e *Event) SetMembers(s Slot, b []byte) { e.setBytes(s, Members, b, false) }

// Field is a value that is made once and set in many events.
type Field struct {
	Text string // as for the setter of the kind
	Slot Slot
	Kind Kind // String, IP, JSON or Members
}

// SetFields stores the values in their slots. The event does not copy them.
func (e *Event) SetFields(fields []Field) {
	cells := e.cells
	kinds := e.kinds[:len(cells)]
	for i := range fields {
		f := &fields[i]
		kinds[f.Slot] = f.Kind
		c := &cells[f.Slot]
		c.p, c.n, c.m, c.line = unsafe.StringData(f.Text), uint64(len(f.Text)), uint64(len(f.Text)), false
	}
}

// SetInt stores an integer.
func (e *Event) SetInt(s Slot, v int64) { e.kinds[s], e.cells[s].n = Int, uint64(v) }

// SetFloat stores a number. NaN and infinities have no JSON form: the encoder
// leaves such a field out.
func (e *Event) SetFloat(s Slot, v float64) { e.kinds[s], e.cells[s].n = Float, math.Float64bits(v) }

// SetBool stores a truth value.
func (e *Event) SetBool(s Slot, v bool) {
	e.kinds[s], e.cells[s].n = Bool, 0
	if v {
		e.cells[s].n = 1
	}
}

// SetTime stores an instant between the years 1678 and 2262.
func (e *Event) SetTime(s Slot, t time.Time) { e.SetUnixNano(s, t.UnixNano()) }

// SetUnixNano stores an instant in nanoseconds since 1970 UTC.
func (e *Event) SetUnixNano(s Slot, ns int64) { e.kinds[s], e.cells[s].n = Time, uint64(ns) }

// SetPoint stores a position in degrees.
func (e *Event) SetPoint(s Slot, lat, lon float64) {
	e.kinds[s], e.cells[s].n, e.cells[s].m = GeoPoint, math.Float64bits(lat), math.Float64bits(lon)
}

// SetList stores a copy of a list of values. Lists do not nest.
func (e *Event) SetList(s Slot, vs []Value) {
	start := len(e.items)
	e.items = append(e.items, vs...)
	e.kinds[s], e.cells[s].n, e.cells[s].m = List, uint64(start), uint64(len(e.items))
}

// AppendList adds a value to a List slot, starting the list when the slot is
// absent and turning a plain value into a list of two.
func (e *Event) AppendList(s Slot, v Value) {
	start := len(e.items)
	switch e.kinds[s] {
	case Absent:
	case List:
		if c := &e.cells[s]; c.m == uint64(start) { // the list is the last one: grow it
			e.items = append(e.items, v)
			c.m++
			return
		}
		e.items = append(e.items, e.List(s)...)
	default:
		e.items = append(e.items, e.Value(s))
	}
	e.items = append(e.items, v)
	e.kinds[s], e.cells[s].n, e.cells[s].m = List, uint64(start), uint64(len(e.items))
}

// AddTag adds a tag once.
func (e *Event) AddTag(t Tag) {
	if !slices.Contains(e.tags, t) {
		e.tags = append(e.tags, t)
	}
}

// RemoveTag takes a tag away.
func (e *Event) RemoveTag(t Tag) {
	if i := slices.Index(e.tags, t); i >= 0 {
		e.tags = slices.Delete(e.tags, i, i+1)
	}
}

// HasTag reports whether the event has a tag.
func (e *Event) HasTag(t Tag) bool { return slices.Contains(e.tags, t) }

// Scratch returns an empty slice to append to. Give the result to Keep before
// Scratch is called again.
func (e *Event) Scratch() []byte { return e.scratch[len(e.scratch):] }

// Keep makes what was appended to Scratch last until the next Reset and returns
// it. Memory grows with the largest event seen and is reused.
func (e *Event) Keep(b []byte) []byte {
	used := len(e.scratch)
	if cap(b) == cap(e.scratch)-used { // appended in place
		e.scratch = e.scratch[:used+len(b)]
	} else {
		// It moved to an array of its own; older parts keep theirs alive. What comes
		// next gets room for all of them, so that the next event needs no more.
		e.scratch = make([]byte, 0, 2*(cap(e.scratch)+cap(b)))
	}
	return b[:len(b):len(b)]
}

func (e *Event) setBytes(s Slot, k Kind, b []byte, line bool) {
	e.kinds[s] = k
	c := &e.cells[s]
	c.p, c.n, c.m, c.line = unsafe.SliceData(b), uint64(len(b)), uint64(cap(b)), line
}

func stringBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
