package prog

import "bytes"

// lines remembers where the line ends that was asked for last: %{DATA} and
// its like stop at ends of lines, and most texts have none.
type lines struct{ from, end int }

// lineEnd returns the position of the next newline from pos on, or the length
// of the text.
func (m *machine) lineEnd(pos int) int {
	if pos < m.lines.from || pos > m.lines.end || m.lines.end == 0 {
		m.lines = lines{pos, len(m.text)}
		if i := bytes.IndexByte(m.text[pos:], '\n'); i >= 0 {
			m.lines.end = pos + i
		}
	}
	return m.lines.end
}
