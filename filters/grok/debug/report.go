package debug

import (
	"bufio"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/naru-log/naru/filters/grok/pattern"
)

// report writes for people: each line, what was captured of it or where it
// stopped to fit, and at last how many lines matched.
type report struct {
	w       *bufio.Writer
	pattern *pattern.Pattern
	width   int  // columns of the terminal
	unicode bool // \w takes the letters of all scripts

	matched, failed, missed, tooLong int
}

const indent = "    "

// room is how many columns there are for a line behind the indent.
func (r *report) room() int { return max(r.width-len(indent), 20) }

func (r *report) line(number int, line []byte, m *pattern.Matcher, result pattern.Result) error {
	if number > 1 {
		r.printf("\n")
	}
	switch result {
	case pattern.Matched:
		r.match(number, line, m)
	case pattern.LimitExceeded:
		r.tooLong++
		r.printf("line %d: %s\n%s%s\n", number, limitMessage, indent, shorten(visible(line), r.room()))
	default:
		r.missed++
		r.mismatch(number, line)
	}
	return nil // a bufio.Writer keeps its error until it is flushed
}

func (r *report) printf(format string, args ...any) { _, _ = fmt.Fprintf(r.w, format, args...) }

func (r *report) match(number int, line []byte, m *pattern.Matcher) {
	rows, failure := captureRows(line, m)
	if failure == nil {
		r.matched++
		r.printf("line %d: match\n", number)
	} else {
		r.failed++
		r.printf("line %d: the pattern matches, but a value is not of its type: %v\n", number, failure)
	}
	r.printf("%s%s\n", indent, shorten(visible(line), r.room()))
	if start, end := m.Span(); start > 0 || end < len(line) {
		r.printf("%s%s\n", indent, shorten(underline(line, start, end), r.room()))
	}
	if len(rows) == 0 {
		r.printf("%snothing is captured\n", indent)
	}
	name := 0
	for _, row := range rows {
		name = max(name, columns(row.name))
	}
	for _, row := range rows {
		head := fmt.Sprintf("%s%s  %-7s  ", row.name, strings.Repeat(" ", name-columns(row.name)), row.typ)
		r.printf("%s%s%s\n", indent, head, shorten(row.value, max(r.room()-columns(head), 20)))
	}
}

// underline marks the part of the line that matched, where it is not all.
func underline(line []byte, start, end int) string {
	shown := columns(visible(line[start:end]))
	return strings.Repeat(" ", columns(visible(line[:start]))) + strings.Repeat("~", max(shown, 1))
}

// row is one value of a capture.
type row struct{ name, typ, value string }

func captureRows(line []byte, m *pattern.Matcher) ([]row, error) {
	var rows []row
	var failure error
	for i, c := range m.Pattern().Captures() {
		for _, v := range m.Values(i) {
			text := line[v.Start:v.End]
			value, err := appendValue(nil, v.Type, text)
			if err != nil {
				failure = err
				value = appendString(nil, string(text))
			}
			rows = append(rows, row{c.Name, v.Type.String(), visible(value)})
		}
	}
	return rows, failure
}

func (r *report) mismatch(number int, line []byte) {
	e := r.pattern.Explain(line)
	// A letter that begins with the bytes that were expected is not shown in two.
	offset := runeStart(string(line), min(max(e.Offset, 0), len(line)))
	r.printf("line %d: no match, stopped at byte %d", number, offset)
	if offset == len(line) {
		r.printf(" (the end)")
	}
	if len(e.Path) > 0 {
		r.printf(" in %s", strings.Join(e.Path, " > "))
	}
	r.printf("\n")
	r.pointAt(line, offset)
	r.printf("%sexpected here, in %s:\n", indent, place(e))
	at := min(max(e.At, 0), len(e.Definition))
	r.pointAt([]byte(e.Definition), at)
	if c, _ := utf8.DecodeRune(line[offset:]); !r.unicode && c >= utf8.RuneSelf && unicode.IsLetter(c) && strings.HasPrefix(e.Definition[at:], `\w`) {
		r.printf("%s\\w, and so %%{WORD}, takes ASCII letters only: try %%{NOTSPACE}, or --unicode-words (unicode_words in a pipeline)\n", indent)
	}
}

// pointAt writes text with a caret under the byte at offset.
func (r *report) pointAt(text []byte, offset int) {
	shown, column := window(text, offset, r.room())
	r.printf("%s%s\n%s%s^\n", indent, shown, indent, strings.Repeat(" ", column))
}

func place(e pattern.Explanation) string {
	if len(e.Path) == 0 {
		return "the expression"
	}
	return "the definition of " + e.Path[len(e.Path)-1]
}

func (r *report) end() error {
	all := r.matched + r.failed + r.missed + r.tooLong
	if all == 0 {
		r.printf("no lines\n")
		return nil
	}
	r.printf("\n%d of %d lines matched", r.matched, all)
	if r.failed > 0 {
		r.printf(", %d matched with a value that is not of its type", r.failed)
	}
	if r.tooLong > 0 {
		r.printf(", %d were given up", r.tooLong)
	}
	r.printf("\n")
	return nil
}
