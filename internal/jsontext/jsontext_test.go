package jsontext

import (
	"encoding/json"
	"testing"
	"unicode/utf8"
)

var seeds = []string{
	``, `plain`, `a\"b\\c\/d\b\f\n\r\t\u0041\uD55C\ud83d\ude00`, `\ud83d x`, `\ud800\u0041`, `\ude00\ud83d`, `\ud800\n`, `\u00e9\u00E9`,
}

// check compares with encoding/json what that takes for a string.
func check(t *testing.T, s string) {
	got := string(AppendUnescaped([]byte("> "), []byte(s)))
	var want string
	if utf8.ValidString(s) && json.Unmarshal([]byte(`"`+s+`"`), &want) == nil && got != "> "+want {
		t.Errorf("%s is %q, want %q", s, got, want)
	}
}

func TestAppendUnescaped(t *testing.T) {
	for _, s := range seeds {
		check(t, s)
	}
}

func FuzzAppendUnescaped(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(check)
}

func TestBroken(t *testing.T) {
	for s, want := range map[string]string{
		`\`: `\`, `a\`: `a\`, `\x`: "x", `\u12`: "\ufffd12", `\ud83d\u12`: "\ufffd\ufffd12", `\ud83d\u`: "\ufffd\ufffd", "\xff\\n": "\xff\n",
	} {
		if got := string(AppendUnescaped(nil, []byte(s))); got != want {
			t.Errorf("%s is %q, want %q", s, got, want)
		}
	}
}
