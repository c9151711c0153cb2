package file

import (
	"math/rand/v2"
	"testing"

	"github.com/naru-log/naru/checkpoint"
)

// TestWatermark emits and acknowledges in random order, with commits that succeed
// or fail in between, and compares with the plainest model: the watermark is the
// end of the longest run of acknowledged bytes from where reading began, and what
// is durable is what it was when the last good commit collected it.
func TestWatermark(t *testing.T) {
	for seed := range uint64(80) {
		rng := rand.New(rand.NewPCG(seed, 4))
		s := newSingle(t, 1)
		f := s.f
		var chunks []*chunk
		acked := map[*chunk]bool{}
		collected, durable := int64(0), int64(0)
		watermark := func() (at int64) {
			for _, c := range chunks {
				if !acked[c] {
					break
				}
				at = c.End
			}
			return at
		}
		for range 200 {
			switch n := rng.IntN(10); {
			case n < 4:
				c := &chunk{file: f}
				c.Start, c.End = f.position, f.position+1+rng.Int64N(100)
				c.tail.set([]byte{byte(c.End)})
				c.refs.Store(2) // the test keeps it
				chunks = append(chunks, c)
				f.push(c)
			case n < 8 && len(chunks) > 0:
				if c := chunks[rng.IntN(len(chunks))]; !acked[c] {
					acked[c] = true
					f.acknowledge(c)
				}
			case n == 8:
				s.in.Collect()
				collected = watermark()
				var err error
				if rng.IntN(3) == 0 {
					err = checkpoint.ErrClosed
				} else {
					durable = collected
				}
				s.in.Committed(err)
			}
			want := watermark()
			if f.watermark != want || f.durable != durable {
				t.Fatalf("seed %d: watermark %d, durable %d; want %d, %d", seed, f.watermark, f.durable, want, durable)
			}
			if e := f.entry(); e.Offset != want || e.Sent < want || e.Limit < f.position {
				t.Fatalf("seed %d: entry %+v at position %d, want offset %d", seed, e, f.position, want)
			}
			if want > 0 && f.markTail.bytes()[0] != byte(want) {
				t.Fatalf("seed %d: the tail is not that of the watermark", seed)
			}
			if (f.first == nil) != (want == f.position) {
				t.Fatalf("seed %d: in flight %v at watermark %d of %d", seed, f.first != nil, want, f.position)
			}
		}
	}
}
