package elasticsearch

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"testing"
	"time"
)

func referenceID(ns int64, source uint64, offset int64) string {
	var b [21]byte
	var word [8]byte
	binary.BigEndian.PutUint64(word[:], uint64(time.Unix(0, ns).UnixMilli()))
	copy(b[:6], word[2:])
	binary.BigEndian.PutUint64(b[6:14], source)
	binary.BigEndian.PutUint64(word[:], uint64(offset))
	copy(b[14:], word[1:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func FuzzAppendID(f *testing.F) {
	f.Add(int64(1524673708000000000), uint64(0x0123456789abcdef), int64(12345))
	f.Add(int64(-1), uint64(math.MaxUint64), int64(1<<56-1))
	f.Add(int64(0), uint64(0), int64(0))
	f.Fuzz(func(t *testing.T, ns int64, source uint64, offset int64) {
		offset &= 1<<56 - 1
		if got, want := string(AppendID([]byte("x"), ns, source, offset)), "x"+referenceID(ns, source, offset); got != want {
			t.Errorf("id of (%d, %#x, %d) is %s, want %s", ns, source, offset, got, want)
		}
	})
}

func BenchmarkAppendID(b *testing.B) {
	b.ReportAllocs()
	dst := make([]byte, 0, 64)
	offset := int64(0)
	for b.Loop() {
		offset += 211
		dst = AppendID(dst[:0], 1524673708000000000+offset, 0x0123456789abcdef, offset)
	}
}
