package part

import "testing"

func TestOf(t *testing.T) {
	whole := make([]byte, 10, 16)
	other := make([]byte, 10, 16)
	for _, tt := range []struct {
		name string
		b    []byte
		want bool
	}{
		{"all of it", whole, true},
		{"inside", whole[3:7], true},
		{"its end", whole[9:], true},
		{"beyond its length", whole[8:12], false},
		{"after its length", whole[12:14], false},
		{"another array", other, false},
		{"empty", whole[3:3], false},
		{"nil", nil, false},
		{"capacity cut down: not recognised", whole[3:5:6], false},
	} {
		if got := Of(whole, tt.b); got != tt.want {
			t.Errorf("%s: Of = %v", tt.name, got)
		}
	}
	if Of(nil, whole) {
		t.Error("a part of nothing")
	}
}
