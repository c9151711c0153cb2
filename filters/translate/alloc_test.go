//go:build !race

package translate

import "testing"

// The race detector makes sync.Pool, which package regexp uses, forget.
func TestDoesNotAllocate(t *testing.T) {
	for _, regex := range []bool{false, true} {
		process := row(t, regex)
		process()
		if n := testing.AllocsPerRun(100, process); n != 0 {
			t.Errorf("regex %v: %v allocations", regex, n)
		}
	}
}
