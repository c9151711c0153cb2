package demolog

import (
	"bytes"
	"regexp"
	"testing"
	"time"
)

var combined = regexp.MustCompile(`^[0-9a-f.:]+ - \S+ \[26/Apr/2018:01:28:08 \+0900\] "(-|(GET|POST) \S+ HTTP/1\.1)" (\d{3}) (\d+|-) \d+ "[^"]*" "[^"]*"\n$`)

func TestLines(t *testing.T) {
	now := time.Date(2018, 4, 26, 1, 28, 8, 0, time.FixedZone("KST", 9*3600))
	g, again := New(1), New(1)
	seen := map[string]int{}
	for range 5000 {
		line := g.Append(nil, now)
		m := combined.FindSubmatch(line)
		if m == nil {
			t.Fatalf("not a combined line: %s", line)
		}
		seen[string(m[3])]++
		if !bytes.Equal(line, again.Append(nil, now)) {
			t.Fatal("the same seed gave another line")
		}
	}
	for _, status := range []string{"200", "304", "302", "404", "408", "500", "503"} {
		if seen[status] == 0 {
			t.Errorf("no line with status %s: %v", status, seen)
		}
	}
	if seen["408"] < 200 || seen["408"] > 800 {
		t.Errorf("%d of 5000 lines are 408s", seen["408"])
	}
}
