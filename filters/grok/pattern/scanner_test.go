package pattern_test

import "bytes"

// handScanner is what somebody would write for one format who has no patterns:
// it goes through the line once, checks what the patterns check as far as
// separators and kinds of characters go, and keeps where the fields are.
type handScanner struct {
	text   []byte
	pos    int
	failed bool
	fields [32][2]int32
	count  int
}

func (s *handScanner) begin(line []byte) { s.text, s.pos, s.failed, s.count = line, 0, false, 0 }

// end reports whether the line had the form, and was used up.
func (s *handScanner) end() bool { return !s.failed && s.pos == len(s.text) }

func (s *handScanner) keep(start int) {
	s.fields[s.count] = [2]int32{int32(start), int32(s.pos)}
	s.count++
}

func (s *handScanner) literal(lit string) {
	if len(s.text)-s.pos < len(lit) || string(s.text[s.pos:s.pos+len(lit)]) != lit {
		s.failed, lit = true, ""
	}
	s.pos += len(lit)
}

// until keeps what there is up to b, which it goes past.
func (s *handScanner) until(b byte) {
	i := bytes.IndexByte(s.text[s.pos:], b)
	if i < 0 {
		s.failed = true
		return
	}
	start := s.pos
	s.pos += i
	s.keep(start)
	s.pos++
}

// run keeps a run of at least one byte of a kind.
func (s *handScanner) run(kind *[256]bool) {
	start := s.pos
	for s.pos < len(s.text) && kind[s.text[s.pos]] {
		s.pos++
	}
	s.failed = s.failed || s.pos == start
	s.keep(start)
}

// form keeps text of a fixed form, in which 0 stands for a digit and a for a
// letter.
func (s *handScanner) form(form string) {
	if len(s.text)-s.pos < len(form) {
		s.failed = true
		return
	}
	for i, c := range []byte(form) {
		switch b := s.text[s.pos+i]; {
		case c == '0' && b-'0' > 9, c == 'a' && b|0x20-'a' > 25, c != '0' && c != 'a' && b != c:
			s.failed = true
			return
		}
	}
	start := s.pos
	s.pos += len(form)
	s.keep(start)
}

func (s *handScanner) rest() {
	start := s.pos
	s.pos = len(s.text)
	s.keep(start)
}

func kind(chars string) *[256]bool {
	k := new([256]bool)
	for _, c := range []byte(chars) {
		k[c] = true
	}
	return k
}

const (
	handDigits  = "0123456789"
	handLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

var (
	handDigit   = kind(handDigits)
	handSigned  = kind(handDigits + "+-.")
	handAddress = kind(handDigits + "abcdefABCDEF:.")
	handHost    = kind(handDigits + handLetters + ".-_:")
	handClass   = kind(handDigits + handLetters + "_$.")
	handLetter  = kind(handLetters)
)

func (s *handScanner) nginx(line []byte) bool {
	s.begin(line)
	s.accessHead()
	s.literal(` "`)
	s.until('"')
	s.literal(` "`)
	s.until('"')
	return s.end()
}

func (s *handScanner) tomcat(line []byte) bool {
	s.begin(line)
	s.accessHead()
	return s.end()
}

// accessHead scans the common log format.
func (s *handScanner) accessHead() {
	s.run(handAddress)
	s.literal(" ")
	s.until(' ')
	s.until(' ')
	s.literal("[")
	s.form("00/aaa/0000:00:00:00 +0000")
	s.literal(`] "`)
	s.run(handLetter)
	s.literal(" ")
	s.until(' ')
	s.literal("HTTP/")
	s.run(handSigned)
	s.literal(`" `)
	s.run(handDigit)
	s.literal(" ")
	s.run(handDigit)
}

func (s *handScanner) haproxy(line []byte) bool {
	s.begin(line)
	s.form("aaa  0 00:00:00")
	s.literal(" ")
	s.run(handHost)
	s.literal(" ")
	s.until('[')
	s.run(handDigit)
	s.literal("]: ")
	s.run(handAddress)
	s.literal(" [")
	s.form("00/aaa/0000:00:00:00.000")
	s.literal("] ")
	s.until(' ')
	s.until('/')
	s.until(' ')
	s.numbers('/', 5)
	s.numbers(' ', 2)
	s.until(' ')
	s.until(' ')
	s.until(' ')
	s.numbers('/', 5)
	s.numbers('/', 2)
	s.literal("{")
	s.until('}')
	s.literal(" {")
	s.until('}')
	s.literal(` "`)
	s.run(handLetter)
	s.literal(" ")
	s.until(' ')
	s.literal("HTTP/")
	s.run(handSigned)
	s.literal(`"`)
	return s.end()
}

// numbers scans n numbers with separators between and a blank behind them.
func (s *handScanner) numbers(separator byte, n int) {
	for i := range n {
		s.run(handSigned)
		want := separator
		if i == n-1 {
			want = ' '
		}
		if s.pos >= len(s.text) || s.text[s.pos] != want {
			s.failed = true
			return
		}
		s.pos++
	}
}

func (s *handScanner) syslog5424(line []byte) bool {
	s.begin(line)
	s.literal("<")
	s.run(handDigit)
	s.literal(">")
	s.run(handDigit)
	s.literal(" ")
	s.form("0000-00-00T00:00:00.000Z")
	s.literal(" ")
	s.run(handHost)
	s.literal(" ")
	s.until(' ')
	s.run(handDigit)
	s.literal(" ")
	s.until(' ')
	s.literal("[")
	s.until(']')
	s.literal(" ")
	s.rest()
	return s.end()
}

func (s *handScanner) syslog3164(line []byte) bool {
	s.begin(line)
	s.form("aaa  0 00:00:00")
	s.literal(" ")
	s.run(handHost)
	s.literal(" ")
	s.until('[')
	s.run(handDigit)
	s.literal("]: ")
	s.rest()
	return s.end()
}

func (s *handScanner) java(line []byte) bool {
	s.begin(line)
	s.form("0000-00-00 00:00:00,000")
	s.literal(" ")
	s.run(handLetter)
	s.literal(" ")
	s.run(handClass)
	s.literal(" ")
	s.rest()
	return s.end()
}
