package event

import (
	"math"
	"time"
)

// Value is a value outside a slot: an element of a list, a constant, the result
// of an expression. Its bytes are not copied and must not change.
type Value struct {
	kind Kind
	line bool
	b    []byte
	n, m uint64
}

// Constructors of values; see the setters of Event for each kind's meaning.

// StringValue makes a String of b without copying it.
func StringValue(b []byte) Value { return Value{kind: String, b: b} }

// SubValue makes a String of a part of the event's Line.
func SubValue(b []byte) Value { return Value{kind: String, b: b, line: true} }

// IPValue makes an IP of an address' text.
func IPValue(b []byte) Value { return Value{kind: IP, b: b} }

// JSONValue makes a JSON value of encoded bytes.
func JSONValue(b []byte) Value { return Value{kind: JSON, b: b} }

// IntValue makes an Int.
func IntValue(v int64) Value { return Value{kind: Int, n: uint64(v)} }

// FloatValue makes a Float.
func FloatValue(v float64) Value { return Value{kind: Float, n: math.Float64bits(v)} }

// BoolValue makes a Bool.
func BoolValue(v bool) Value {
	if v {
		return Value{kind: Bool, n: 1}
	}
	return Value{kind: Bool}
}

// TimeValue makes a Time of nanoseconds since 1970 UTC.
func TimeValue(ns int64) Value { return Value{kind: Time, n: uint64(ns)} }

// PointValue makes a GeoPoint of degrees.
func PointValue(lat, lon float64) Value {
	return Value{kind: GeoPoint, n: math.Float64bits(lat), m: math.Float64bits(lon)}
}

// Kind is the value's kind; the zero Value is Absent.
func (v Value) Kind() Kind { return v.kind }

// Bytes is the content of a String, IP or JSON value.
func (v Value) Bytes() []byte { return v.b }

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
	return Value{kind: e.kinds[s], line: c.line, b: c.b, n: c.n, m: c.m}
}

// Set stores a value; an Absent one unsets the slot.
func (e *Event) Set(s Slot, v Value) {
	e.kinds[s] = v.kind
	e.cells[s] = cell{b: v.b, n: v.n, m: v.m, line: v.line}
}

// Copy makes one slot hold what another holds, lists included.
func (e *Event) Copy(dst, src Slot) { e.kinds[dst], e.cells[dst] = e.kinds[src], e.cells[src] }
