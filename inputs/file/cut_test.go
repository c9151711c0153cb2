package file

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/korean"

	"github.com/naru-log/naru/event"
)

// cutAll cuts content that arrives in chunks of the given sizes, as a reader does,
// and gives the lines as text.
func cutAll(c *cutter, content []byte, sizes []int) []string {
	var out []string
	position, i := 0, 0
	have := 0
	var buf []byte
	for {
		final := have == len(content)
		data := bytes.Clone(content[position:have])
		lines, used := c.cut(nil, data, int64(position), ending{lines: final, text: final})
		text, reuse := c.finish(lines, data[:used], buf)
		buf = reuse
		for _, l := range lines {
			out = append(out, fmt.Sprintf("%d %d %q", l.Offset, l.Flags, text[l.Start:l.End]))
		}
		position += used
		if final {
			return out
		}
		n := 1
		if len(sizes) > 0 {
			n = max(1, sizes[i%len(sizes)])
			i++
		}
		have = min(have+n, len(content))
	}
}

func cutterOf(t testing.TB, encoding string, limit int, m *Multiline) *cutter {
	t.Helper()
	dec, err := newDecoder(encoding)
	if err != nil {
		t.Fatal(err)
	}
	var j *joiner
	if m != nil {
		j, _ = m.joiner()
	}
	return newCutter(dec, limit, j)
}

func TestCut(t *testing.T) {
	long := strings.Repeat("가", 400)
	tests := []struct {
		name, in string
		want     []string
	}{
		{"lines", "a\nbc\n", []string{`0 0 "a"`, `2 0 "bc"`}},
		{"carriage returns", "a\r\nb\rc\r\n", []string{`0 0 "a"`, `3 0 "b\rc"`}},
		{"no newline at the end", "a\nb", []string{`0 0 "a"`, `2 0 "b"`}},
		{"empty", "", nil},
		{"empty lines", "\n\n\r\na\n\n", []string{`4 0 "a"`}},
		{"byte order mark", "\ufeffa\n\ufeffb\n", []string{`0 0 "a"`, `5 0 "\ufeffb"`}},
		{"gap", "a\n\x00\x00\x00b\n\x00", []string{`0 0 "a"`, `5 0 "b"`}},
		{"NUL in a line", "a\x00b\n", []string{`0 0 "a\x00b"`}},
		{"only NULs", "\x00\x00", nil},
		{"at the limit", strings.Repeat("x", 1024) + "\nb\n", []string{fmt.Sprintf("0 0 %q", strings.Repeat("x", 1024)), `1025 0 "b"`}},
		{"at the limit with carriage return", strings.Repeat("x", 1024) + "\r\nb\n", []string{fmt.Sprintf("0 0 %q", strings.Repeat("x", 1024)), `1026 0 "b"`}},
		{"beyond the limit", strings.Repeat("x", 1025) + "\nb\n", []string{fmt.Sprintf("0 1 %q", strings.Repeat("x", 1024)), `1026 0 "b"`}},
		{"not through a character", long + "\n", []string{fmt.Sprintf("0 1 %q", long[:1023])}},
		{"bytes that are not UTF-8 pass", "\xff\xfe\n", []string{`0 0 "\xff\xfe"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, sizes := range [][]int{nil, {3}, {1 << 20}} {
				if got := cutAll(cutterOf(t, "utf-8", 1024, nil), []byte(tt.in), sizes); !reflect.DeepEqual(got, tt.want) {
					t.Errorf("chunks of %v:\n got %v\nwant %v", sizes, got, tt.want)
				}
			}
		})
	}
}

func utf16Bytes(s string, big bool) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return b
}

func TestEncodings(t *testing.T) {
	f := func(encoding string, in []byte, want ...string) {
		t.Helper()
		for _, sizes := range [][]int{nil, {3}, {1 << 20}} {
			c := cutterOf(t, encoding, 1024, nil)
			c = newCutter(c.dec.forFile(in), c.max, nil)
			if got := cutAll(c, in, sizes); !reflect.DeepEqual(got, want) {
				t.Errorf("%s, chunks of %v:\n got %v\nwant %v", encoding, sizes, got, want)
			}
		}
	}
	euc, err := korean.EUCKR.NewEncoder().Bytes([]byte("한글\n똠방\r\nabc\n"))
	if err != nil {
		t.Fatal(err)
	}
	f("euc-kr", euc, `0 0 "한글"`, `5 0 "똠방"`, `11 0 "abc"`)
	f("cp949", euc, `0 0 "한글"`, `5 0 "똠방"`, `11 0 "abc"`)
	f("euc-kr", []byte("\xc7\xd1\xff\xff\n"), `0 2 "한��"`)
	f("iso-8859-1", []byte("caf\xe9\n\x80\n"), `0 0 "café"`, `5 0 "\u0080"`)
	f("windows-1252", []byte("\x80\n"), `0 0 "€"`)
	text := "Ā\nअ한\r\n\u0a0a\U0001F600\n" // among them units that hold the byte 0x0A
	for _, big := range []bool{false, true} {
		name, mark := "utf-16le", "\xff\xfe"
		if big {
			name, mark = "utf-16be", "\xfe\xff"
		}
		f(name, utf16Bytes(text, big), `0 0 "Ā"`, `4 0 "अ한"`, `12 0 "ਊ😀"`)
		f("utf-16", append([]byte(mark), utf16Bytes(text, big)...), `0 0 "Ā"`, `6 0 "अ한"`, `14 0 "ਊ😀"`)
		f(name, append(utf16Bytes("a\n", big), 0, 0, 0, 0), `0 0 "a"`)
		f(name, append(append(utf16Bytes("a\n", big), 0, 0), utf16Bytes("b\n", big)...), `0 0 "a"`, `6 0 "b"`)
	}
	f("utf-16le", []byte{0, 0xd8, 'a', 0, '\n', 0}, `0 2 "�a"`)
	f("utf-16le", []byte{'a', 0, '\n', 0, 'b'}, `0 0 "a"`, `4 2 "�"`)
	if _, err := newDecoder("klingon"); err == nil {
		t.Error("klingon is accepted")
	}
}

const trace = `2026-01-01 one
2026-01-01 two
  at a
  at b
2026-01-01 three
`

func TestMultiline(t *testing.T) {
	f := func(name string, m Multiline, in string, want ...string) {
		t.Helper()
		for _, sizes := range [][]int{nil, {7}, {1 << 20}} {
			if got := cutAll(cutterOf(t, "utf-8", 1024, &m), []byte(in), sizes); !reflect.DeepEqual(got, want) {
				t.Errorf("%s, chunks of %v:\n got %v\nwant %v", name, sizes, got, want)
			}
		}
	}
	starts, goesOn := Multiline{StartPattern: `^\d{4}-`}, Multiline{ContinuePattern: `^\s`}
	joined := []string{`0 0 "2026-01-01 one"`, `15 4 "2026-01-01 two\n  at a\n  at b"`, `44 0 "2026-01-01 three"`}
	f("start", starts, trace, joined...)
	f("continue", goesOn, trace, joined...)
	alone := Multiline{ContinuePattern: `^(\s|Traceback)`, SinglePattern: `^GET`}
	f("one by itself", alone, "GET 1\nTraceback\n  at a\nlog\nTraceback\nGET 2", `0 0 "GET 1"`, `6 4 "Traceback\n  at a"`, `23 4 "log\nTraceback"`, `37 0 "GET 2"`)
	f("begins in the middle", starts, "  at x\n2026-1", `0 0 "  at x"`, `7 0 "2026-1"`)
	f("returns", starts, "2026-a\r\nb\r\nc\r\n2026-d\r\n", `0 4 "2026-a\nb\nc"`, `14 0 "2026-d"`)
	f("empty lines stay", goesOn, "a\n\n b\n\n", `0 0 "a"`, `2 4 "\n b"`)
	f("most lines", Multiline{StartPattern: "^s", MaxLines: 2}, "s\n1\n2\n3\n4\ns\n", `0 4 "s\n1"`, `4 4 "2\n3"`, `8 0 "4"`, `10 0 "s"`)
	x := strings.Repeat("x", 600)
	f("too long together", starts, "2026-a\n"+x+"\n"+x+"\n", fmt.Sprintf("0 4 %q", "2026-a\n"+x), fmt.Sprintf("608 0 %q", x))
	y := strings.Repeat("y", 1100)
	f("a long line among them", starts, "2026-a\nb\n"+y+"\nc\n", `0 4 "2026-a\nb"`, fmt.Sprintf("9 1 %q", y[:1024]), `1110 0 "c"`)
	f("gap between", starts, "2026-a\nb\n\x00\x00c\n", `0 4 "2026-a\nb"`, `11 0 "c"`)
}

// reference cuts whole content in the plainest way.
func reference(content string, limit int) []string {
	var out []string
	offset := 0
	for len(content) > 0 {
		line, rest, ended := strings.Cut(content, "\n")
		size := len(line)
		if ended {
			size++
		}
		gap := len(line) - len(strings.TrimLeft(line, "\x00"))
		if gap == len(line) && !ended {
			break
		}
		text, at := strings.TrimSuffix(line[gap:], "\r"), offset+gap
		if at == 0 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		flags := 0
		if len(text) > limit {
			c := cutter{max: limit, dec: &decoder{}}
			text, flags = string(c.shorten([]byte(text))), 1
		}
		if text != "" {
			out = append(out, fmt.Sprintf("%d %d %q", at, flags, text))
		}
		content, offset = rest, offset+size
	}
	return out
}

func FuzzCut(f *testing.F) {
	f.Add([]byte("a\nb\r\n\x00\x00c\n\n"), []byte{1, 5, 2})
	f.Add([]byte("\ufeffa\nlong long long long long\n"), []byte{3})
	f.Add([]byte(trace), []byte{10, 100})
	f.Fuzz(func(t *testing.T, content, chunks []byte) {
		sizes := make([]int, len(chunks))
		for i, n := range chunks {
			sizes[i] = int(n)
		}
		want := reference(string(content), 16)
		for _, sizes := range [][]int{sizes, {1}, {1 << 20}} {
			if got := cutAll(cutterOf(t, "", 16, nil), content, sizes); !reflect.DeepEqual(got, want) {
				t.Fatalf("chunks of %v:\n got %v\nwant %v", sizes, got, want)
			}
		}
		for _, enc := range []string{"utf-8", "utf-16le", "utf-16be", "euc-kr"} {
			for _, m := range []*Multiline{nil, {StartPattern: "^[a-z]", MaxLines: 3}, {ContinuePattern: `^\s`}, {StartPattern: "^[a-f]", SinglePattern: "^[a-c]"}} {
				one := cutAll(cutterOf(t, enc, 16, m), content, []int{1 << 20})
				if got := cutAll(cutterOf(t, enc, 16, m), content, sizes); !reflect.DeepEqual(got, one) {
					t.Fatalf("%s %+v, chunks of %v:\n got %v\nwhole %v", enc, m, sizes, got, one)
				}
			}
		}
	})
}

func BenchmarkCut(b *testing.B) {
	c := cutterOf(b, "utf-8", 1<<20, nil)
	data := bytes.Repeat([]byte(strings.Repeat("x", 289)+"\n"), chunkBytes/290)
	lines := make([]event.Line, 0, 1024)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		lines, _ = c.cut(lines[:0], data, 0, ending{})
	}
	b.ReportMetric(float64(len(lines))*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

func BenchmarkCutJoined(b *testing.B) {
	c := cutterOf(b, "utf-8", 1<<20, &Multiline{StartPattern: `^\d{4}-\d\d-\d\d`})
	data := bytes.Repeat([]byte(trace), 1000)
	lines := make([]event.Line, 0, 4096)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		lines, _ = c.cut(lines[:0], data, 0, ending{})
	}
}
