package stacktrace

import (
	"bytes"
	"strconv"
)

// trace is an exception in a text; the slices are parts of it.
type trace struct {
	at             int // where the trace begins
	stack          []byte
	class, message []byte
	frame          frame
}

// frame is a place in source code.
type frame struct {
	file, function []byte
	line           int64
}

// firstLine cuts b behind its first line.
func firstLine(b []byte) (line, rest []byte) {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return b[:i], b[i+1:]
	}
	return b, nil
}

func trimEnd(b []byte) []byte { return bytes.TrimRight(b, " \t\r\n") }

func trimStart(b []byte) []byte { return bytes.TrimLeft(b, " \t") }

// number reads a line number; 0 when it is none.
func number(b []byte) int64 {
	n, err := strconv.ParseInt(string(b), 10, 32)
	if err != nil {
		return 0
	}
	return n
}

// splitHead takes "pkg.Class: text" apart. A class is letters, digits, _, $ and
// dots; it is not ok when something else stands before the colon or the end.
func splitHead(line []byte) (class, text []byte, ok bool) {
	n := 0
	for n < len(line) && (line[n] >= 0x80 || line[n] == '_' || line[n] == '.' || line[n] == '$' || line[n]-'0' <= 9 || (line[n]|0x20)-'a' < 26) {
		n++
	}
	class, rest := line[:n], line[n:]
	switch {
	case n == 0 || line[0] == '.' || line[0]-'0' <= 9 || line[n-1] == '.':
		return nil, nil, false
	case len(bytes.TrimSpace(rest)) == 0:
		return class, nil, true
	case rest[0] == ':' && (len(rest) == 1 || rest[1] == ' ' || rest[1] == '\n'):
		return class, bytes.TrimSpace(rest[1:]), true
	}
	return nil, nil, false
}
