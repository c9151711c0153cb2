// Package bytesize reads amounts of bytes as people write them.
package bytesize

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Size is a number of bytes. As text it is a whole or decimal number with a
// unit: B, KB, MB, GB, TB (powers of 1024, as KiB, MiB, GiB, TiB), or none for
// bytes.
type Size int64

var units = []struct {
	name string
	size Size
}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

// String gives the shortest exact text.
func (s Size) String() string {
	for _, u := range units {
		if s != 0 && s%u.size == 0 {
			return fmt.Sprintf("%d%s", s/u.size, u.name)
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

// MarshalText is String.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a size; letter case and a space before the unit do not
// matter.
func (s *Size) UnmarshalText(text []byte) error {
	written := strings.TrimSpace(string(text))
	number := strings.TrimRight(written, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	factor, ok := factor(written[len(number):])
	value, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if !ok || err != nil || !(value >= 0) {
		return fmt.Errorf("%q is not a size: write a number and a unit, such as 512KB or 16MB", text)
	}
	bytes := value * float64(factor)
	if bytes >= math.MaxInt64 {
		return fmt.Errorf("%q is more bytes than can be counted", text)
	}
	*s = Size(bytes)
	return nil
}

func factor(unit string) (Size, bool) {
	unit = strings.ToUpper(unit)
	if unit == "" || unit == "B" {
		return 1, true
	}
	for _, u := range units {
		if name := strings.ToUpper(u.name); unit == name || unit == name[:1] || unit == name[:1]+"B" {
			return u.size, true
		}
	}
	return 0, false
}
