package geoip

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
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

// answer is what is known of some addresses, in one place: each step through
// memory costs more than the rest of a hit.
type answer struct {
	kind  answerKind
	json  [objects][]byte // fragments, nil for none
	found *record         // fields one by one, nil unless there are some
}

type answerKind uint8

const (
	passedOver answerKind = iota // private or reserved: not looked up
	unknown
	known
)

// memo remembers the answers of many addresses, for the same clients come again
// and again, and finding one in a database takes as many steps through memory as
// its network has bits. The addresses keep the number of their answer: there
// are few different ones. A worker owns it.
type memo struct {
	v4      [][ways]entry4 // by hash of the address: the last ones asked for, the newest first
	v6      []entry6       // by hash of the address: the last one asked for
	answers []answer       // by number; 0 is none
	numbers map[findings]uint32
}

type entry4 struct{ addr, number uint32 }

type entry6 struct {
	high, low uint64
	number    uint32
}

func newMemo() *memo {
	return &memo{v4: make([][ways]entry4, remembered4/ways), answers: make([]answer, 1), numbers: make(map[findings]uint32)}
}

// forget empties the memo.
func (m *memo) forget() {
	clear(m.v4)
	clear(m.v6)
	clear(m.numbers)
	clear(m.answers) // what they refer to may go
	m.answers = m.answers[:1]
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

// findings are what an answer is made of.
type findings struct {
	record record
	kind   answerKind
}

// add gives a number to an answer. It is to be stored in a slot that was got
// after the call.
func (m *memo) add(f findings) uint32 {
	if n, ok := m.numbers[f]; ok {
		return n
	}
	if len(m.answers) == maxAnswers {
		m.forget()
	}
	a := answer{kind: f.kind}
	for o, s := range f.record {
		if s == nil {
			continue
		}
		a.json[o] = s.json
		if len(s.values) > 0 {
			a.found = &f.record
		}
	}
	n := uint32(len(m.answers))
	m.answers = append(m.answers, a)
	m.numbers[f] = n
	return n
}

// hash mixes bits by Fibonacci hashing (Knuth, The Art of Computer Programming,
// volume 3, 6.4).
func hash(v uint64) uint64 {
	const golden = 0x9e3779b97f4a7c15
	return v * golden >> 40
}
