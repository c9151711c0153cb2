package date

import "time"

// What a moment has.
const (
	hasInstant = 1 << iota // sec and nanos alone
	hasYear
	hasMonth
	hasDay
	hasDayOfYear
	hasWeekyear
	hasWeek
	hasWeekday
	hasHalf   // hour counts from 0 to 11, with pm
	hasOffset // seconds east of UTC
	hasZone   // a named zone
)

// moment collects what a format reads out of a text.
type moment struct {
	set                    int
	year, month, day       int // day of the month
	dayOfYear, week, wkday int
	hour, min, sec, offset int
	pm                     bool
	zone                   *time.Location
	instant                int64 // seconds since 1970 UTC, of UNIX and the like
	nanos                  int64
	fracStart, fracEnd     int // where the digits of nanos lie, -1 when they may not vary alone
}

func (t *moment) has(bits int) bool { return t.set&bits != 0 }

// Instants that fit into nanoseconds since 1970.
const (
	minSecond = -(1<<63 - 1) / 1_000_000_000
	maxSecond = (1<<63-1)/1_000_000_000 - 1
)

// resolve gives nanoseconds since 1970 UTC. Times without offset or zone are
// taken to be in zone.
func (t *moment) resolve(zone *time.Location) (int64, bool) {
	if t.has(hasInstant) {
		return join(t.instant, t.nanos)
	}
	days, ok := t.days()
	if !ok {
		return 0, false
	}
	hour := t.hour
	if t.has(hasHalf) && t.pm {
		hour += 12
	}
	if hour > 23 || t.min > 59 || t.sec > 59 {
		return 0, false
	}
	seconds := days*86400 + int64(hour)*3600 + int64(t.min)*60 + int64(t.sec)
	if t.has(hasOffset) {
		return join(seconds-int64(t.offset), t.nanos)
	}
	if t.has(hasZone) {
		zone = t.zone
	}
	if seconds < minSecond || seconds > maxSecond { // keeps the arithmetic below in range
		return 0, false
	}
	return join(toUTC(seconds, zone), t.nanos)
}

func join(seconds, nanos int64) (int64, bool) {
	return seconds*1_000_000_000 + nanos, seconds >= minSecond && seconds <= maxSecond
}

// toUTC gives the instant at which clocks of a zone show a local time, in
// seconds. Of a time that clocks show twice or skip, time.Date makes an instant
// at most the length of the shift away.
func toUTC(local int64, zone *time.Location) int64 {
	u := time.Unix(local, 0).UTC()
	return time.Date(u.Year(), u.Month(), u.Day(), u.Hour(), u.Minute(), u.Second(), 0, zone).Unix()
}

// days counts from 1970-01-01. What is missing is the first of its kind.
func (t *moment) days() (int64, bool) {
	year := t.year
	switch {
	case t.has(hasDayOfYear) && !t.has(hasMonth|hasDay):
		return civil(year, 1, 1) + int64(t.dayOfYear-1), t.dayOfYear >= 1 && t.dayOfYear <= 365+leap(year)
	case t.has(hasWeekyear) && !t.has(hasYear|hasMonth|hasDay):
		return t.weekDays()
	}
	month, day := 1, 1
	if t.has(hasMonth) {
		month = t.month
	}
	if t.has(hasDay) {
		day = t.day
	}
	if month < 1 || month > 12 || day < 1 || day > monthDays(year, month) {
		return 0, false
	}
	return civil(year, month, day), true
}

// weekDays counts to a day of an ISO 8601 week.
func (t *moment) weekDays() (int64, bool) {
	week, wkday := 1, 1
	if t.has(hasWeek) {
		week = t.week
	}
	if t.has(hasWeekday) {
		wkday = t.wkday
	}
	day := firstMonday(t.year) + int64(week-1)*7 + int64(wkday-1)
	return day, week >= 1 && wkday >= 1 && wkday <= 7 && day < firstMonday(t.year+1)
}

// firstMonday is the day on which week 1 of a year begins: the week that holds
// January 4.
func firstMonday(year int) int64 {
	fourth := civil(year, 1, 4)
	weekday := (fourth + 3) % 7 // Monday is 0; 1970-01-01 was a Thursday
	if weekday < 0 {
		weekday += 7
	}
	return fourth - weekday
}

// grace is how far ahead of the reading clock a line's clock may be.
const grace = 24 * time.Hour

// latest resolves a time without a year as the last one that is not in the
// future, so that lines of December read in January fall into the old year. A
// leap day looks back for the last leap year.
func (t *moment) latest(zone *time.Location, readAt time.Time) (int64, bool) {
	limit := readAt.Add(grace)
	for back := range 9 { // two leap years can be eight years apart
		t.year = limit.Year() + 1 - back
		ns, ok := t.resolve(zone)
		if ok && ns <= limit.UnixNano() {
			return ns, true
		}
	}
	return 0, false
}

// civil counts the days from 1970-01-01 to a date of the proleptic Gregorian
// calendar: days_from_civil of Howard Hinnant, "chrono-Compatible Low-Level
// Date Algorithms", 2013.
func civil(year, month, day int) int64 {
	y := int64(year)
	if month <= 2 {
		y--
	}
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	yearOfEra := y - era*400
	dayOfYear := int64((153*((month+9)%12)+2)/5 + day - 1)
	dayOfEra := yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear
	return era*146097 + dayOfEra - 719468
}

func leap(year int) int {
	if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		return 1
	}
	return 0
}

func monthDays(year, month int) int {
	switch month {
	case 2:
		return 28 + leap(year)
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}
