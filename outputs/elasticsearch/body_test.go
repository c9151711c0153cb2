package elasticsearch

import (
	"fmt"
	"strings"
	"testing"

	"github.com/naru-log/naru/event"
)

// bodyOf makes a body of documents of the sizes given, number i with the id of
// offset i.
func bodyOf(sizes []byte) (b *body, whole []string) {
	b = &body{}
	batch := &event.Batch{}
	batch.Arm(nil, nil)
	for i, size := range sizes {
		start := len(b.buf)
		b.buf = AppendID(append(b.buf, actionHead...), 0, 1, int64(i))
		if i%3 == 0 {
			b.buf = append(append(b.buf, actionIndex...), "logs"...)
		}
		b.buf = append(b.buf, actionTail...)
		b.buf = append(b.buf, strings.Repeat(string(rune('a'+i%26)), int(size))+"\n"...)
		b.add(start, batch)
		whole = append(whole, string(b.buf[start:]))
	}
	return b, whole
}

// FuzzKeep takes documents out of a body in two steps, as retries do, and
// compares what is left with a list of strings.
func FuzzKeep(f *testing.F) {
	f.Add([]byte{3, 1, 4, 1, 5, 9, 2, 6}, uint64(0b10110101), uint64(0b01010101), uint8(8), uint8(3))
	f.Add([]byte{0}, uint64(0), uint64(1), uint8(1), uint8(1))
	f.Add([]byte{200, 100, 0, 50}, uint64(0b1111), uint64(0b1001), uint8(2), uint8(4))
	f.Fuzz(func(t *testing.T, sizes []byte, first, second uint64, n, m uint8) {
		if len(sizes) == 0 || len(sizes) > 64 {
			return
		}
		b, want := bodyOf(sizes)
		for _, step := range []struct {
			n    int
			mask uint64
		}{{int(n), first}, {int(m), second}} {
			n := min(step.n, len(want))
			if n == 0 {
				continue
			}
			kept := func(i int) bool { return step.mask>>(i%64)&1 == 1 }
			var left []string
			for i, w := range want {
				if i >= n || kept(i) {
					left = append(left, w)
				}
			}
			b.keep(n, kept)
			want = left
			if len(b.items) != len(want) {
				t.Fatalf("%d documents are left, want %d", len(b.items), len(want))
			}
			if len(want) > 0 && string(b.bytes(len(want))) != strings.Join(want, "") {
				t.Fatalf("left\n%s\nwant\n%s", b.bytes(len(want)), strings.Join(want, ""))
			}
			for i := range want {
				index, document := b.parts(i)
				got := actionHead + string(b.id(i)) + actionTail + string(document) + "\n"
				if index != nil {
					got = actionHead + string(b.id(i)) + actionIndex + string(index) + actionTail + string(document) + "\n"
				}
				if got != want[i] {
					t.Fatalf("document %d has the parts of %q, want %q", i, got, want[i])
				}
			}
		}
	})
}

func TestBodyHoldsEachBatchOnce(t *testing.T) {
	b := &body{}
	acked := 0
	batches := make([]*event.Batch, 3)
	for i := range batches {
		batches[i] = &event.Batch{}
		batches[i].Arm(nil, func(*event.Batch) { acked++ })
	}
	for _, i := range []int{0, 0, 1, 1, 1, 2} {
		b.add(0, batches[i])
	}
	for _, batch := range batches {
		batch.Done()
	}
	if len(b.batches) != 3 || acked != 0 {
		t.Errorf("%d batches held, %d acknowledged", len(b.batches), acked)
	}
	for _, batch := range b.batches {
		batch.Done()
	}
	if acked != 3 {
		t.Errorf("%d acknowledged, want 3", acked)
	}
	b.reset()
	if s := fmt.Sprint(b.batches[:3]); strings.Contains(s, "0x") {
		t.Errorf("a body that is used again still points at batches: %s", s)
	}
}
