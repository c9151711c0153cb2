package bytesize

import "testing"

func TestUnmarshalText(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want Size
		text string
	}{
		{"0", 0, "0"},
		{"1000", 1000, "1000"},
		{"17 b", 17, "17"},
		{"64KB", 64 << 10, "64KiB"},
		{"64kib", 64 << 10, "64KiB"},
		{"1.5m", 3 << 19, "1536KiB"},
		{" 16 MB ", 16 << 20, "16MiB"},
		{"2GiB", 2 << 30, "2GiB"},
		{"1TB", 1 << 40, "1TiB"},
	} {
		var s Size
		if err := s.UnmarshalText([]byte(tt.in)); err != nil || s != tt.want {
			t.Errorf("%q = %d, %v; want %d", tt.in, s, err, tt.want)
		}
		if s.String() != tt.text {
			t.Errorf("%q prints as %s, want %s", tt.in, s, tt.text)
		}
	}
}

func TestUnmarshalTextRefuses(t *testing.T) {
	for _, in := range []string{"", "MB", "-1", "1XB", "1MBs", "ten", "NaN", "9999999999TB", "1 0MB"} {
		s := Size(7)
		if err := s.UnmarshalText([]byte(in)); err == nil || s != 7 {
			t.Errorf("%q = %d, %v; want an error", in, s, err)
		}
	}
}
