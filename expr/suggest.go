package expr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Suggest gives ` Did you mean "…"?` with the name closest to what was written:
// one that differs by a letter or two, else one that begins with it. It gives
// nothing when none is close.
func Suggest(written string, names []string) string {
	best, distance := "", 1+min(2, len(written)/2)
	slices.Sort(names)
	for _, name := range names {
		if d := levenshtein.Distance(written, name, nil); d < distance {
			best, distance = name, d
		}
	}
	if i := slices.IndexFunc(names, func(name string) bool { return strings.HasPrefix(name, written) }); best == "" && i >= 0 && len(written) >= 3 {
		best = names[i]
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" Did you mean %q?", best)
}
