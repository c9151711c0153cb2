package date

import (
	"encoding/binary"
	"encoding/hex"
)

// maxDigits is how many digits always fit into an int64.
const maxDigits = 18

// parseUnix reads seconds since 1970 UTC, with a fraction or without.
func parseUnix(b []byte, t *moment) bool {
	negative, i := sign(b)
	seconds, end := readNumber(b, i, maxDigits)
	if end == i {
		return false
	}
	t.instant, t.set = int64(seconds), hasInstant
	if end < len(b) {
		if b[end] != '.' || readFractionAt(b, end+1, len(b), t) != len(b) {
			return false
		}
	}
	if negative {
		t.instant, t.nanos, t.fracStart = -t.instant, -t.nanos, -1
	}
	return true
}

// parseUnixMillis reads milliseconds since 1970 UTC.
func parseUnixMillis(b []byte, t *moment) bool {
	negative, i := sign(b)
	millis, end := readNumber(b, i, maxDigits)
	if end == i || end != len(b) {
		return false
	}
	if negative {
		millis = -millis
	}
	t.instant, t.nanos, t.set = int64(millis/1000), int64(millis%1000)*1e6, hasInstant
	return true
}

func sign(b []byte) (negative bool, start int) {
	if len(b) > 0 && b[0] == '-' {
		return true, 1
	}
	return false, 0
}

// taiOffset is what multilog's labels are ahead of Unix time, in seconds: the
// difference of 1970, since its clock knows no leap seconds.
const taiOffset = 10

// parseTAI64N reads the labels of D. J. Bernstein's multilog: @ and 24
// hexadecimal digits, 2^62 seconds at 1970 and nanoseconds.
func parseTAI64N(b []byte, t *moment) bool {
	if len(b) > 0 && b[0] == '@' {
		b = b[1:]
	}
	if len(b) != 24 {
		return false
	}
	var raw [12]byte
	if _, err := hex.Decode(raw[:], b); err != nil {
		return false
	}
	seconds, nanos := binary.BigEndian.Uint64(raw[:8]), binary.BigEndian.Uint32(raw[8:])
	if seconds >= 1<<63 || nanos >= 1e9 {
		return false
	}
	t.instant, t.nanos, t.set = int64(seconds)-1<<62-taiOffset, int64(nanos), hasInstant
	return true
}
