package json

import "github.com/naru-log/naru/internal/jsontext"

// maxDepth bounds how deep values nest.
const maxDepth = 100

// space gives the position of the next byte that is no white space.
func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// value gives the position after the value that begins at i, -1 when there is
// none by RFC 8259.
func value(b []byte, i, depth int) int {
	if i >= len(b) || depth > maxDepth {
		return -1
	}
	switch c := b[i]; {
	case c == '"':
		return text(b, i)
	case c == '{':
		return compound(b, i, depth, '}')
	case c == '[':
		return compound(b, i, depth, ']')
	case c == '-' || '0' <= c && c <= '9':
		return number(b, i)
	}
	for _, word := range [...]string{"true", "false", "null"} {
		if len(b)-i >= len(word) && string(b[i:i+len(word)]) == word {
			return i + len(word)
		}
	}
	return -1
}

// compound reads an object or an array.
func compound(b []byte, i, depth int, end byte) int {
	i = space(b, i+1)
	if i < len(b) && b[i] == end {
		return i + 1
	}
	for {
		if end == '}' {
			if i = member(b, i); i < 0 {
				return -1
			}
		}
		if i = value(b, i, depth+1); i < 0 {
			return -1
		}
		i = space(b, i)
		switch {
		case i >= len(b):
			return -1
		case b[i] == end:
			return i + 1
		case b[i] != ',':
			return -1
		}
		i = space(b, i+1)
	}
}

// member reads a key with its colon and gives where the value begins.
func member(b []byte, i int) int {
	if i >= len(b) || b[i] != '"' {
		return -1
	}
	if i = text(b, i); i < 0 {
		return -1
	}
	if i = space(b, i); i >= len(b) || b[i] != ':' {
		return -1
	}
	return space(b, i+1)
}

func text(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return i + 1
		case c < 0x20:
			return -1
		case c == '\\':
			if i = escape(b, i+1); i < 0 {
				return -1
			}
		}
	}
	return -1
}

// escape gives the position of the last byte of an escape.
func escape(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	switch b[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i
	case 'u':
		if _, ok := jsontext.Hex4(b[i+1:]); ok {
			return i + 4
		}
	}
	return -1
}

func number(b []byte, i int) int {
	if b[i] == '-' {
		i++
	}
	start := i
	i = digits(b, i)
	if i == start || i-start > 1 && b[start] == '0' {
		return -1
	}
	if i < len(b) && b[i] == '.' {
		start = i + 1
		if i = digits(b, start); i == start {
			return -1
		}
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		if i++; i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		start = i
		if i = digits(b, start); i == start {
			return -1
		}
	}
	return i
}

func digits(b []byte, i int) int {
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		i++
	}
	return i
}
