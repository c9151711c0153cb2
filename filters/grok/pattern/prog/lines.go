package prog

import "bytes"

// lines remembers where the line ends that was asked for last: %{DATA} and
// its like stop at ends of lines, and most texts have none. From from on,
// which is beyond the text if nothing is known, there is no newline before end.
type lines struct{ from, end int }

// lineEnd returns the position of the next newline from pos on, or the length
// of the text.
func (m *machine) lineEnd(pos int) int {
	if pos < m.lines.from || pos > m.lines.end {
		m.findLine(pos)
	}
	return m.lines.end
}

// findLine makes the line at pos the one that is remembered.
func (m *machine) findLine(pos int) {
	l := &m.lines
	most := len(m.text)
	if pos < l.from {
		most = min(most, l.from) // beyond that it is known
	}
	i := bytes.IndexByte(m.text[pos:most], '\n')
	switch {
	case i >= 0:
		most = pos + i
		*l = lines{pos, most}
	case most == len(m.text):
		*l = lines{pos, most}
	default:
		l.from = pos
	}
	m.steps += (most - pos) >> runCost
}
