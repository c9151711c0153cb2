package event

import (
	"math"
	"slices"
	"strconv"
	"time"
	"unsafe"
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
	visits []visit // of each op
	tags   []byte  // ,"tags":[
	names  [][]byte
	second int64 // the second that stamp shows
	stamp  [stampRoom]byte
}

// visit is what is looked at of a field that may be absent, as most are in most
// events. Fields stand in tree order; up is how many objects the field shares
// with the one before it. While fields are passed over, the smallest up so far
// says how many objects the next written field shares with the last written one.
type visit struct {
	slot Slot // -1 for a run of constants, which is always there
	up   int32
}

// op writes one field.
type op struct {
	slot   Slot
	fixed  bool  // a run of constant members, all of it prefix: slot is not read
	depth  int   // objects that the field stands in
	prefix []run // by objects already open: ,"a":{"b":{"key":
	quoted []run // the same with the opening quote of a string
}

// NewEncoder compiles the documents of a frozen schema.
func NewEncoder(s *Schema) *Encoder {
	e := &Encoder{schema: s, second: math.MinInt64}
	root := buildTree(s)
	root.mergeConstants()
	root.compile(nil, e)
	e.visits = visitsOf(e.ops, root)
	e.tags = []byte(`,"tags":[`)
	for _, name := range s.tags {
		e.names = append(e.names, AppendJSONString(nil, []byte(name)))
	}
	return e
}

// Append appends the document to dst and returns it, without a newline.
// It does not allocate when dst has room.
func (e *Encoder) Append(dst []byte, ev *Event) []byte {
	start := len(dst)
	open, shared := 0, 0 // objects open; of these, how many the next field shares
	for i := 0; ; i++ {
		if i, shared = e.next(ev.kinds, i, shared); i == len(e.ops) {
			break
		}
		o := &e.ops[i]
		kind := ev.kinds[o.slot]
		if kind >= Float && !o.fixed && ev.void(kind, o.slot) {
			continue
		}
		if open > shared {
			dst = appendBraces(dst, open-shared)
		}
		switch {
		case o.fixed:
			dst = o.prefix[shared].append(dst)
		case kind == String || kind == IP:
			c := &ev.cells[o.slot]
			dst = o.quoted[shared].appendText(dst, unsafe.Slice(c.p, c.n), c.line && ev.plain)
		default:
			dst = o.prefix[shared].append(dst)
			dst = e.appendSlot(dst, ev, o.slot)
		}
		open, shared = o.depth, o.depth
	}
	dst = appendBraces(dst, open)
	if len(ev.tags) > 0 {
		dst = e.appendTags(dst, ev)
	}
	if len(dst) == start {
		return append(dst, "{}"...)
	}
	dst[start] = '{' // in place of the comma before the first member
	return append(dst, '}')
}

// next passes over absent fields from op i on. It is a loop of its own so that
// all it needs stays in registers.
func (e *Encoder) next(kinds []Kind, i, shared int) (op, objects int) {
	for ; i < len(e.visits); i++ {
		v := e.visits[i]
		shared = min(shared, int(v.up))
		if v.slot < 0 || kinds[v.slot] != Absent {
			break
		}
	}
	return i, shared
}

// void reports whether a value that is there has nothing to be written.
func (e *Event) void(k Kind, s Slot) bool {
	switch k {
	case Float:
		return !finite(e.Float(s))
	case Members:
		return e.cells[s].n == 0
	}
	return false
}

const braces = "}}}}}}}}}}}}}}}}"

func appendBraces(dst []byte, n int) []byte {
	for n > len(braces) {
		dst = append(dst, braces...)
		n -= len(braces)
	}
	return append(dst, braces[:n]...)
}

func (e *Encoder) appendTags(dst []byte, ev *Event) []byte {
	dst = append(dst, e.tags...)
	for i, t := range ev.tags {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, e.names[t]...)
	}
	return append(dst, ']')
}

// appendSlot writes what is neither String nor IP.
func (e *Encoder) appendSlot(dst []byte, ev *Event, s Slot) []byte {
	c := &ev.cells[s]
	switch ev.kinds[s] {
	case Int:
		return appendInt(dst, int64(c.n))
	case Time:
		return e.appendTime(dst, int64(c.n))
	case JSON, Members:
		return append(dst, unsafe.Slice(c.p, c.n)...)
	case List:
		return e.appendList(dst, ev, ev.items[c.n:c.m])
	}
	return e.appendValue(dst, ev, ev.Value(s))
}

func (e *Encoder) appendList(dst []byte, ev *Event, items []Value) []byte {
	dst = append(dst, '[')
	for i, v := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = e.appendValue(dst, ev, v)
	}
	return append(dst, ']')
}

func (e *Encoder) appendValue(dst []byte, ev *Event, v Value) []byte {
	switch v.tag.kind {
	case String, IP:
		return appendQuoted(append(dst, '"'), v.Bytes(), v.tag.line && ev.plain)
	case Int:
		return appendInt(dst, int64(v.n))
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
		return append(dst, v.Bytes()...)
	}
	return append(dst, "null"...)
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

const (
	stampForm = `"2006-01-02T15:04:05.000Z"`
	stampRoom = 32
	stampDot  = len(`"2006-01-02T15:04:05`)
)

// appendTime writes an instant in UTC: milliseconds, or nanoseconds when there
// are any. The text of the second is kept from one event to the next.
func (e *Encoder) appendTime(dst []byte, ns int64) []byte {
	sec, frac := ns/1e9, ns%1e9
	if frac < 0 {
		sec, frac = sec-1, frac+1e9
	}
	if sec != e.second {
		e.second = sec
		time.Unix(sec, 0).UTC().AppendFormat(e.stamp[:0], stampForm)
	}
	dst = room(dst, stampRoom)
	n := len(dst)
	*(*[stampRoom]byte)(dst[n : n+stampRoom]) = e.stamp
	switch {
	case frac == 0:
		return dst[:n+len(stampForm)]
	case frac%1e6 == 0:
		dst = dst[:n+len(stampForm)]
		putDigits(dst[n+stampDot+1:], frac/1e6, 3)
		return dst
	}
	dst = append(dst[:n+stampDot+1], "000000000"...)
	putDigits(dst[n+stampDot+1:], frac, 9)
	return append(dst, 'Z', '"')
}

// putDigits writes the last digits of v at the start of dst.
func putDigits(dst []byte, v int64, digits int) {
	for i := digits - 1; i >= 0; i-- {
		dst[i] = byte('0' + v%10)
		v /= 10
	}
}

// room makes sure that n more bytes fit behind dst.
func room(dst []byte, n int) []byte {
	if cap(dst)-len(dst) < n {
		return slices.Grow(dst, n)
	}
	return dst
}

// runBytes is how much of a run is copied whatever its length. A copy of a
// constant size is a few instructions; that of any other size is a call, which
// costs more than all the rest of a short field.
const runBytes = 48

// run is a constant piece of a document.
type run struct {
	text [runBytes]byte
	n    int    // bytes of text that count
	long []byte // all of it, when it is longer than that
}

func newRun(b []byte) run {
	r := run{n: len(b)}
	if len(b) > runBytes {
		r.long = b
	}
	copy(r.text[:], b)
	return r
}

func (r *run) append(dst []byte) []byte {
	if r.long != nil {
		return append(dst, r.long...)
	}
	return r.put(room(dst, runBytes))
}

// put is append for a short run that there is room for.
func (r *run) put(dst []byte) []byte {
	n := len(dst)
	*(*[runBytes]byte)(dst[n : n+runBytes]) = r.text
	return dst[:n+r.n]
}

// appendText appends the run and the rest of a JSON string after it: see
// appendQuoted.
func (r *run) appendText(dst, s []byte, plain bool) []byte {
	if r.long != nil || len(s) > shortText {
		return appendQuoted(r.append(dst), s, plain)
	}
	dst = r.put(room(dst, runBytes+shortText+1))
	if out, ok := appendShort(dst, s); ok {
		return out
	}
	return appendLong(dst, s, plain)
}
