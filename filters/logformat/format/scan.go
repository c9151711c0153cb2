package format

import (
	"bytes"
	"time"
)

// maxRetries bounds how often a text is lengthened in one line, and so the time
// that a line made for it can take.
const maxRetries = 256

// Span is where the text of a field lies in a line.
type Span struct{ Start, End int }

// Scanner takes lines apart. It is used by one goroutine and does not allocate.
type Scanner struct {
	Spans []Span // of the line at hand, by field

	f          *Format
	zone       *time.Location
	begin, end moment
	stop       Stop
	last       recent
}

// Stop is where a line ceased to fit.
type Stop struct {
	Field int // the index of the directive; -1 for the text before the first
	At    int // the byte of the line
}

// recent is the last time that was read: lines of one second share it.
type recent struct {
	text [48]byte
	n    int
	ns   int64
}

// NewScanner makes a scanner. Times without an offset are taken to be in zone.
func (f *Format) NewScanner(zone *time.Location) *Scanner {
	return &Scanner{f: f, zone: zone, Spans: make([]Span, len(f.Fields))}
}

// Scan finds the texts of the fields; it reports false for a line that was not
// written by the format. Each text ends at the first place where what follows it
// in the format follows it in the line. Where a server does not escape what
// could be taken for that, a later place is tried when the rest does not fit.
func (s *Scanner) Scan(line []byte) bool {
	f := s.f
	s.begin.set, s.end.set = false, false
	s.stop = Stop{Field: -1}
	if len(line) < len(f.Prefix) || string(line[:len(f.Prefix)]) != string(f.Prefix) {
		return false
	}
	pos, retry, tries := len(f.Prefix), -1, 0
	for i := 0; i < len(f.Fields) || pos < len(line); {
		end := -1
		if i < len(f.Fields) {
			end = s.field(&f.Fields[i], i, line, pos)
		}
		if end < 0 {
			s.note(min(i, len(f.Fields)-1), pos)
			if i, pos = s.again(line, retry); i < 0 || tries == maxRetries {
				return false
			}
			tries++
			continue
		}
		x := &f.Fields[i]
		s.Spans[i] = Span{pos, end}
		if x.retry {
			retry = i
		}
		pos = end + len(x.After)
		i++
	}
	return true
}

// Stop says where the last line that did not fit ceased to.
func (s *Scanner) Stop() Stop { return s.stop }

// note remembers the farthest place that was reached.
func (s *Scanner) note(field, at int) {
	if field > s.stop.Field || field == s.stop.Field && at > s.stop.At {
		s.stop = Stop{field, at}
	}
}

// again lengthens the text of a field to the next place where it may end; i is
// -1 when there is none.
func (s *Scanner) again(line []byte, retry int) (i, pos int) {
	if retry < 0 {
		return -1, 0
	}
	x, end := &s.f.Fields[retry], s.Spans[retry].End
	after := x.After
	if x.Shape == Path {
		if after = s.f.Fields[retry+1].After; end < len(line) && line[end] == '?' {
			return -1, 0
		}
	}
	n := -1
	if end < len(line) {
		n = bytes.Index(line[end+1:], after)
	}
	if n < 0 {
		return -1, 0
	}
	end += 1 + n
	s.Spans[retry].End = end
	return retry + 1, end + len(x.After)
}

// field finds the end of a field that begins at pos, and makes sure that what
// follows it is there; -1 when it does not fit.
func (s *Scanner) field(x *Field, i int, line []byte, pos int) int {
	var end int
	switch x.Shape {
	case Text:
		return until(x, line, pos)
	case Word:
		end = until(x, line, pos)
		if end > pos && string(x.After) != " " && bytes.IndexByte(line[pos:end], ' ') >= 0 {
			return -1
		}
		return end
	case Path:
		return s.path(i, line, pos)
	case Host:
		return hostEnd(line, pos)
	case Query:
		if pos < len(line) && line[pos] == '?' {
			return until(x, line, pos)
		}
		end = pos
	case Number:
		end = numberEnd(line, pos, x.digits)
	case Decimal:
		end = decimalEnd(line, pos, x.digits)
	case Flag:
		if end = pos + 1; end > len(line) || line[pos] != 'X' && line[pos] != '+' && line[pos] != '-' {
			return -1
		}
	case Clock:
		end = s.clock(x, line, pos)
	case Numbers:
		end = list(line, pos, func(at int) int { return decimalEnd(line, at, maxDigits) })
	case Words:
		end = list(line, pos, func(at int) int { return itemEnd(line, at, x.After) })
	}
	if end < 0 || !follows(line, end, x.After) {
		return -1
	}
	return end
}

func follows(line []byte, at int, text []byte) bool {
	return len(line) >= at+len(text) && string(line[at:at+len(text)]) == string(text)
}

// until finds the text that follows a field. A quote behind a backslash belongs
// to the field.
func until(x *Field, line []byte, pos int) int {
	after := x.After
	if len(after) == 0 {
		return len(line)
	}
	for at := pos; ; at++ {
		n := bytes.IndexByte(line[at:], after[0])
		if n < 0 {
			return -1
		}
		at += n
		switch {
		case x.escapes && escaped(line[pos:at]):
		case follows(line, at, after):
			return at
		case x.escapes: // a quote ends the text, and what should follow does not
			return -1
		}
	}
}

// escaped reports whether what stands behind b has a backslash that escapes it.
func escaped(b []byte) bool {
	n := len(b)
	for n > 0 && b[n-1] == '\\' {
		n--
	}
	return (len(b)-n)%2 == 1
}

// path ends at a question mark, or at what follows the query.
func (s *Scanner) path(i int, line []byte, pos int) int {
	end := until(&s.f.Fields[i+1], line, pos)
	if end < 0 {
		return -1
	}
	if n := bytes.IndexByte(line[pos:end], '?'); n >= 0 {
		return pos + n
	}
	return end
}

// hostEnd is at the slash of an address, or at the "-" that stands for it when
// there was no request; behind that may stand the "-" of the arguments.
func hostEnd(line []byte, pos int) int {
	for at := pos; at < len(line) && line[at] != ' '; at++ {
		rest := line[at:]
		if rest[0] == '/' || rest[0] == '-' && len(bytes.TrimLeft(rest, "-")) == 0 || follows(line, at, []byte("- ")) || follows(line, at, []byte("-- ")) {
			return at
		}
	}
	return -1
}

// numberEnd is behind the digits; nothing at all and a "-" are numbers too.
func numberEnd(line []byte, pos, most int) int {
	at := pos
	if at < len(line) && line[at] == '-' {
		at++
	}
	first := at
	for at < len(line) && line[at]-'0' <= 9 {
		at++
	}
	if at-first > most {
		return -1
	}
	return at
}

// decimalEnd is behind the digits and a fraction.
func decimalEnd(line []byte, pos, most int) int {
	at := numberEnd(line, pos, most)
	if at <= pos || at+1 >= len(line) || line[at] != '.' || line[at+1]-'0' > 9 {
		return at
	}
	at++
	for at < len(line) && line[at]-'0' <= 9 {
		at++
	}
	return at
}

// list ends where no separator follows an item.
func list(line []byte, pos int, item func(int) int) int {
	at := item(pos)
	for at >= 0 {
		switch {
		case follows(line, at, []byte(", ")):
			at = item(at + 2)
		case follows(line, at, []byte(" : ")):
			at = item(at + 3)
		default:
			return at
		}
	}
	return -1
}

// itemEnd is at a space, a comma or the first byte of what follows the list.
func itemEnd(line []byte, at int, after []byte) int {
	for at < len(line) && line[at] != ' ' && line[at] != ',' && (len(after) == 0 || line[at] != after[0]) {
		at++
	}
	return at
}

// clock reads a time, or the "-" that stands for none.
func (s *Scanner) clock(x *Field, line []byte, pos int) int {
	if s.f.quick {
		if n := s.last.n; n > 0 && len(line) >= pos+n && string(line[pos:pos+n]) == string(s.last.text[:n]) && follows(line, pos+n, x.After) {
			s.begin.set = true
			return pos + n
		}
		s.last.n = 0
	}
	m := &s.begin
	if x.Meaning == EndTime {
		m = &s.end
	}
	if !m.set {
		*m = moment{}
	}
	n := x.clock.parse(line[pos:], m)
	if n < 0 {
		return -1
	}
	return pos + n
}

// Time gives the time of the request in nanoseconds since 1970 UTC; false when
// the format or the line has none.
func (s *Scanner) Time(line []byte) (int64, bool) {
	if !s.begin.set {
		return 0, false
	}
	if s.f.quick && s.last.n > 0 {
		return s.last.ns, true
	}
	ns, ok := s.begin.unixNano(s.zone)
	if ok && s.f.quick {
		s.learn(line, ns)
	}
	return ns, ok
}

// EndTime gives the time at which the answer was sent, if the format has it.
func (s *Scanner) EndTime() (int64, bool) {
	if !s.end.set {
		return 0, false
	}
	return s.end.unixNano(s.zone)
}

func (s *Scanner) learn(line []byte, ns int64) {
	for i := range s.f.Fields {
		if sp := s.Spans[i]; s.f.Fields[i].Shape == Clock && sp.End-sp.Start <= len(s.last.text) {
			s.last.n, s.last.ns = copy(s.last.text[:], line[sp.Start:sp.End]), ns
		}
	}
}

// HasTime reports whether the last line has a clock of its request's time.
func (s *Scanner) HasTime() bool { return s.begin.set }
