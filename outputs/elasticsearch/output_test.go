package elasticsearch

import "testing"

func TestDelivers(t *testing.T) {
	f := newFake(t)
	ship(t, config(t, f.URL), "a", "b", "c")
	if got := f.messages(); got != "a b c" {
		t.Errorf("stored %q, want a b c", got)
	}
}
