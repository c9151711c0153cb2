package prog

import (
	"bytes"
	"unicode/utf8"
)

// take returns the position after n to m members of the set of in, as many
// as there are (m < 0: no limit), or -1 if there are fewer than n.
func (m *machine) take(in *inst, pos int) int {
	set := in.set
	start := pos
	for range in.n {
		if pos = set.step(m.text, pos); pos < 0 {
			return -1
		}
	}
	if in.m < 0 {
		pos = set.run(m.text, pos)
	} else {
		for range in.m - in.n {
			next := set.step(m.text, pos)
			if next < 0 {
				break
			}
			pos = next
		}
	}
	m.steps += (pos - start) >> runCost
	return pos
}

// fits reports whether a run can end at pos: what follows can begin there.
func (in *inst) fits(text []byte, pos int) bool {
	return in.follow.at(text, pos) && in.goesOn(text, pos)
}

// ended goes on behind a run from start to end, where it fits.
func (m *machine) ended(in *inst, start, end int) (*inst, int) {
	m.mark(in, start, end)
	return in.to, end + int(in.length)
}

// endedAgain goes on behind a run that ends at another place than before.
func (m *machine) endedAgain(in *inst, end int) (*inst, int) {
	if in.closes > 0 {
		m.caps[in.closes] = int32(end)
	}
	return in.to, end + int(in.length)
}

// runBack takes as many members as there are and goes back to the last place
// where the run can end.
func (m *machine) runBack(in *inst, pos int) (*inst, int) {
	least := pos
	for range in.n {
		if least = in.set.step(m.text, least); least < 0 {
			return fail(pos)
		}
	}
	return m.goBack(in, pos, least, m.take(in, pos))
}

// runBackBytes is runBack for what runBytes can do.
func (m *machine) runBackBytes(in *inst, pos int) (*inst, int) {
	end := in.set.span(m.text, pos)
	m.steps += (end - pos) >> runCost
	least := pos
	if in.n > 0 {
		if end == pos {
			return fail(pos)
		}
		least = nextRune(m.text, pos)
	}
	return m.goBack(in, pos, least, end)
}

// goBack ends a run from pos to end at the last place where it can end, but
// not before least.
func (m *machine) goBack(in *inst, pos, least, end int) (*inst, int) {
	if in.x > 0 && end == len(m.text) {
		if end = m.last(in, least); end < 0 {
			return fail(pos)
		}
	}
	if !in.fits(m.text, end) {
		if end = m.backTo(in, end, least); end < 0 {
			return fail(pos)
		}
	}
	if end > least {
		m.push(frameRun, in.self, end, least)
	}
	return m.ended(in, pos, end)
}

// backTo returns the last position before pos, but not before least, where
// the run can end, or -1.
func (m *machine) backTo(in *inst, pos, least int) int {
	if in.a == 1 {
		return m.backToByte(in, pos, least)
	}
	text := m.text
	for start := pos; pos > least; {
		pos = back(text, pos)
		if in.fits(text, pos) {
			m.steps += start - pos
			return pos
		}
	}
	m.steps += pos - least
	return -1
}

// backToByte is backTo where only one byte can follow within the run.
func (m *machine) backToByte(in *inst, pos, least int) int {
	for {
		i := lastIndexByte(m.text[least:pos], in.b)
		if i < 0 {
			m.steps += (pos - least) >> runCost
			return -1
		}
		m.steps += 1 + (pos-least-i)>>runCost
		if pos = least + i; in.goesOn(m.text, pos) {
			return pos
		}
	}
}

// giveBack goes on with a run at an earlier place.
func (m *machine) giveBack(f *frame) (*inst, int) {
	in := &m.inst[f.pc]
	pos := m.backTo(in, int(f.pos), int(f.a))
	if pos < 0 {
		return nil, -1
	}
	if pos == int(f.a) {
		m.stack = m.stack[:len(m.stack)-1]
	} else {
		f.pos = int32(pos)
	}
	return m.endedAgain(in, pos)
}

// runLazy takes as few members as there have to be before a place where the
// run can end.
func (m *machine) runLazy(in *inst, pos int) (*inst, int) {
	end := pos
	for range in.n {
		if end = in.set.step(m.text, end); end < 0 {
			return fail(pos)
		}
	}
	left := int32(-1)
	if in.m >= 0 {
		left = in.m - in.n
	}
	if !in.fits(m.text, end) {
		if end, left = m.forward(in, end, left); end < 0 {
			return fail(pos)
		}
	}
	m.push(frameLazy, in.self, end, int(left))
	return m.ended(in, pos, end)
}

// runTo is runLazy for any number of characters of a line up to a byte.
func (m *machine) runTo(in *inst, pos int) (*inst, int) {
	i := bytes.IndexByte(m.text[pos:], in.b)
	if i < 0 {
		m.steps += (len(m.text) - pos) >> runCost
		return fail(pos)
	}
	m.steps += i >> runCost
	end := pos + i
	if (pos < m.lines.from || end > m.lines.end) && end > m.lineEnd(pos) {
		return fail(pos)
	}
	if !in.goesOn(m.text, end) {
		if end = m.forwardTo(in, end); end < 0 {
			return fail(pos)
		}
	}
	m.push(frameLazy, in.self, end, -1)
	return m.ended(in, pos, end)
}

// forward takes members from pos on, at least one and at most left (< 0: no
// limit), up to the next place where the run can end.
func (m *machine) forward(in *inst, pos int, left int32) (int, int32) {
	text := m.text
	if left < 0 && in.a == 1 {
		return m.forwardTo(in, pos), left
	}
	start := pos
	for left != 0 {
		if pos = in.set.step(text, pos); pos < 0 {
			break
		}
		left--
		if in.fits(text, pos) {
			m.steps += (pos - start) >> runCost
			return pos, max(left, -1)
		}
	}
	m.steps += len(text[start:]) >> runCost
	return -1, 0
}

// forwardTo is forward where what follows is one byte.
func (m *machine) forwardTo(in *inst, pos int) int {
	text := m.text
	for {
		if pos = in.set.step(text, pos); pos < 0 {
			return -1
		}
		i := bytes.IndexByte(text[pos:], in.b)
		if i < 0 {
			m.steps += len(text[pos:]) >> runCost
			return -1
		}
		m.steps += 1 + i>>runCost
		end := pos + i
		if !m.runsTo(in.set, pos, end) {
			return -1
		}
		if in.goesOn(text, end) {
			return end
		}
		pos = end
	}
}

// runsTo reports whether there are only members of set from pos to end.
func (m *machine) runsTo(set *charSet, pos, end int) bool {
	if set.hole == '\n' {
		return end <= m.lineEnd(pos)
	}
	return set.run(m.text[:end], pos) == end
}

// takeMore goes on with a lazy run at a later place.
func (m *machine) takeMore(f *frame) (*inst, int) {
	if f.a == 0 {
		return nil, -1
	}
	in := &m.inst[f.pc]
	pos, left := m.forward(in, int(f.pos), f.a)
	if pos < 0 {
		return nil, -1
	}
	f.pos, f.a = int32(pos), left
	return m.endedAgain(in, pos)
}

// nextRune returns the position after the character at pos.
func nextRune(text []byte, pos int) int {
	if text[pos] < utf8.RuneSelf {
		return pos + 1
	}
	_, n := utf8.DecodeRune(text[pos:])
	return pos + n
}
