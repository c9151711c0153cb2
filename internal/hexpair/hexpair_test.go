package hexpair

import (
	"encoding/hex"
	"testing"
)

// TestDecode goes over all pairs of bytes, with encoding/hex as the judge.
func TestDecode(t *testing.T) {
	for high := range 256 {
		for low := range 256 {
			got, ok := Decode(byte(high), byte(low))
			want, err := hex.DecodeString(string([]byte{byte(high), byte(low)}))
			if ok != (err == nil) || ok && got != want[0] {
				t.Fatalf("%q, %q: %#x, %v; encoding/hex says %#x, %v", byte(high), byte(low), got, ok, want, err)
			}
		}
	}
}
