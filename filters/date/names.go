package date

import (
	"fmt"
	"strings"
)

// name is a word for a number, in lower case.
type name struct {
	text string
	n    int
}

// locale is the language of names.
type locale struct {
	months, days, halves []name
}

// Halves of the day.
const (
	am = 1
	pm = 2
)

// locales are the languages that users can name. Where one name begins with
// another, the longer stands first.
var locales = map[string]*locale{"en": english(), "ko": korean()}

func english() *locale {
	l := &locale{halves: []name{{"am", am}, {"pm", pm}}}
	months := []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	for i, m := range months {
		m = strings.ToLower(m)
		l.months = append(l.months, name{m, i + 1})
		if m == "september" {
			l.months = append(l.months, name{"sept", i + 1})
		}
		l.months = append(l.months, name{m[:3], i + 1})
	}
	for i, d := range []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"} {
		d = strings.ToLower(d)
		l.days = append(l.days, name{d, i + 1}, name{d[:3], i + 1})
	}
	return l
}

func korean() *locale {
	l := english()
	l.halves = append(l.halves, name{"오전", am}, name{"오후", pm})
	for i := range 12 {
		l.months = append(l.months, name{fmt.Sprintf("%d월", i+1), i + 1})
	}
	for i, d := range []string{"월", "화", "수", "목", "금", "토", "일"} {
		l.days = append(l.days, name{d + "요일", i + 1}, name{d, i + 1})
	}
	return l
}

// matchName finds the first name that b[i:] begins with; end is -1 for none.
func matchName(names []name, b []byte, i int) (n, end int) {
	if i >= len(b) {
		return 0, -1
	}
	first := lowerASCII(b[i])
	for k := range names {
		if names[k].text[0] != first {
			continue
		}
		if end := readLiteral(b, i, names[k].text); end >= 0 {
			return names[k].n, end
		}
	}
	return 0, -1
}
