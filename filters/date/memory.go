package date

import (
	"bytes"
	"strconv"

	"github.com/naru-log/naru/event"
)

// maxRemembered bounds the text that is kept, in bytes.
const maxRemembered = 64

// memory keeps the last text that was read. Log lines come in order, so most
// times are the last one again, or differ from it only in the digits of their
// fraction of a second.
type memory struct {
	text       [maxRemembered]byte
	n          int
	ns         int64
	start, end int   // digits of the fraction in text, when start >= 0
	whole      int64 // ns without the fraction
}

// recall answers for the text last learned, and for one that differs from it
// in the digits of the fraction alone.
func (m *memory) recall(text []byte) (int64, bool) {
	if len(text) != m.n || m.n == 0 {
		return 0, false
	}
	if m.start < 0 {
		return m.ns, bytes.Equal(text, m.text[:m.n])
	}
	if !bytes.Equal(text[:m.start], m.text[:m.start]) || !bytes.Equal(text[m.end:], m.text[m.end:m.n]) {
		return 0, false
	}
	frac, ok := readFraction(text[m.start:m.end])
	return m.whole + frac, ok
}

// learn remembers what a text means. The fraction may vary later only when the
// first format read the text: then no other one would have been tried.
func (m *memory) learn(text []byte, ns int64, t *moment, first bool) {
	if len(text) > maxRemembered {
		m.n = 0
		return
	}
	m.n = copy(m.text[:], text)
	m.ns, m.start = ns, -1
	if first && t.fracStart >= 0 {
		m.start, m.end = t.fracStart, t.fracEnd
		m.whole = ns - t.nanos
	}
}

// readFraction reads digits after a decimal point as nanoseconds; digits beyond
// the ninth are cut off.
func readFraction(b []byte) (int64, bool) {
	n, scale := int64(0), int64(1e9)
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		if scale > 1 {
			n, scale = n*10+int64(c-'0'), scale/10
		}
	}
	return n * scale, true
}

// appendNumber writes a number as a log would have it.
func appendNumber(b []byte, v event.Value) []byte {
	if v.Kind() == event.Int {
		return strconv.AppendInt(b, v.Int(), 10)
	}
	return strconv.AppendFloat(b, v.Float(), 'f', -1, 64)
}
