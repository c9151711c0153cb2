package date

import (
	"bytes"
	"time"
)

type opKind uint8

const (
	opLiteral opKind = iota
	opYear
	opTwoDigitYear
	opWeekyear
	opMonth
	opMonthName
	opDay
	opDayOfYear
	opWeek
	opWeekday
	opWeekdayName
	opHour          // 0 to 23
	opClockHour     // 1 to 24
	opHalfHour      // 0 to 11
	opHalfClockHour // 1 to 12
	opHalf          // AM or PM
	opMinute
	opSecond
	opFraction
	opOffset
	opZoneName
	opZoneID
)

// op reads one part of a text.
type op struct {
	kind  opKind
	max   int    // digits at most
	exact bool   // of a two-digit year: digits follow
	pivot int    // of a two-digit year: the middle of its century
	text  string // of a literal, in lower case
	names []name
	zones *zones
}

// run reads all of b.
func run(ops []op, b []byte, t *moment) bool {
	i := 0
	for k := range ops {
		if i = ops[k].read(b, i, t); i < 0 {
			return false
		}
	}
	return i == len(b)
}

// read reads one part at b[i:] and gives the position after it, -1 when the
// text does not have it.
func (o *op) read(b []byte, i int, t *moment) int {
	switch o.kind {
	case opLiteral:
		return readLiteral(b, i, o.text)
	case opMonthName, opWeekdayName, opHalf:
		return o.readName(b, i, t)
	case opTwoDigitYear:
		return o.readTwoDigitYear(b, i, t)
	case opFraction:
		return readFractionAt(b, i, o.max, t)
	case opOffset, opZoneName, opZoneID:
		return o.readZone(b, i, t)
	}
	n, end := readNumber(b, i, o.max)
	if end == i {
		return -1
	}
	return o.store(n, end, t)
}

// store keeps a number and gives end, or -1 when it is out of range.
func (o *op) store(n, end int, t *moment) int {
	low, high := 0, 59
	switch o.kind {
	case opYear:
		t.year, t.set, high = n, t.set|hasYear, n
	case opWeekyear:
		t.year, t.set, high = n, t.set|hasWeekyear, n
	case opMonth:
		t.month, t.set, low, high = n, t.set|hasMonth, 1, 12
	case opDay:
		t.day, t.set, low, high = n, t.set|hasDay, 1, 31
	case opDayOfYear:
		t.dayOfYear, t.set, low, high = n, t.set|hasDayOfYear, 1, 366
	case opWeek:
		t.week, t.set, low, high = n, t.set|hasWeek, 1, 53
	case opWeekday:
		t.wkday, t.set, low, high = n, t.set|hasWeekday, 1, 7
	case opHour:
		t.hour, high = n, 23
	case opClockHour:
		t.hour, low, high = n%24, 1, 24
	case opHalfHour:
		t.hour, t.set, high = n, t.set|hasHalf, 11
	case opHalfClockHour:
		t.hour, t.set, low, high = n%12, t.set|hasHalf, 1, 12
	case opMinute:
		t.min = n
	case opSecond:
		t.sec = n
	}
	if n < low || n > high {
		return -1
	}
	return end
}

func (o *op) readName(b []byte, i int, t *moment) int {
	n, end := matchName(o.names, b, i)
	if end < 0 {
		return -1
	}
	switch o.kind {
	case opMonthName:
		t.month, t.set = n, t.set|hasMonth
	case opWeekdayName:
		t.wkday, t.set = n, t.set|hasWeekday
	case opHalf:
		t.pm = n == pm
	}
	return end
}

// readTwoDigitYear puts two digits into the hundred years around the pivot. A
// year of another length is taken as it is, unless digits follow it directly.
func (o *op) readTwoDigitYear(b []byte, i int, t *moment) int {
	limit := o.max
	if o.exact {
		limit = 2
	}
	n, end := readNumber(b, i, limit)
	if end == i || o.exact && end != i+2 {
		return -1
	}
	if end == i+2 {
		low := o.pivot - 50
		n += low - low%100
		if n < low {
			n += 100
		}
	}
	t.year, t.set = n, t.set|hasYear
	return end
}

func (o *op) readZone(b []byte, i int, t *moment) int {
	switch o.kind {
	case opZoneID:
		zone, end := o.zones.read(b, i)
		if end < 0 {
			return -1
		}
		return setZone(t, zone, end)
	case opZoneName:
		if offset, end := readZoneName(b, i); end > 0 {
			return setOffset(t, offset, end)
		}
	}
	offset, end := readOffset(b, i)
	if end < 0 {
		return -1
	}
	return setOffset(t, offset, end)
}

func setZone(t *moment, zone *time.Location, end int) int {
	t.zone, t.set = zone, t.set|hasZone
	return end
}

func setOffset(t *moment, offset, end int) int {
	t.offset, t.set = offset, t.set|hasOffset
	return end
}

// readNumber reads up to limit digits; end is i when there are none.
func readNumber(b []byte, i, limit int) (n, end int) {
	stop := min(len(b), i+limit)
	for ; i < stop && b[i]-'0' <= 9; i++ {
		n = n*10 + int(b[i]-'0')
	}
	return n, i
}

func readFractionAt(b []byte, i, limit int, t *moment) int {
	_, end := readNumber(b, i, limit)
	if end == i {
		return -1
	}
	t.nanos, _ = readFraction(b[i:end])
	t.fracStart, t.fracEnd = i, end
	return end
}

// readLiteral compares without regard to the case of ASCII letters; text is in
// lower case.
func readLiteral(b []byte, i int, text string) int {
	if len(b)-i < len(text) {
		return -1
	}
	for k := range len(text) {
		if c := b[i+k]; c != text[k] && lowerASCII(c) != text[k] {
			if !bytes.EqualFold(b[i:i+len(text)], []byte(text)) {
				return -1
			}
			break
		}
	}
	return i + len(text)
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// readOffset reads Z, +09, +0900, +09:00 or +09:00:00 and gives seconds east of
// UTC; end is -1 when there is none.
func readOffset(b []byte, i int) (offset, end int) {
	if i >= len(b) {
		return 0, -1
	}
	sign := 1
	switch b[i] {
	case 'Z', 'z':
		return 0, i + 1
	case '-':
		sign = -1
	case '+':
	default:
		return 0, -1
	}
	hours, at := readNumber(b, i+1, 2)
	if at != i+3 || hours > 23 {
		return 0, -1
	}
	offset = hours * 3600
	for unit := 60; unit > 0; unit /= 60 {
		start := at
		if start < len(b) && b[start] == ':' {
			start++
		}
		n, stop := readNumber(b, start, 2)
		if stop != start+2 || n > 59 {
			break
		}
		offset, at = offset+n*unit, stop
	}
	return sign * offset, at
}
