package event

import (
	"bytes"
	"testing"
)

// TestIsPlain puts every byte at every place of texts of many lengths.
func TestIsPlain(t *testing.T) {
	for length := range 80 {
		text := bytes.Repeat([]byte("\" ~0aZ"), 14)[:length]
		if !isPlain(text) {
			t.Errorf("%q is not plain", text)
		}
		for at := range text {
			was := text[at]
			for c := range 256 {
				text[at] = byte(c)
				if got, want := isPlain(text), c >= 0x20 && c < 0x80 && c != '\\'; got != want {
					t.Fatalf("isPlain(%q) = %v", text, got)
				}
			}
			text[at] = was
		}
	}
}
