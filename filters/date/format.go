package date

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// format reads one way of writing a time.
type format struct {
	// parse reads all of a text into t, or reports false.
	parse func(text []byte, t *moment) bool
}

// compile turns what the user wrote into a format.
func compile(text string, l *locale) (format, error) {
	switch text {
	case "":
		return format{}, fmt.Errorf("a format cannot be empty")
	case "ISO8601":
		return format{parseISO}, nil
	case "UNIX":
		return format{parseUnix}, nil
	case "UNIX_MS":
		return format{parseUnixMillis}, nil
	case "TAI64N":
		return format{parseTAI64N}, nil
	}
	ops, err := compileLetters(text, l)
	if err != nil {
		return format{}, fmt.Errorf("format %q: %w", text, err)
	}
	if !dated(ops) {
		return format{}, fmt.Errorf("format %q has a time of day but no date: join the date and the time into one field first", text)
	}
	return format{func(b []byte, t *moment) bool { return run(ops, b, t) }}, nil
}

// dated reports whether a format says more than the time of day.
func dated(ops []op) bool {
	for _, o := range ops {
		switch o.kind {
		case opYear, opTwoDigitYear, opMonth, opMonthName, opDay, opDayOfYear, opWeekyear:
			return true
		}
	}
	return false
}

// token is a run of one letter, or literal text.
type token struct {
	letter byte // 0 for literal text
	count  int
	text   string
}

// compileLetters follows Joda-Time's DateTimeFormat: which letters there are,
// how many digits each takes, that names may be short or long whatever the
// count, and that text is compared without regard to case.
func compileLetters(text string, l *locale) ([]op, error) {
	tokens, err := tokenize(text)
	if err != nil {
		return nil, err
	}
	var ops []op
	for i, t := range tokens {
		if t.letter == 0 {
			ops = append(ops, op{kind: opLiteral, text: strings.ToLower(t.text)})
			continue
		}
		numberNext := i+1 < len(tokens) && tokens[i+1].number()
		o, err := t.op(l, numberNext)
		if err != nil {
			return nil, err
		}
		ops = append(ops, o)
	}
	return ops, nil
}

// number reports whether the token reads digits.
func (t token) number() bool {
	switch t.letter {
	case 'M':
		return t.count <= 2
	case 0, 'E', 'a', 'z', 'Z', 'X':
		return false
	}
	return true
}

func (t token) op(l *locale, numberNext bool) (op, error) {
	switch t.letter {
	case 'y', 'Y', 'u', 'x':
		return t.year(numberNext), nil
	case 'M':
		if t.count >= 3 {
			return op{kind: opMonthName, names: l.months}, nil
		}
		return op{kind: opMonth, max: 2}, nil
	case 'd':
		return op{kind: opDay, max: 2}, nil
	case 'D':
		return op{kind: opDayOfYear, max: 3}, nil
	case 'w':
		return op{kind: opWeek, max: 2}, nil
	case 'e':
		return op{kind: opWeekday, max: 1}, nil
	case 'E':
		return op{kind: opWeekdayName, names: l.days}, nil
	case 'H':
		return op{kind: opHour, max: 2}, nil
	case 'k':
		return op{kind: opClockHour, max: 2}, nil
	case 'K':
		return op{kind: opHalfHour, max: 2}, nil
	case 'h':
		return op{kind: opHalfClockHour, max: 2}, nil
	case 'a':
		return op{kind: opHalf, names: l.halves}, nil
	case 'm':
		return op{kind: opMinute, max: 2}, nil
	case 's':
		return op{kind: opSecond, max: 2}, nil
	case 'S':
		return op{kind: opFraction, max: t.count}, nil
	case 'z':
		return op{kind: opZoneName}, nil
	case 'Z', 'X':
		if t.letter == 'Z' && t.count >= 3 {
			return op{kind: opZoneID, zones: newZones()}, nil
		}
		return op{kind: opOffset}, nil
	}
	return op{}, fmt.Errorf("letter %q is not supported; put text into single quotes", string(t.letter))
}

func (t token) year(numberNext bool) op {
	kind := opYear
	if t.letter == 'x' {
		kind = opWeekyear
	}
	if t.count == 2 {
		if kind == opYear {
			kind = opTwoDigitYear
		}
		return op{kind: kind, max: 9, exact: numberNext, pivot: time.Now().Year() - 30}
	}
	if numberNext {
		return op{kind: kind, max: t.count}
	}
	return op{kind: kind, max: 9}
}

func tokenize(text string) ([]token, error) {
	var tokens []token
	literal := func(s string) {
		if n := len(tokens); n > 0 && tokens[n-1].letter == 0 {
			tokens[n-1].text += s
			return
		}
		tokens = append(tokens, token{text: s})
	}
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
			n := len(text[i:]) - len(strings.TrimLeft(text[i:], string(c)))
			tokens = append(tokens, token{letter: c, count: n})
			i += n
		case c == '\'':
			quoted, n, err := unquote(text[i:])
			if err != nil {
				return nil, err
			}
			literal(quoted)
			i += n
		default:
			_, n := utf8.DecodeRuneInString(text[i:])
			literal(text[i : i+n])
			i += n
		}
	}
	return tokens, nil
}

// unquote reads quoted text, in which two quotes mean one, and says how many
// bytes it took. Two quotes outside of quoted text are one quote.
func unquote(s string) (string, int, error) {
	if strings.HasPrefix(s, "''") {
		return "'", 2, nil
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			b.WriteByte(s[i])
			continue
		}
		if i+1 == len(s) || s[i+1] != '\'' {
			return b.String(), i + 1, nil
		}
		b.WriteByte('\'')
		i++
	}
	return "", 0, fmt.Errorf("the quote before %q is not closed", s[1:])
}
