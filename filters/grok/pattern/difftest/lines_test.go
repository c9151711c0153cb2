//go:build servers

package difftest

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"
	"unicode/utf8"
)

// The default is fixed, so that a run of all tests says the same each time.
// The fuzz target and -seed 0 are there to find what is not known yet.
var seed = flag.Uint64("seed", 1, "seed of the random tests; 0 takes one from the clock")

// random returns a generator whose seed is printed, so that -seed repeats it.
func random(t testing.TB) *rand.Rand {
	t.Helper()
	s := *seed
	if s == 0 {
		s = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d (repeat with -seed %d)", s, s)
	return rand.New(rand.NewPCG(s, s))
}

// pieces are inserted by mutate: what log lines are made of, and what the
// rules for characters, words and lines stumble over.
var pieces = []string{
	" ", "  ", "\t", "\n", "\r\n", "-", "\"", "'", "\\", "\\\"", "[", "]", "(", ")", "{", "}", "/", "//", ":", ";", ",", ".", "=", "%", "@", "#", "|", "*", "?", "+", "<", ">", "_",
	"0", "1", "9", "10", "255", "256", "2147483648", "-1", "+7", "1.5", "1e5", "0x1F", "a", "Z", "abc", "true", "null", "GET", "INFO", "한", "한글", "é", "É", "ß", "İ", "K", "٣", "\u00a0", "\u2028", "\u200d", "😀", "e\u0301", "\x00",
	"10.0.0.1", "::1", "fe80::1%eth0", "example.com", "2024-01-02T03:04:05Z", "02/Jan/2024:03:04:05 +0900", "Jan  2 03:04:05",
}

// mutate returns line after one to three small changes, valid UTF-8 as line is.
func mutate(r *rand.Rand, line string) string {
	for range 1 + r.IntN(3) {
		line = mutateOnce(r, line)
	}
	return line
}

func mutateOnce(r *rand.Rand, line string) string {
	at, end := span(r, line)
	switch r.IntN(8) {
	case 0: // delete
		return line[:at] + line[end:]
	case 1: // insert
		return line[:at] + pieces[r.IntN(len(pieces))] + line[at:]
	case 2: // replace
		return line[:at] + pieces[r.IntN(len(pieces))] + line[end:]
	case 3: // double
		return line[:end] + line[at:]
	case 4: // cut the end
		return line[:at]
	case 5: // cut the start
		return line[at:]
	case 6: // change the case
		return line[:at] + swapCase(line[at:end]) + line[end:]
	default: // move
		rest := line[:at] + line[end:]
		to := boundary(rest, r.IntN(len(rest)+1))
		return rest[:to] + line[at:end] + rest[to:]
	}
}

// span picks a short range of whole characters.
func span(r *rand.Rand, line string) (from, to int) {
	from = boundary(line, r.IntN(len(line)+1))
	to = boundary(line, min(len(line), from+r.IntN(6)))
	return from, max(from, to)
}

// boundary moves i down to the start of a character.
func boundary(s string, i int) int {
	for i < len(s) && !utf8.RuneStart(s[i]) {
		i--
	}
	return i
}

func swapCase(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			b[i] = c ^ 0x20
		}
	}
	return string(b)
}
