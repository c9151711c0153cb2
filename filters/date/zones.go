package date

import (
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// zoneNames are abbreviations with one meaning in practice, in seconds east of
// UTC: those that Joda-Time reads, and those of Korea and Japan.
var zoneNames = [...]struct {
	name   string
	offset int
}{
	{"UTC", 0}, {"GMT", 0}, {"UT", 0},
	{"EST", -5 * 3600}, {"EDT", -4 * 3600}, {"CST", -6 * 3600}, {"CDT", -5 * 3600},
	{"MST", -7 * 3600}, {"MDT", -6 * 3600}, {"PST", -8 * 3600}, {"PDT", -7 * 3600},
	{"KST", 9 * 3600}, {"JST", 9 * 3600},
}

// readZoneName reads an abbreviation; end is -1 when there is none.
func readZoneName(b []byte, i int) (offset, end int) {
	for k := range zoneNames {
		n := len(zoneNames[k].name)
		if len(b)-i >= n && string(b[i:i+n]) == zoneNames[k].name {
			return zoneNames[k].offset, i + n
		}
	}
	return 0, -1
}

// maxZones bounds what a stream of made-up names can make us keep.
const maxZones = 1024

// zones remembers time zones by name, unknown ones as nil. Reading takes no
// lock; it is shared by the workers.
type zones struct {
	known atomic.Pointer[map[string]*time.Location]
	mu    sync.Mutex // held to replace known
}

func newZones() *zones {
	z := &zones{}
	z.known.Store(&map[string]*time.Location{})
	return z
}

// read finds the zone whose name stands at b[i:]; end is -1 when it is none.
func (z *zones) read(b []byte, i int) (zone *time.Location, end int) {
	end = i
	for end < len(b) && zoneByte(b[end]) {
		end++
	}
	zone, known := (*z.known.Load())[string(b[i:end])]
	if !known {
		zone = z.load(string(b[i:end]))
	}
	if zone == nil {
		return nil, -1
	}
	return zone, end
}

func (z *zones) load(name string) *time.Location {
	zone, err := loadZone(name)
	if err != nil || name == "Local" {
		zone = nil
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if old := *z.known.Load(); len(old) < maxZones {
		more := maps.Clone(old)
		more[name] = zone
		z.known.Store(&more)
	}
	return zone
}

func zoneByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '/' || c == '_' || c == '+' || c == '-' || c == ':'
}
