package event

import (
	"math"
	"time"
	"unsafe"
)

// Value is a value outside a slot: an element of a list, a constant, the result
// of an expression. Its bytes are not copied and must not change.
//
// A byte slice lies in it as its three words: with four fields and 32 bytes
// Values travel in registers, larger ones through memory.
type Value struct {
	p    *byte  // the bytes of a String, IP, JSON or Members
	n, m uint64 // their length and capacity; or a number, two coordinates, the ends of a list
	tag  tag
}

type tag struct {
	kind Kind
	line bool // the bytes are a part of Event.Line
}

// Constructors of values; see the setters of Event for each kind's meaning.

func bytesValue(k Kind, b []byte, line bool) Value {
	return Value{p: unsafe.SliceData(b), n: uint64(len(b)), m: uint64(cap(b)), tag: tag{k, line}}
}

func numberValue(k Kind, n uint64) Value { return Value{n: n, tag: tag{kind: k}} }

// StringValue makes a String of b without copying it.
func StringValue(b []byte) Value { return bytesValue(String, b, false) }

// SubValue makes a String of a part of the event's Line.
func SubValue(b []byte) Value { return bytesValue(String, b, true) }

// IPValue makes an IP of an address' text.
func IPValue(b []byte) Value { return bytesValue(IP, b, false) }

// JSONValue makes a JSON value of encoded bytes.
func JSONValue(b []byte) Value { return bytesValue(JSON, b, false) }

// IntValue makes an Int.
func IntValue(v int64) Value { return numberValue(Int, uint64(v)) }

// FloatValue makes a Float.
func FloatValue(v float64) Value { return numberValue(Float, math.Float64bits(v)) }

// BoolValue makes a Bool.
func BoolValue(v bool) Value {
	if v {
		return numberValue(Bool, 1)
	}
	return numberValue(Bool, 0)
}

// TimeValue makes a Time of nanoseconds since 1970 UTC.
func TimeValue(ns int64) Value { return numberValue(Time, uint64(ns)) }

// PointValue makes a GeoPoint of degrees.
func PointValue(lat, lon float64) Value {
	return Value{n: math.Float64bits(lat), m: math.Float64bits(lon), tag: tag{kind: GeoPoint}}
}

// Kind is the value's kind; the zero Value is Absent.
func (v Value) Kind() Kind { return v.tag.kind }

// Bytes is the content of a String, IP or JSON value.
func (v Value) Bytes() []byte { return bytesOf(v.tag.kind, v.p, v.n, v.m) }

// bytesOf puts the words of a byte slice together; nil for kinds without one. The
// capacity tells package part where in a line it lies. An IP has none: see
// Event.SetAddr.
func bytesOf(k Kind, p *byte, n, m uint64) []byte {
	switch k {
	case String, JSON, Members:
		return unsafe.Slice(p, m)[:n]
	case IP:
		return unsafe.Slice(p, n)
	}
	return nil
}

// Int is the content of an Int.
func (v Value) Int() int64 { return int64(v.n) }

// Float is the content of a Float.
func (v Value) Float() float64 { return math.Float64frombits(v.n) }

// Bool is the content of a Bool.
func (v Value) Bool() bool { return v.n != 0 }

// Time is the content of a Time.
func (v Value) Time() time.Time { return time.Unix(0, int64(v.n)) }

// Point is the content of a GeoPoint, in degrees.
func (v Value) Point() (lat, lon float64) {
	return math.Float64frombits(v.n), math.Float64frombits(v.m)
}

// Value is the content of a slot. A List is not a Value: see Event.List.
func (e *Event) Value(s Slot) Value {
	if e.kinds[s] == List {
		return Value{}
	}
	c := &e.cells[s]
	return Value{c.p, c.n, c.m, tag{e.kinds[s], c.line}}
}

// Set stores a value; an Absent one unsets the slot.
func (e *Event) Set(s Slot, v Value) {
	e.kinds[s] = v.tag.kind
	e.cells[s] = cell{v.p, v.n, v.m, v.tag.line}
}

// Copy makes one slot hold what another holds, lists included.
func (e *Event) Copy(dst, src Slot) { e.kinds[dst], e.cells[dst] = e.kinds[src], e.cells[src] }
