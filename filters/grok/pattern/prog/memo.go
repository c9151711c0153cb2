package prog

// memo remembers at which positions the memo points of a program have been
// and what came of it. It is a table of pages that are made when first
// touched, and it has a limit.
type memo struct {
	pages  []*memoPage // by point and stretch of the text
	stride int         // pages per point
	made   int
	free   []*memoPage
	full   bool
	ends   map[uint64]int32 // where a sub-program that was here ended
}

const (
	pageBits = 12 // positions per page, as a power of two
	// maxPages bounds the memory of a memo: 64 MiB.
	maxPages = 64 << 20 / (1 << pageBits / 4)
	// keptPages are kept for the next line: 1 MiB.
	keptPages = 1 << 20 / (1 << pageBits / 4)
)

// memoPage has two bits for each position.
type memoPage [1 << pageBits / 32]uint64

// The outcomes at a point and position.
const (
	unknown = 0
	failed  = 1
	passed  = 2
)

func (m *memo) reset(points, length int) {
	m.release()
	m.stride = length>>pageBits + 1
	need := points * m.stride
	if cap(m.pages) < need {
		m.pages = make([]*memoPage, need)
	}
	m.pages = m.pages[:need]
	m.full = false
	clear(m.ends)
}

// release takes the pages back for the next line, but for more than is
// reasonable to keep.
func (m *memo) release() {
	for i, p := range m.pages {
		if p != nil && len(m.free) < keptPages {
			*p = memoPage{}
			m.free = append(m.free, p)
		}
		m.pages[i] = nil
	}
	m.made = 0
	const kept = 1 << 16
	if cap(m.pages) > kept {
		m.pages = nil
	}
	if len(m.ends) > kept {
		m.ends = nil
	}
}

func (m *memo) page(point, pos int) *memoPage {
	at := &m.pages[point*m.stride+pos>>pageBits]
	if *at == nil {
		if m.made >= maxPages {
			m.full = true
			return new(memoPage)
		}
		m.made++
		if k := len(m.free); k > 0 {
			*at, m.free = m.free[k-1], m.free[:k-1]
		} else {
			*at = new(memoPage)
		}
	}
	return *at
}

func (m *memo) get(point, pos int) uint64 {
	p := m.pages[point*m.stride+pos>>pageBits]
	if p == nil {
		return unknown
	}
	return p[pos>>5&(len(p)-1)] >> (pos & 31 * 2) & 3
}

func (m *memo) set(point, pos int, outcome uint64) {
	p := m.page(point, pos)
	p[pos>>5&(len(p)-1)] |= outcome << (pos & 31 * 2)
}

// visit marks a point at a position and reports whether it was marked.
func (m *memo) visit(point, pos int) bool {
	p := m.page(point, pos)
	w, bit := &p[pos>>5&(len(p)-1)], uint64(1)<<(pos&31*2)
	if *w&bit != 0 {
		return true
	}
	*w |= bit
	return false
}

func endKey(point, pos int) uint64 { return uint64(point)<<32 | uint64(uint32(pos)) }

func (m *memo) setEnd(point, pos, end int) {
	if m.ends == nil {
		m.ends = make(map[uint64]int32)
	}
	m.ends[endKey(point, pos)] = int32(end)
	const most = 4 << 20
	if len(m.ends) > most {
		m.full = true
	}
}
