package expr

import "testing"

func TestSuggest(t *testing.T) {
	names := []string{"startswith", "strcontains", "lower", "has", "hastag"}
	for _, tt := range []struct{ written, want string }{
		{"starswith", ` Did you mean "startswith"?`},
		{"start", ` Did you mean "startswith"?`},
		{"lowr", ` Did you mean "lower"?`},
		{"x", ""},
		{"st", ""},
		{"hat", ` Did you mean "has"?`},
		{"completely", ""},
		{"", ""},
	} {
		if got := Suggest(tt.written, names); got != tt.want {
			t.Errorf("%q: %q", tt.written, got)
		}
	}
}
