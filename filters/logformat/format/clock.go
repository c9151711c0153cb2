package format

import "time"

// clock is how a time is written: pieces one behind the other.
type clock []piece

// piece is one part of a clock.
type piece struct {
	kind  unit
	min   int    // digits at least
	max   int    // digits at most
	space bool   // a leading zero may be a space
	text  string // of literal
}

type unit uint8

// What a piece of a clock gives.
const (
	literal    unit = iota
	year            //
	shortYear       // of two digits: 69 to 99 are 1969 to 1999, as in POSIX
	month           //
	monthName       // Jan or January
	day             // of the month
	yearDay         //
	hour            //
	hour12          // of 12, with half
	half            // AM or PM
	minute          //
	second          //
	fraction        // digits of a second: milli, micro or nano by their number
	offset          // +0900, +09:00 or Z
	zoneName        // letters, which say nothing certain
	letters         // the name of a weekday
	digits          // of a number that the date has no need of
	epoch           // seconds since 1970 UTC
	epochMilli      //
	epochMicro      //
)

// fraction reports whether the clock has parts of a second, or only those.
func (c clock) fraction() bool {
	for _, p := range c {
		switch p.kind {
		case fraction, epochMilli, epochMicro:
			return true
		}
	}
	return false
}

// moment collects what the clocks of a line say.
type moment struct {
	year, month, day, yearDay int
	hour, min, sec            int
	nanos                     int
	offset                    int // seconds east of UTC
	epoch                     int64
	zoned, pm, half, instant  bool
	set                       bool
}

// parse reads a clock at the beginning of b into m and gives its length, -1 when
// it is not there.
func (c clock) parse(b []byte, m *moment) int {
	at := 0
	for i := range c {
		n := c[i].parse(b[at:], m)
		if n < 0 {
			return -1
		}
		at += n
	}
	m.set = true
	return at
}

func (p *piece) parse(b []byte, m *moment) int {
	switch p.kind {
	case literal:
		if len(b) < len(p.text) || string(b[:len(p.text)]) != p.text {
			return -1
		}
		return len(p.text)
	case monthName:
		return readMonth(b, m)
	case half:
		return readHalf(b, m)
	case offset:
		return readOffset(b, m)
	case zoneName:
		return readZone(b, m)
	case letters:
		return nonEmpty(countLetters(b))
	}
	v, n := p.number(b)
	if n < 0 || !p.store(m, v, n) {
		return -1
	}
	return n
}

// number reads the digits of a piece.
func (p *piece) number(b []byte) (v int64, n int) {
	if p.space && len(b) > 0 && b[0] == ' ' {
		n++
	}
	for n < len(b) && n < p.max && b[n]-'0' <= 9 {
		v = v*10 + int64(b[n]-'0')
		n++
	}
	if n < p.min {
		return 0, -1
	}
	return v, n
}

// store puts a number where it belongs; false when there is no such hour, day …
func (p *piece) store(m *moment, v int64, n int) bool {
	switch p.kind {
	case year:
		m.year = int(v)
	case shortYear:
		if m.year = 2000 + int(v); v >= 69 {
			m.year -= 100
		}
	case month:
		m.month = int(v)
		return v >= 1 && v <= 12
	case day:
		m.day = int(v)
		return v >= 1 && v <= 31
	case yearDay:
		m.yearDay = int(v)
		return v >= 1 && v <= 366
	case hour:
		m.hour = int(v)
		return v < 24
	case hour12:
		m.hour, m.half = int(v)%12, true
		return v >= 1 && v <= 12
	case minute:
		m.min = int(v)
		return v < 60
	case second:
		m.sec = int(v)
		return v <= 60 // a leap second
	case fraction:
		for ; n < 9; n++ {
			v *= 10
		}
		m.nanos = int(v)
	case epoch:
		m.epoch, m.instant = v, true
	case epochMilli:
		m.epoch, m.nanos, m.instant = v/1e3, int(v%1e3)*1e6, true
	case epochMicro:
		m.epoch, m.nanos, m.instant = v/1e6, int(v%1e6)*1e3, true
	}
	return true
}

// months by three letters in lower case.
const months = "janfebmaraprmayjunjulaugsepoctnovdec"

// monthNames are the rest of the full names.
var monthNames = [...]string{"uary", "ruary", "ch", "il", "", "e", "y", "ust", "tember", "ober", "ember", "ember"}

func readMonth(b []byte, m *moment) int {
	if len(b) < 3 {
		return -1
	}
	x, y, z := b[0]|0x20, b[1]|0x20, b[2]|0x20
	for i := 0; i < len(months); i += 3 {
		if months[i] != x || months[i+1] != y || months[i+2] != z {
			continue
		}
		m.month = i/3 + 1
		if rest := monthNames[i/3]; rest != "" && len(b) >= 3+len(rest) && string(b[3:3+len(rest)]) == rest {
			return 3 + len(rest)
		}
		return 3
	}
	return -1
}

func readHalf(b []byte, m *moment) int {
	if len(b) < 2 || b[1]|0x20 != 'm' {
		return -1
	}
	switch b[0] | 0x20 {
	case 'a':
		m.pm = false
	case 'p':
		m.pm = true
	default:
		return -1
	}
	return 2
}

// readOffset takes +0900, +09:00 and Z.
func readOffset(b []byte, m *moment) int {
	if len(b) > 0 && b[0] == 'Z' {
		m.offset, m.zoned = 0, true
		return 1
	}
	if len(b) < 5 || b[0] != '+' && b[0] != '-' {
		return -1
	}
	n := 3
	if b[3] == ':' {
		n = 4
	}
	if len(b) < n+2 {
		return -1
	}
	h, hOK := two(b[1:])
	mins, mOK := two(b[n:])
	if !hOK || !mOK || mins > 59 {
		return -1
	}
	m.offset, m.zoned = h*3600+mins*60, true
	if b[0] == '-' {
		m.offset = -m.offset
	}
	return n + 2
}

func two(b []byte) (int, bool) {
	x, y := b[0]-'0', b[1]-'0'
	return int(x)*10 + int(y), x <= 9 && y <= 9
}

// readZone takes letters. UTC and GMT mean what they say; of others the
// configured zone is the meaning.
func readZone(b []byte, m *moment) int {
	n := countLetters(b)
	if s := string(b[:n]); s == "UTC" || s == "GMT" {
		m.offset, m.zoned = 0, true
	}
	return nonEmpty(n)
}

func countLetters(b []byte) int {
	n := 0
	for n < len(b) && (b[n]|0x20)-'a' < 26 {
		n++
	}
	return n
}

func nonEmpty(n int) int {
	if n == 0 {
		return -1
	}
	return n
}

// unixNano gives nanoseconds since 1970 UTC; a time without an offset is taken
// to be in zone. It is false for a day that the month has not, and for a moment
// without a date.
func (m *moment) unixNano(zone *time.Location) (int64, bool) {
	if m.instant {
		return m.epoch*1e9 + int64(m.nanos), m.epoch < 1<<33
	}
	if m.yearDay > 0 && m.month == 0 {
		m.month, m.day = 1, m.yearDay
	} else if m.day < 1 || m.month < 1 || m.day > monthDays(m.year, m.month) {
		return 0, false
	}
	if m.year < 1700 || m.year > 2261 { // what nanoseconds in 64 bits can hold
		return 0, false
	}
	h := m.hour
	if m.half && m.pm {
		h += 12
	}
	if !m.zoned {
		return time.Date(m.year, time.Month(m.month), m.day, h, m.min, m.sec, m.nanos, zone).UnixNano(), true
	}
	seconds := civil(m.year, m.month, m.day)*86400 + int64(h*3600+m.min*60+m.sec-m.offset)
	return seconds*1e9 + int64(m.nanos), true
}

func monthDays(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// civil counts the days from 1970-01-01 to a date of the proleptic Gregorian
// calendar after the year 0: days_from_civil of Howard Hinnant,
// "chrono-Compatible Low-Level Date Algorithms", 2013.
func civil(year, month, day int) int64 {
	if month <= 2 {
		year--
	}
	era, yearOfEra := year/400, year%400
	dayOfYear := (153*((month+9)%12)+2)/5 + day - 1
	return int64(era*146097 + yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear - 719468)
}
