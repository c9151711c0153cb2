package file

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

// decoder knows how the lines of a file are told apart and turned into UTF-8.
// It is immutable and shared by all files.
type decoder struct {
	name string
	enc  encoding.Encoding // nil for UTF-8: bytes pass as they are
	wide bool              // code units of two bytes
	big  bool              // of which the first is the high one
	bom  bool              // the byte order mark decides big
}

// newDecoder finds an encoding by its name.
func newDecoder(name string) (*decoder, error) {
	switch n := strings.ToLower(strings.TrimSpace(name)); n {
	case "", "utf-8", "utf8":
		return &decoder{name: "utf-8"}, nil
	case "utf-16", "utf16":
		return utf16Decoder(false, true), nil
	case "utf-16le", "utf16le":
		return utf16Decoder(false, false), nil
	case "utf-16be", "utf16be":
		return utf16Decoder(true, false), nil
	case "cp949", "uhc", "ms949":
		return newDecoder("euc-kr") // x/text's EUC-KR has CP949's extensions
	case "iso-8859-1", "latin-1":
		return &decoder{name: n, enc: charmap.ISO8859_1}, nil
	default:
		e, err := htmlindex.Get(n)
		if err != nil {
			return nil, fmt.Errorf("%q is not a known encoding: use a name of the WHATWG list, such as utf-8, euc-kr, shift_jis, latin1 or utf-16le", name)
		}
		if e == encoding.Replacement {
			return nil, fmt.Errorf("%q cannot be decoded line by line", name)
		}
		return &decoder{name: n, enc: e}, nil
	}
}

func utf16Decoder(big, bom bool) *decoder {
	order, name := unicode.LittleEndian, "utf-16le"
	if big {
		order, name = unicode.BigEndian, "utf-16be"
	}
	return &decoder{name: name, enc: unicode.UTF16(order, unicode.IgnoreBOM), wide: true, big: big, bom: bom}
}

var (
	utf8BOM = []byte{0xEF, 0xBB, 0xBF}
	beBOM   = []byte{0xFE, 0xFF}
	leBOM   = []byte{0xFF, 0xFE}
)

// forFile gives the decoder of a file whose first bytes are head.
func (d *decoder) forFile(head []byte) *decoder {
	if d.bom {
		return utf16Decoder(bytes.HasPrefix(head, beBOM), false)
	}
	return d
}

// mark is the length of the byte order mark that head begins with. The mark
// belongs to the first line's bytes but not to its text.
func (d *decoder) mark(head []byte) int {
	switch {
	case d.wide && (d.big && bytes.HasPrefix(head, beBOM) || !d.big && bytes.HasPrefix(head, leBOM)):
		return 2
	case d.enc == nil && bytes.HasPrefix(head, utf8BOM):
		return 3
	}
	return 0
}

// unit is the size of the smallest part of a text in bytes.
func (d *decoder) unit() int {
	if d.wide {
		return 2
	}
	return 1
}

// newline finds the first newline in b, which begins at a whole unit: its index
// and the index after it, or -1.
func (d *decoder) newline(b []byte) (at, after int) {
	if !d.wide {
		at = bytes.IndexByte(b, '\n')
		return at, at + 1
	}
	low := 0
	if d.big {
		low = 1
	}
	for from := 0; ; {
		i := bytes.IndexByte(b[from:], '\n')
		if i < 0 {
			return -1, 0
		}
		i += from
		if unit := i &^ 1; i&1 == low && unit+1 < len(b) && b[unit+1-low] == 0 {
			return unit, unit + 2
		}
		from = i + 1
	}
}

// trimReturn takes the carriage return off the end of a line.
func (d *decoder) trimReturn(line []byte) []byte {
	switch n := len(line); {
	case !d.wide && n > 0 && line[n-1] == '\r':
		return line[:n-1]
	case d.wide && n > 1 && (d.big && line[n-2] == 0 && line[n-1] == '\r' || !d.big && line[n-2] == '\r' && line[n-1] == 0):
		return line[:n-2]
	}
	return line
}

// nuls is the length of the run of NUL units that b begins with.
func (d *decoder) nuls(b []byte) int {
	n := 0
	for n < len(b) && b[n] == 0 {
		n++
	}
	if d.wide {
		n &^= 1
	}
	return n
}

// appendText appends line as UTF-8 and reports whether bytes of it were not text.
func (d *decoder) appendText(dst, line []byte, state *encoding.Decoder) (text []byte, replaced bool) {
	from := len(dst)
	state.Reset()
	for {
		dst = growBy(dst, 3*len(line)+utf8.UTFMax)
		nDst, nSrc, err := state.Transformer.Transform(dst[len(dst):cap(dst)], line, true)
		dst, line = dst[:len(dst)+nDst], line[nSrc:]
		if err == nil {
			break
		}
		if nSrc == 0 && nDst == 0 && len(line) > 0 { // what it cannot read even with room
			dst, line = append(dst, "\ufffd"...), line[1:]
			state.Reset()
		}
	}
	return dst, bytes.Contains(dst[from:], []byte("\ufffd"))
}

func growBy(b []byte, n int) []byte {
	if cap(b)-len(b) >= n {
		return b
	}
	grown := make([]byte, len(b), 2*cap(b)+n)
	copy(grown, b)
	return grown
}
