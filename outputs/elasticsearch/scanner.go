package elasticsearch

import (
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// scanner reads JSON (RFC 8259) from a stream of any length through a buffer of
// fixed size. It keeps nothing but what a caller asks for, and accepts a little
// more than JSON: of values that are skipped it checks only the nesting.
type scanner struct {
	r   io.Reader
	buf []byte
	at  int // next byte
	len int // end of what is in buf
	key [64]byte
}

const scanBuffer = 32 << 10

var errTruncated = errors.New("it ends too early")

func (s *scanner) reset(r io.Reader) {
	if s.buf == nil {
		s.buf = make([]byte, scanBuffer)
	}
	s.r, s.at, s.len = r, 0, 0
}

// more reads on, keeping what is not consumed, which must be less than the
// buffer.
func (s *scanner) more() error {
	s.len = copy(s.buf, s.buf[s.at:s.len])
	s.at = 0
	for {
		n, err := s.r.Read(s.buf[s.len:])
		s.len += n
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// next consumes one byte.
func (s *scanner) next() (byte, error) {
	if s.at == s.len {
		if err := s.more(); err != nil {
			return 0, truncated(err)
		}
	}
	c := s.buf[s.at]
	s.at++
	return c, nil
}

func truncated(err error) error {
	if err == io.EOF {
		return errTruncated
	}
	return err
}

// token consumes white space and one byte.
func (s *scanner) token() (byte, error) {
	for {
		c, err := s.next()
		if err != nil || c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c, err
		}
	}
}

// peek is the next byte that is not white space, 0 when there is none.
func (s *scanner) peek() byte {
	c, err := s.token()
	if err != nil {
		return 0
	}
	s.at--
	return c
}

func (s *scanner) expect(want byte) error {
	c, err := s.token()
	if err == nil && c != want {
		err = fmt.Errorf("%q where %q is due", c, want)
	}
	return err
}

// end checks that nothing follows.
func (s *scanner) end() error {
	if c, err := s.token(); err == nil {
		return fmt.Errorf("%q after the end", c)
	} else if err != errTruncated {
		return err
	}
	return nil
}

// literally consumes exactly text, or nothing when that is not what comes next
// or has not arrived yet.
func (s *scanner) literally(text string) bool {
	if rest := s.buf[s.at:s.len]; len(rest) < len(text) || string(rest[:len(text)]) != text {
		return false
	}
	s.at += len(text)
	return true
}

// object reads an object. member is called for each name and consumes the
// value; of a long name it sees only the beginning.
func (s *scanner) object(member func(key []byte) error) error {
	return s.sequence('{', '}', func() error {
		if err := s.expect('"'); err != nil {
			return err
		}
		key, err := s.quoted(s.key[:0], cap(s.key))
		if err == nil {
			err = s.expect(':')
		}
		if err != nil {
			return err
		}
		return member(key)
	})
}

// array reads an array. element is called for each element and consumes it.
func (s *scanner) array(element func() error) error { return s.sequence('[', ']', element) }

func (s *scanner) sequence(open, close byte, element func() error) error {
	if err := s.expect(open); err != nil {
		return err
	}
	if s.peek() == close {
		s.at++
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		switch c, err := s.token(); {
		case err != nil:
			return err
		case c == close:
			return nil
		case c != ',':
			return fmt.Errorf("%q where ',' or %q is due", c, close)
		}
	}
}

// status reads a number of three digits.
func (s *scanner) status() (uint16, error) {
	c, err := s.token()
	n := 0
	for digits := 0; err == nil; digits++ {
		if c < '0' || c > '9' {
			s.at--
			if digits != 3 || n < 100 {
				return 0, fmt.Errorf("%q where a status is due", c)
			}
			return uint16(n), nil
		}
		if n = n*10 + int(c-'0'); digits == 3 {
			return 0, errors.New("a status of more than three digits")
		}
		c, err = s.next()
	}
	return 0, err
}

// text reads a string and appends at most limit bytes of it to dst, whole
// characters only.
func (s *scanner) text(dst []byte, limit int) ([]byte, error) {
	if err := s.expect('"'); err != nil {
		return dst, err
	}
	return s.quoted(dst, limit)
}

// quoted is text after the opening quote.
func (s *scanner) quoted(dst []byte, limit int) ([]byte, error) {
	start := len(dst)
	full := false
	keep := func(part []byte) {
		room := limit - (len(dst) - start)
		full = full || len(part) > room
		if room > 0 {
			dst = append(dst, part[:min(room, len(part))]...)
		}
	}
	for {
		run := s.at
		for s.at < s.len && !special[s.buf[s.at]] {
			s.at++
		}
		if !full {
			keep(s.buf[run:s.at])
		}
		c, err := s.next()
		switch {
		case err != nil:
			return dst, err
		case c == '"':
			return trimPartial(dst, start), nil
		case c == '\\':
			r, err := s.escape()
			if err != nil {
				return dst, err
			}
			if !full {
				var b [utf8.UTFMax]byte
				keep(b[:utf8.EncodeRune(b[:], r)])
			}
		case c < ' ':
			return dst, fmt.Errorf("%q in a string", c)
		default: // the first byte of what was read on
			s.at--
		}
	}
}

// special are the bytes that end a run of plain ones in a string.
var special = func() (is [256]bool) {
	for c := range ' ' {
		is[c] = true
	}
	is['"'], is['\\'] = true, true
	return is
}()

// trimPartial takes away a character that was cut in the middle by a limit.
func trimPartial(dst []byte, start int) []byte {
	for i := len(dst) - 1; i >= max(start, len(dst)-utf8.UTFMax); i-- {
		if utf8.RuneStart(dst[i]) {
			if !utf8.FullRune(dst[i:]) {
				return dst[:i]
			}
			break
		}
	}
	return dst
}

// escape reads what follows a backslash.
func (s *scanner) escape() (rune, error) {
	c, err := s.next()
	if err != nil {
		return 0, err
	}
	switch c {
	case '"', '\\', '/':
		return rune(c), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		return s.unicode()
	}
	return 0, fmt.Errorf("%q after a backslash", c)
}

// unicode reads four hexadecimal digits, and the second half of a pair.
func (s *scanner) unicode() (rune, error) {
	r, err := s.hex4()
	if err != nil || !utf16.IsSurrogate(r) {
		return r, err
	}
	for s.len-s.at < 6 {
		if err := s.more(); err != nil {
			return utf8.RuneError, nil // the caller finds the end
		}
	}
	if s.buf[s.at] != '\\' || s.buf[s.at+1] != 'u' {
		return utf8.RuneError, nil
	}
	mark := s.at
	s.at += 2
	low, err := s.hex4()
	if err != nil {
		return 0, err
	}
	if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
		return pair, nil
	}
	s.at = mark // it stands for itself
	return utf8.RuneError, nil
}

func (s *scanner) hex4() (rune, error) {
	var r rune
	for range 4 {
		c, err := s.next()
		if err != nil {
			return 0, err
		}
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, fmt.Errorf("%q in \\u", c)
		}
		r = r<<4 | rune(c)
	}
	return r, nil
}

// skip consumes a value of any kind and depth.
func (s *scanner) skip() error {
	depth := 0
	for {
		c, err := s.token()
		if err != nil {
			return err
		}
		switch c {
		case '{', '[':
			depth++
			continue
		case '"':
			if _, err := s.quoted(s.key[:0], 0); err != nil {
				return err
			}
		case '}', ']':
			if depth--; depth < 0 {
				return fmt.Errorf("%q where a value is due", c)
			}
		case ',', ':':
			if depth == 0 {
				return fmt.Errorf("%q where a value is due", c)
			}
			continue
		default:
			if err := s.word(); err != nil {
				return err
			}
		}
		if depth == 0 {
			return nil
		}
	}
}

// word consumes the rest of a number, true, false or null.
func (s *scanner) word() error {
	for {
		c, err := s.next()
		if err != nil {
			return err
		}
		switch c {
		case ' ', '\n', '\r', '\t', ',', ':', '}', ']', '{', '[', '"':
			s.at--
			return nil
		}
	}
}
