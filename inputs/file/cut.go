package file

import (
	"bytes"
	"regexp"
	"unicode/utf8"

	"golang.org/x/text/encoding"

	"github.com/naru-log/naru/event"
)

// cutter finds the lines in the bytes of a file. What it finds depends on the
// bytes alone, not on how they are cut into chunks. It is used by one goroutine.
type cutter struct {
	dec   *decoder
	max   int // longest line in bytes of the file
	join  *joiner
	state *encoding.Decoder
	line  []byte // scratch: a decoded line, for the joiner
}

// joiner tells which lines belong together.
type joiner struct {
	pattern *regexp.Regexp
	starts  bool           // the pattern matches first lines, else lines that continue
	single  *regexp.Regexp // lines that are an event each; nil for none
	lines   int            // most lines of an event
}

func newCutter(dec *decoder, maxLine int, join *joiner) *cutter {
	c := &cutter{dec: dec, max: maxLine, join: join}
	if dec.enc != nil {
		c.state = dec.enc.NewDecoder()
	}
	return c
}

// ending says what may be taken for complete at the end of the data.
type ending struct {
	lines bool // joined lines that wait for more: nothing more belongs to them
	text  bool // a last line without newline
}

// cut appends the lines in data, whose first byte begins a line at offset base
// of the file, and returns how many bytes they take up. The rest waits for more.
// Runs of NULs where a line would begin are gaps that truncation leaves in the
// files of writers that do not append; they belong to no line. Empty lines are
// left out, as by other shippers.
func (c *cutter) cut(lines []event.Line, data []byte, base int64, end ending) ([]event.Line, int) {
	if c.join != nil {
		return c.cutJoined(lines, data, base, end)
	}
	used := 0
	for {
		l, next, ok := c.next(data, used, base, end.text)
		if !ok {
			return lines, max(used, next)
		}
		if used = next; l.End > l.Start {
			lines = append(lines, l)
		}
	}
}

// next finds the line at data[from:]; it is not ok when no line ends there. Then
// next is not 0 if the bytes before it belong to no line.
func (c *cutter) next(data []byte, from int, base int64, last bool) (l event.Line, next int, ok bool) {
	if from < len(data) && data[from] == 0 {
		from += c.dec.nuls(data[from:])
	}
	if from == len(data) {
		if last {
			return l, from, false
		}
		return l, 0, false
	}
	begin := from
	if base == 0 && begin == 0 {
		begin += c.dec.mark(data)
	}
	at, after := c.dec.newline(data[begin:])
	switch {
	case at >= 0:
		at, after = begin+at, begin+after
	case last:
		at, after = len(data), len(data)
	default:
		return l, 0, false
	}
	text := c.dec.trimReturn(data[begin:at])
	l = event.Line{Start: uint32(begin), Offset: base + int64(from)}
	if len(text) > c.max {
		text = c.shorten(text)
		l.Flags = event.Truncated
	}
	l.End = l.Start + uint32(len(text))
	return l, after, true
}

// shorten cuts a line at the limit, not through a character.
func (c *cutter) shorten(text []byte) []byte {
	text = text[:c.max-c.max%c.dec.unit()]
	if c.dec.enc != nil {
		return text
	}
	for i := 1; i <= utf8.UTFMax && i <= len(text); i++ {
		if last := text[len(text)-i:]; utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				text = text[:len(text)-i]
			}
			break
		}
	}
	return text
}

// cutJoined is cut with lines joined. An event ends behind a line that is one by
// itself, before a line that begins another, before the line that would make it too many lines or too long, and
// where end says so.
func (c *cutter) cutJoined(lines []event.Line, data []byte, base int64, end ending) ([]event.Line, int) {
	var whole event.Line // the event so far
	used, count, wholeEnd := 0, 0, 0
	flush := func() {
		if count > 1 {
			whole.Flags |= event.Multiline
		}
		if whole.End > whole.Start {
			lines = append(lines, whole)
		}
		used, count = wholeEnd, 0
	}
	at := 0
	for {
		l, next, ok := c.next(data, at, base, end.text)
		if !ok {
			// a line that goes on beyond the data may be too long for the event already
			tooLong := len(data)-int(whole.Start) > c.max+2*c.dec.unit()
			if count > 0 && (end.lines || end.text || tooLong) {
				flush()
			}
			return lines, max(used, next)
		}
		begins, ends := c.bounds(data[l.Start:l.End])
		if count > 0 && (begins || count == c.join.lines || int(l.End-whole.Start) > c.max || l.Offset != base+int64(at)) {
			flush()
		}
		if count == 0 {
			whole = l
		}
		whole.End, whole.Flags = l.End, whole.Flags|l.Flags
		count++
		if at, wholeEnd = next, next; ends {
			flush()
		}
	}
}

// long takes the beginning of a line that is longer than data.
func (c *cutter) long(lines []event.Line, data []byte, base int64) []event.Line {
	l, _, _ := c.next(data, 0, base, true)
	l.Flags |= event.Truncated
	return append(lines, l)
}

// bounds reports whether a line is the first of an event, and whether it is the
// last as well.
func (c *cutter) bounds(line []byte) (begins, ends bool) {
	if c.state != nil {
		c.line, _ = c.dec.appendText(c.line[:0], line, c.state)
		line = c.line
	}
	if c.join.single != nil && c.join.single.Match(line) {
		return true, true
	}
	return c.join.pattern.Match(line) == c.join.starts, false
}

// finish makes text of the lines that cut found in data: decodes them into buf
// when they are not UTF-8, and takes the carriage returns out of joined ones.
// It returns the bytes that the lines then point into, and buf for reuse.
func (c *cutter) finish(lines []event.Line, data, buf []byte) (text, reuse []byte) {
	if c.state != nil {
		buf = buf[:0]
		for i := range lines {
			l := &lines[i]
			from := len(buf)
			var replaced bool
			if buf, replaced = c.dec.appendText(buf, data[l.Start:l.End], c.state); replaced {
				l.Flags |= event.Replaced
			}
			l.Start, l.End = uint32(from), uint32(len(buf))
		}
		data = buf
	}
	if c.join != nil {
		for i := range lines {
			if l := &lines[i]; l.Flags&event.Multiline != 0 {
				l.End = l.Start + uint32(dropReturns(data[l.Start:l.End]))
			}
		}
	}
	return data, buf
}

// dropReturns makes \n of each \r\n in b, in place, and returns its new length.
func dropReturns(b []byte) int {
	to := bytes.Index(b, []byte("\r\n"))
	if to < 0 {
		return len(b)
	}
	for from := to; from < len(b); from++ {
		if b[from] == '\r' && from+1 < len(b) && b[from+1] == '\n' {
			continue
		}
		b[to] = b[from]
		to++
	}
	return to
}
