package stacktrace

import "bytes"

// The lines with which a trace of Python begins.
var (
	traceback = []byte("Traceback (most recent call last):")
	group     = []byte("  + Exception Group Traceback (most recent call last):")
)

// margin stands before the lines of an exception group.
var margin = []byte("  | ")

// python finds a trace of Python: all from the first Traceback on, of which the
// last one, with what it ends in, is the exception that was logged.
func python(text []byte) (trace, bool) {
	first, last := -1, -1
	grouped := false
	for at := 0; ; {
		n := bytes.Index(text[at:], traceback)
		if n < 0 {
			break
		}
		begin, isGroup := at+n, false
		if at = begin + len(traceback); bytes.HasSuffix(text[:at], group) {
			begin, isGroup = at-len(group), true
		}
		if begin > 0 && text[begin-1] != '\n' {
			continue // within a line, or within a group
		}
		if first < 0 {
			first = begin
		}
		last, grouped = begin, isGroup
	}
	if first < 0 {
		return trace{}, false
	}
	t := trace{at: first, stack: trimEnd(text[first:])}
	_, rest := firstLine(text[last:])
	t.readPython(rest, grouped)
	return t, true
}

// readPython reads what follows the line Traceback: places, the last of which is
// where the exception was raised, then the exception.
func (t *trace) readPython(rest []byte, grouped bool) {
	for len(rest) > 0 {
		line, next := firstLine(rest)
		if grouped {
			line = bytes.TrimPrefix(line, margin)
		}
		if len(line) == 0 || line[0] == ' ' || line[0] == '\t' {
			if f, ok := pythonFrame(line); ok {
				t.frame = f
			}
			rest = next
			continue
		}
		if !grouped { // its text may be of several lines
			line = trimEnd(rest)
		}
		if class, message, ok := splitHead(line); ok {
			t.class, t.message = class, message
		}
		return
	}
}

// pythonFrame reads: File "/srv/app.py", line 22, in fail
func pythonFrame(line []byte) (frame, bool) {
	rest, ok := bytes.CutPrefix(trimStart(line), []byte(`File "`))
	if !ok {
		return frame{}, false
	}
	file, rest, ok := bytes.Cut(rest, []byte(`", line `))
	if !ok {
		return frame{}, false
	}
	digits, function, _ := bytes.Cut(trimEnd(rest), []byte(", in "))
	return frame{file: file, function: function, line: number(digits)}, true
}
