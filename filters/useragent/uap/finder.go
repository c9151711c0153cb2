package uap

import "fmt"

// finder finds which of a set of literals occur in a text, in one pass. Each literal is filed under the hash of three
// of its bytes, the three that the fewest others are filed under; at each position of the text the literals filed under
// the three bytes there are compared. Against an automaton (Aho and Corasick) the table is a tenth of the size, is
// built in no time, and the pass does not wait for one look-up to know the next.
type finder struct {
	starts []uint16 // entries of hash h are entries[starts[h]:starts[h+1]]
	files  []filed
	spans  []uint32 // literal i is text[spans[i]:spans[i+1]]
	text   string
}

// filed is a literal and where in it the three bytes are.
type filed struct {
	literal uint16
	offset  uint16
}

const (
	gram     = 3
	hashBits = 13
	maxFiled = 1 << 16
)

func hashGram(a, b, c byte) uint32 {
	return (uint32(a) | uint32(b)<<8 | uint32(c)<<16) * 0x9e3779b1 >> (32 - hashBits)
}

// newFinder files literals of at least three bytes.
func newFinder(literals []string) (*finder, error) {
	if len(literals) >= maxFiled {
		return nil, fmt.Errorf("%d literals in the rules, more than the %d that fit", len(literals), maxFiled-1)
	}
	f := &finder{starts: make([]uint16, 1<<hashBits+1), files: make([]filed, len(literals)), spans: make([]uint32, 1, len(literals)+1)}
	common := commonGrams()
	count := make([]uint16, 1<<hashBits)
	chosen := make([]uint16, len(literals))
	text := make([]byte, 0, 16*len(literals))
	for i, l := range literals {
		text = append(text, l...)
		f.spans = append(f.spans, uint32(len(text)))
		best := ^uint32(0)
		for off := 0; off+gram <= min(len(l), maxFiled); off++ {
			h := hashGram(l[off], l[off+1], l[off+2])
			if load := uint32(count[h]) + common[h]; load < best {
				best, chosen[i] = load, uint16(off)
			}
		}
		count[hashGram(l[chosen[i]], l[chosen[i]+1], l[chosen[i]+2])]++
	}
	f.text = string(text)
	for h, n := range count {
		f.starts[h+1] = f.starts[h] + n
	}
	for i, l := range literals {
		h := hashGram(l[chosen[i]], l[chosen[i]+1], l[chosen[i]+2])
		count[h]--
		f.files[f.starts[h]+count[h]] = filed{literal: uint16(i), offset: chosen[i]}
	}
	return f, nil
}

// commonGrams weighs the hashes that occur in most user agents: to be avoided, as each costs a comparison every time.
func commonGrams() []uint32 {
	w := make([]uint32, 1<<hashBits)
	for i := 0; i+gram <= len(typical); i++ {
		w[hashGram(typical[i], typical[i+1], typical[i+2])] += 8
	}
	return w
}

// find calls found for each literal at each place it occurs in text, which is normalised.
func (f *finder) find(text []byte, found func(literal uint16)) {
	for i := 0; i+gram <= len(text); i++ {
		h := hashGram(text[i], text[i+1], text[i+2])
		from, to := f.starts[h], f.starts[h+1]
		for ; from < to; from++ {
			e := f.files[from]
			lit := f.text[f.spans[e.literal]:f.spans[e.literal+1]]
			at := i - int(e.offset)
			if at >= 0 && len(text)-at >= len(lit) && string(text[at:at+len(lit)]) == lit {
				found(e.literal)
			}
		}
	}
}
