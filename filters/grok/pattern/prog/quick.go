package prog

import (
	"bytes"
	"unicode/utf8"
)

// behind tests the character before pos.
func (m *machine) behind(in *inst, pos int) bool {
	hit := false
	if pos > 0 {
		if b := m.text[pos-1]; b < utf8.RuneSelf {
			hit = in.set.tab[b] == yes
		} else {
			hit = in.set.step(m.text, back(m.text, pos)) >= 0
		}
	}
	return hit != (in.m == 1)
}

// take returns the position after n to most members of the set of in, as many
// as there are (most < 0: no limit), or -1 if there are fewer than n.
func (m *machine) take(in *inst, pos int, most int32) int {
	set := in.set
	start := pos
	for range in.n {
		if pos = set.step(m.text, pos); pos < 0 {
			return -1
		}
	}
	if most < 0 {
		pos = set.run(m.text, pos)
	} else {
		for range most - in.n {
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

// runBack takes as many members as there are and goes on at the last place
// where what follows can begin.
func (m *machine) runBack(in *inst, pc, pos int) int {
	least := pos
	for range in.n {
		if least = in.set.step(m.text, least); least < 0 {
			return -1
		}
	}
	end := m.take(in, pos, in.m)
	if in.x > 0 && end == len(m.text) {
		if end = m.last(in, least); end < 0 {
			return -1
		}
	}
	if end == least {
		if in.follow.at(m.text, end) {
			return end
		}
		return -1
	}
	if !in.follow.at(m.text, end) {
		if end = m.backTo(in, end, least); end < 0 {
			return -1
		}
	}
	if end > least {
		m.push(frameRun, pc, end, least)
	}
	return end
}

// backTo returns the last position before pos, but not before least, where
// what follows in can begin, or -1.
func (m *machine) backTo(in *inst, pos, least int) int {
	for pos > least {
		pos = back(m.text, pos)
		if in.follow.at(m.text, pos) {
			return pos
		}
		m.steps++
	}
	return -1
}

// giveBack goes on with a run at an earlier place.
func (m *machine) giveBack(f *frame) (pos int, ok bool) {
	pos = m.backTo(&m.code.inst[f.pc], int(f.pos), int(f.a))
	if pos < 0 {
		return 0, false
	}
	if pos == int(f.a) {
		m.stack = m.stack[:len(m.stack)-1]
	} else {
		f.pos = int32(pos)
	}
	return pos, true
}

// runLazy takes as few members as there have to be before a place where what
// follows can begin.
func (m *machine) runLazy(in *inst, pc, pos int) int {
	for range in.n {
		if pos = in.set.step(m.text, pos); pos < 0 {
			return -1
		}
	}
	left := int32(-1)
	if in.m >= 0 {
		left = in.m - in.n
	}
	if !in.follow.at(m.text, pos) {
		if pos, left = m.forward(in, pos, left); pos < 0 {
			return -1
		}
	}
	m.push(frameLazy, pc, pos, int(left))
	return pos
}

// forward takes members from pos on, at least one and at most left (< 0: no
// limit), up to the next place where what follows in can begin.
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
		if in.follow.at(text, pos) {
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
	end := in.set.step(text, pos)
	if end < 0 {
		return -1
	}
	i := bytes.IndexByte(text[end:], in.b)
	if i < 0 {
		m.steps += len(text[end:]) >> runCost
		return -1
	}
	m.steps += i >> runCost
	stop := end + i
	if in.set.run(text[:stop], end) < stop {
		return -1
	}
	return stop
}

// takeMore goes on with a lazy run at a later place.
func (m *machine) takeMore(f *frame) (pos int, ok bool) {
	if f.a == 0 {
		return 0, false
	}
	pos, left := m.forward(&m.code.inst[f.pc], int(f.pos), f.a)
	if pos < 0 {
		return 0, false
	}
	f.pos, f.a = int32(pos), left
	return pos, true
}

// moreChoices goes on with the next branch of a dispatch.
func (m *machine) moreChoices(f *frame) (pc, pos int) {
	d := m.code.inst[f.pc].table
	list := d.list(d.at(m.text, int(f.pos)))
	pc, pos = int(list[f.a]), int(f.pos)
	if f.a++; int(f.a) == len(list) {
		m.stack = m.stack[:len(m.stack)-1]
	}
	return pc, pos
}

// nextRune returns the position after the character at pos.
func nextRune(text []byte, pos int) int {
	if text[pos] < utf8.RuneSelf {
		return pos + 1
	}
	_, n := utf8.DecodeRune(text[pos:])
	return pos + n
}
