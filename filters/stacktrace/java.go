package stacktrace

import "bytes"

// java finds a trace of Java: the exception stands before the first place, which
// is where it was raised.
func java(text []byte) (trace, bool) {
	var place frame
	at, end := 0, -1 // of the line at hand, of what stands before the places
	for at < len(text) {
		line, _ := firstLine(text[at:])
		if f, ok := javaFrame(line); ok {
			place, end = f, at
			break
		}
		at += len(line) + 1
	}
	if end < 0 {
		return trace{}, false
	}
	t := trace{at: end, frame: place}
	for from := 0; from < end; {
		line, _ := firstLine(text[from:end])
		if bytes.HasPrefix(line, also) {
			t.at = from
			break
		}
		if class, _, ok := javaHead(line); ok {
			t.at = from
			t.class = class
			// The text of an exception may be of several lines.
			_, t.message, _ = javaHead(trimEnd(text[from:end]))
			break
		}
		from += len(line) + 1
	}
	t.stack = trimEnd(text[t.at:])
	t.rereadJenkins()
	return t, true
}

// Jenkins prints causes before what they caused, and suppressed exceptions before
// the one that they belong to.
var (
	also   = []byte("Also:   ")
	caused = []byte("Caused: ")
	below  = []byte("\nCaused: ")
)

// rereadJenkins finds the exception that was logged, the last one, in a trace as
// Jenkins prints it.
func (t *trace) rereadJenkins() {
	if !bytes.HasPrefix(t.stack, also) && !bytes.Contains(t.stack, below) {
		return
	}
	headed := false // the next place is that of the last exception
	for rest := t.stack; len(rest) > 0; {
		var line []byte
		line, rest = firstLine(rest)
		if f, ok := javaFrame(line); ok {
			if headed {
				t.frame, headed = f, false
			}
			continue
		}
		if class, text, ok := javaHead(bytes.TrimPrefix(line, caused)); ok && line[0] > ' ' {
			t.class, t.message, headed = class, text, true
		}
	}
}

// javaHead reads: Exception in thread "main" java.io.IOException: text
func javaHead(line []byte) (class, text []byte, ok bool) {
	line = trimStart(line)
	if rest, found := bytes.CutPrefix(line, []byte(`Exception in thread "`)); found {
		if _, after, found := bytes.Cut(rest, []byte(`" `)); found {
			line = after
		}
	}
	class, text, ok = splitHead(line)
	return class, text, ok && bytes.IndexByte(class, '.') > 0
}

// javaFrame reads: at java.base/java.lang.Thread.run(Thread.java:840)
func javaFrame(line []byte) (frame, bool) {
	name, ok := bytes.CutPrefix(trimStart(line), []byte("at "))
	if !ok || len(trimStart(line)) == len(line) {
		return frame{}, false
	}
	name, place, ok := bytes.Cut(name, []byte{'('})
	if !ok || bytes.IndexByte(name, '.') < 0 || bytes.IndexByte(name, ' ') >= 0 {
		return frame{}, false
	}
	f := frame{function: name[bytes.LastIndexByte(name, '/')+1:]}
	place, _, ok = bytes.Cut(place, []byte{')'})
	if !ok {
		return frame{}, false
	}
	if file, digits, ok := bytes.Cut(place, []byte{':'}); ok {
		f.file, f.line = file, number(digits)
	}
	return f, true
}
