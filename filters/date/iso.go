package date

// parseISO reads what Logstash's ISO8601 reads: a date alone or with a time
// after T or a space, down to the minute or further, a fraction after a point
// or a comma, an offset or none. Dates are 2018-04-26, 2018-116, 2018-W17-4 or
// shorter (2018-04, 2018). Only seconds have fractions.
func parseISO(b []byte, t *moment) bool {
	i := isoDate(b, t)
	if i < 0 {
		return false
	}
	if i == len(b) {
		return true
	}
	if c := b[i]; c != 'T' && c != 't' && c != ' ' {
		return false
	}
	if i+1 == len(b) {
		return b[i] != ' '
	}
	if i = isoTime(b, i+1, t); i < 0 || i == len(b) {
		return i == len(b)
	}
	if b[i] == ' ' {
		i++
	}
	offset, end := readOffset(b, i)
	if end != len(b) {
		return false
	}
	setOffset(t, offset, end)
	return true
}

// isoDate gives the position after the date, -1 when there is none.
func isoDate(b []byte, t *moment) int {
	year, i := readNumber(b, 0, 9)
	if i < 4 {
		return -1
	}
	t.year, t.set = year, hasYear
	if i == len(b) || b[i] != '-' {
		return i
	}
	i++
	if i < len(b) && b[i] == 'W' {
		return isoWeek(b, i+1, t)
	}
	n, end := readNumber(b, i, 3)
	switch end - i {
	case 3:
		t.dayOfYear, t.set = n, t.set|hasDayOfYear
		return end
	case 2, 1:
		t.month, t.set = n, t.set|hasMonth
	default:
		return -1
	}
	if end == len(b) || b[end] != '-' {
		return end
	}
	i = end + 1
	n, end = readNumber(b, i, 2)
	if end == i {
		return -1
	}
	t.day, t.set = n, t.set|hasDay
	return end
}

func isoWeek(b []byte, i int, t *moment) int {
	week, end := readNumber(b, i, 2)
	if end == i {
		return -1
	}
	t.week, t.set = week, hasWeekyear|hasWeek
	if end == len(b) || b[end] != '-' {
		return end
	}
	day, stop := readNumber(b, end+1, 1)
	if stop == end+1 {
		return -1
	}
	t.wkday, t.set = day, t.set|hasWeekday
	return stop
}

// isoTime gives the position after the time of day, -1 when there is none.
func isoTime(b []byte, i int, t *moment) int {
	n, end := readNumber(b, i, 2)
	if end == i {
		return -1
	}
	t.hour = n
	for _, part := range [...]*int{&t.min, &t.sec} {
		if end == len(b) || b[end] != ':' {
			return end
		}
		n, stop := readNumber(b, end+1, 2)
		if stop == end+1 {
			return -1
		}
		*part, end = n, stop
	}
	if end < len(b) && (b[end] == '.' || b[end] == ',') {
		return readFractionAt(b, end+1, len(b), t)
	}
	return end
}
