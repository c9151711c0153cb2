//go:build servers

package difftest

import (
	"strings"
	"testing"

	"github.com/naru-log/naru/internal/grokoracle"
)

// TestCharacterClasses compares what the named classes contain, over blocks
// whose characters have been in Unicode for long.
func TestCharacterClasses(t *testing.T) {
	o := startOracle(t)
	var lines []string
	for _, block := range [][2]rune{{0, 0x24f}, {0x370, 0x3ff}, {0x410, 0x44f}, {0x660, 0x669}, {0x1100, 0x1112}, {0x2000, 0x206f}, {0x20a0, 0x20ac}, {0x2100, 0x2138}, {0x2190, 0x21ff}, {0x2460, 0x2473}, {0x3000, 0x303f}, {0x3131, 0x318e}, {0xac00, 0xac10}, {0x4e00, 0x4e10}, {0xff01, 0xff5e}} {
		for r := block[0]; r <= block[1]; r++ {
			lines = append(lines, string(r))
		}
	}
	expressions := []string{`\w`, `\d`, `\s`, `\h`, `.`, `\p{Any}`, `(?i)[a-z]`, `(?i)[^k]`, `(?i)ss`, `\bx?`}
	for _, name := range posix {
		expressions = append(expressions, "[[:"+name+":]]", "[[:^"+name+":]]", "(?i)[[:"+name+":]]", `\p{`+name+"}")
	}
	for _, name := range append(properties, "Cased", "Math", "newline", "ID_Start", "ID_Continue", "Latn", "Hang", "Zyyy", "White_Space") {
		expressions = append(expressions, `\p{`+name+"}")
	}
	for _, expression := range expressions {
		want := askOracle(t, o, expression, grokoracle.Options{}, lines...)
		got := askNaru(expression, nil, nil, lines...)
		var differ strings.Builder
		for i, line := range lines {
			if !got[i].equal(want[i]) {
				differ.WriteString(line)
			}
		}
		if differ.Len() > 0 {
			t.Errorf("%s differs on %q", expression, differ.String())
		}
	}
}
