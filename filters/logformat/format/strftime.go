package format

import (
	"fmt"
	"strings"
)

// clf is the time of the common log format, without its brackets.
var clf = mustStrftime("%d/%b/%Y:%H:%M:%S %z")

// strftimes are the conversions of strftime(3) in the locale C, each as pieces.
var strftimes = map[byte]clock{
	'Y': {{kind: year, min: 4, max: 4}},
	'y': {{kind: shortYear, min: 2, max: 2}},
	'm': {{kind: month, min: 2, max: 2}},
	'b': {{kind: monthName}}, 'B': {{kind: monthName}}, 'h': {{kind: monthName}},
	'd': {{kind: day, min: 2, max: 2}},
	'e': {{kind: day, min: 2, max: 2, space: true}},
	'j': {{kind: yearDay, min: 3, max: 3}},
	'H': {{kind: hour, min: 2, max: 2}},
	'k': {{kind: hour, min: 2, max: 2, space: true}},
	'I': {{kind: hour12, min: 2, max: 2}},
	'l': {{kind: hour12, min: 2, max: 2, space: true}},
	'M': {{kind: minute, min: 2, max: 2}},
	'S': {{kind: second, min: 2, max: 2}},
	'p': {{kind: half}}, 'P': {{kind: half}},
	'z': {{kind: offset}},
	'Z': {{kind: zoneName}},
	'a': {{kind: letters}}, 'A': {{kind: letters}},
	'u': {{kind: digits, min: 1, max: 1}}, 'w': {{kind: digits, min: 1, max: 1}},
	'U': {{kind: digits, min: 2, max: 2}}, 'W': {{kind: digits, min: 2, max: 2}}, 'V': {{kind: digits, min: 2, max: 2}},
	'G': {{kind: digits, min: 4, max: 4}}, 'g': {{kind: digits, min: 2, max: 2}}, 'C': {{kind: digits, min: 2, max: 2}},
	's': {{kind: epoch, min: 1, max: 10}},
	'n': {{text: "\n"}}, 't': {{text: "\t"}}, '%': {{text: "%"}},
}

// composites are conversions that stand for several.
var composites = map[byte]string{
	'D': "%m/%d/%y", 'F': "%Y-%m-%d", 'R': "%H:%M", 'T': "%H:%M:%S", 'r': "%I:%M:%S %p",
	'c': "%a %b %e %H:%M:%S %Y", 'x': "%m/%d/%y", 'X': "%H:%M:%S",
}

// strftime compiles a format of strftime(3).
func strftime(s string) (clock, error) {
	var c clock
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			c = c.literal(s[i : i+1])
			continue
		}
		i++
		for i < len(s) && strings.IndexByte("EO-", s[i]) >= 0 { // alternative forms
			i++
		}
		if i == len(s) {
			return nil, fmt.Errorf("ends in %%")
		}
		if text, ok := composites[s[i]]; ok {
			inner, err := strftime(text)
			if err != nil {
				return nil, err
			}
			c = append(c, inner...)
			continue
		}
		pieces, ok := strftimes[s[i]]
		if !ok {
			return nil, fmt.Errorf("has the conversion %%%c, which is not known", s[i])
		}
		c = append(c, pieces...)
	}
	return c, nil
}

func mustStrftime(s string) clock {
	c, err := strftime(s)
	if err != nil {
		panic(err) // a constant of this package
	}
	return c
}

// literal adds text that stands in a clock.
func (c clock) literal(s string) clock {
	if n := len(c); n > 0 && c[n-1].kind == literal {
		c[n-1].text += s
		return c
	}
	return append(c, piece{text: s})
}

// simpleDates are the letters of Java's SimpleDateFormat.
var simpleDates = map[byte]unit{
	'd': day, 'H': hour, 'k': hour, 'K': hour, 'h': hour12, 'm': minute, 's': second, 'D': yearDay, 'F': digits, 'w': digits, 'W': digits, 'u': digits,
	'S': fraction, 'a': half, 'E': letters, 'z': zoneName, 'Z': offset, 'X': offset, 'y': year, 'Y': year, 'M': month, 'L': month,
}

// simpleDate compiles a pattern of Java's SimpleDateFormat.
func simpleDate(s string) (clock, error) {
	var c clock
	for i := 0; i < len(s); {
		letter := s[i]
		switch {
		case letter == '\'':
			text, n := quoted(s[i:])
			if n == 0 {
				return nil, fmt.Errorf("has a ' that is not closed")
			}
			c = c.literal(text)
			i += n
			continue
		case letter|0x20 < 'a' || letter|0x20 > 'z':
			c = c.literal(s[i : i+1])
			i++
			continue
		}
		n := 1
		for i+n < len(s) && s[i+n] == letter {
			n++
		}
		p, err := simplePiece(letter, n)
		if err != nil {
			return nil, err
		}
		c = append(c, p)
		i += n
	}
	return c, nil
}

// quoted reads text between quotes, or two quotes that stand for one; n is 0 when
// it is not closed.
func quoted(s string) (text string, n int) {
	if strings.HasPrefix(s, "''") {
		return "'", 2
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			b.WriteByte(s[i])
			continue
		}
		if i+1 < len(s) && s[i+1] == '\'' {
			b.WriteByte('\'')
			i++
			continue
		}
		return b.String(), i + 1
	}
	return "", 0
}

func simplePiece(letter byte, n int) (piece, error) {
	kind, ok := simpleDates[letter]
	switch {
	case !ok:
		return piece{}, fmt.Errorf("has the letter %c, which is not known", letter)
	case kind == month && n >= 3:
		return piece{kind: monthName}, nil
	case kind == year && n == 2:
		return piece{kind: shortYear, min: 2, max: 2}, nil
	case kind == year:
		return piece{kind: year, min: 4, max: 4}, nil
	case kind == fraction:
		return piece{kind: fraction, min: n, max: max(n, 3)}, nil
	case kind == yearDay:
		return piece{kind: yearDay, min: n, max: 3}, nil
	}
	return piece{kind: kind, min: n, max: max(n, 2)}, nil
}
