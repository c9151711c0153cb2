package geoip

import (
	"encoding/binary"
	"math/bits"
	"net/netip"

	"github.com/naru-log/naru/event"
)

const (
	// remembered4 and remembered6 are how many addresses each worker remembers,
	// powers of two. Those of IPv4 take 8 bytes each, so that the clients of a
	// busy day fit into a core's second cache.
	remembered4 = 1 << 17
	remembered6 = 1 << 13
	// ways is how many IPv4 addresses share a place: with 200,000 clients the memo
	// has 10.6 % of the lines' addresses not, instead of 16.1 % with one, and 8 % are
	// new to it.
	ways = 4
	// maxAnswers bounds the different answers to them; beyond it the worker
	// forgets all.
	maxAnswers = 1 << 16
)

// Numbers of answers. One that says something has a number above these: where
// its fragments begin, and in the last bits how many there are.
const (
	notAsked   uint32 = iota
	passedOver        // private or reserved: not looked up
	unknown
)

const (
	countBits = 2
	countMask = 1<<countBits - 1 // no answer has more fragments than there are objects
)

// memo remembers the answers of many addresses, for the same clients come again
// and again, and finding one in a database takes as many steps through memory as
// its network has bits. The addresses keep the number of their answer: there
// are few different ones, which lie close together, since each step through
// memory costs more than the rest of a hit. A worker owns it.
type memo struct {
	v4      [][ways]entry4 // by hash of the address: the last ones asked for, the newest first
	v6      []entry6       // by hash of the address: the last one asked for
	numbers map[record]uint32
	// fragments of the answers, and beside the first one of each the record that it
	// comes from, for fields that stand alone
	fragments []event.Field
	records   []*record
}

type entry4 struct{ addr, number uint32 }

type entry6 struct {
	high, low uint64
	number    uint32
}

func newMemo() *memo {
	return &memo{v4: make([][ways]entry4, remembered4/ways), numbers: make(map[record]uint32)}
}

// forget empties the memo.
func (m *memo) forget() {
	clear(m.v4)
	clear(m.v6)
	clear(m.numbers)
	clear(m.fragments) // what they refer to may go
	clear(m.records)
	m.fragments, m.records = m.fragments[:0], m.records[:0]
}

// slot gives the place for the number of an address' answer. It is 0 when the
// address has none yet.
func (m *memo) slot(addr netip.Addr) *uint32 {
	if addr.Is4() {
		b := addr.As4()
		a := binary.BigEndian.Uint32(b[:])
		e := &m.v4[hash(uint64(a))&(remembered4/ways-1)]
		if e[0].addr != a {
			promote(e, a)
		}
		return &e[0].number
	}
	if m.v6 == nil {
		m.v6 = make([]entry6, remembered6)
	}
	b := addr.As16()
	high, low := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	e := &m.v6[hash(bits.ReverseBytes64(high)^low)&(remembered6-1)]
	if e.high != high || e.low != low {
		*e = entry6{high: high, low: low}
	}
	return &e.number
}

// promote makes an address the first of its place. One that is not there takes the
// room of the last one.
func promote(e *[ways]entry4, addr uint32) {
	was, first := ways-1, entry4{addr: addr}
	for i := 1; i < ways; i++ {
		if e[i].addr == addr {
			was, first = i, e[i]
			break
		}
	}
	copy(e[1:was+1], e[:was])
	e[0] = first
}

// add gives a number to the answer that says what is in r. It is to be stored in a
// slot that was got after the call.
func (m *memo) add(r record, slots *[objects]event.Slot) uint32 {
	if n, ok := m.numbers[r]; ok {
		return n
	}
	if len(m.numbers) == maxAnswers {
		m.forget()
	}
	begin, count := len(m.fragments), 0
	for o, s := range r {
		if s != nil && s.json != "" {
			m.fragments = append(m.fragments, event.Field{Text: s.json, Slot: slots[o], Kind: event.Members})
			count++
		}
	}
	if count == 0 {
		m.fragments = append(m.fragments, event.Field{}) // for a number of its own
	}
	m.records = append(m.records, make([]*record, len(m.fragments)-begin)...)
	kept := r // on the heap only when it is new
	m.records[begin] = &kept
	n := uint32(begin+1)<<countBits | uint32(count)
	m.numbers[r] = n
	return n
}

// get gives the fragments of an answer that says something, and its record.
func (m *memo) get(n uint32) ([]event.Field, *record) {
	begin := n>>countBits - 1
	return m.fragments[begin : begin+n&countMask], m.records[begin]
}

// hash mixes bits by Fibonacci hashing (Knuth, The Art of Computer Programming,
// volume 3, 6.4).
func hash(v uint64) uint64 {
	const golden = 0x9e3779b97f4a7c15
	return v * golden >> 40
}
