package difftest

import (
	"strings"
	"testing"
)

// shrink makes pattern and line shorter as long as differs holds.
func shrink(pattern, line string, differs func(pattern, line string) bool) (string, string) {
	for {
		keep := func(s string) bool { return differs(s, line) }
		shorter := unwrap(cut(pattern, keep), keep)
		shorterLine := cut(line, func(s string) bool { return differs(shorter, s) })
		if shorter == pattern && shorterLine == line {
			return pattern, line
		}
		pattern, line = shorter, shorterLine
	}
}

// cut removes stretches of whole characters from s, long ones first, as long
// as keep holds.
func cut(s string, keep func(string) bool) string {
	chars := []rune(s)
	for size := (len(chars) + 1) / 2; size > 0; size /= 2 {
		for at := 0; at+size <= len(chars); {
			without := append(append([]rune{}, chars[:at]...), chars[at+size:]...)
			if keep(string(without)) {
				chars = without
			} else {
				at++
			}
		}
	}
	return string(chars)
}

// unwrap removes pairs of brackets from s as long as keep holds.
func unwrap(s string, keep func(string) bool) string {
	for i := 0; i < len(s); i++ {
		for j := i + 1; s[i] == '(' && j < len(s); j++ {
			if s[j] != ')' {
				continue
			}
			if without := s[:i] + s[i+1:j] + s[j+1:]; keep(without) {
				return unwrap(without, keep)
			}
		}
	}
	return s
}

func TestShrink(t *testing.T) {
	pattern, line := shrink("xx(한y)z", "aaab", func(p, l string) bool {
		return strings.Contains(p, "한") && strings.Contains(l, "b")
	})
	if pattern != "한" || line != "b" {
		t.Errorf("got %q and %q", pattern, line)
	}
	pattern, _ = shrink("((a)((b)))", "", func(p, _ string) bool {
		return strings.Contains(p, "b") && strings.Count(p, "(") == strings.Count(p, ")")
	})
	if pattern != "b" {
		t.Errorf("got %q", pattern)
	}
}
