//go:build !race

package gsub

import "testing"

// The race detector makes sync.Pool, in which regexp keeps its memory, forget at
// random, so this holds only without it.
func TestDoesNotAllocate(t *testing.T) {
	ev, p := row(t)
	for _, text := range []string{"/user/12/item/345", "/user"} {
		line := []byte(text)
		run := func() { ev.Reset(nil, line, 0); p.Process(ev) }
		for range 10 {
			run()
		}
		if n := testing.AllocsPerRun(100, run); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}
