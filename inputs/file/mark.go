package file

import (
	"bytes"
	"errors"
	"os"
	"strings"

	"github.com/naru-log/naru/checkpoint"
)

// mark is what a file is recognised by, taken at one moment, so that its lock is
// not held while the disk is read.
type mark struct {
	place      place
	key        key
	path       string // where it was found first
	location   string
	compressed bool
	finished   bool
	head       checkpoint.Signature
	begin      string
	position   int64
	tail       tail                 // before position, if it is remembered
	sign       checkpoint.Signature // of it, if it is not
}

func (f *file) mark() mark {
	f.mu.Lock()
	defer f.mu.Unlock()
	m := mark{
		place: f.place, key: f.key, path: f.src.Path, location: f.location, compressed: f.compressed, finished: f.finished,
		head: f.head, begin: f.begin, position: f.position, tail: f.posTail,
	}
	if f.copyEnd > 0 {
		m.position, m.tail = f.copyEnd, f.copyTail
		return m
	}
	if f.position == f.watermark {
		m.sign = f.markSign
	}
	return m
}

// matches is how many bytes of a head, up to all of its own, are those that the
// file begins with; 0 when they differ. A head shorter than MaxHead is all of a
// file: it may be a copy to which the last lines were not written any more.
func (m *mark) matches(head []byte) int {
	switch {
	case hasHead(head, m.head):
		return m.head.Len
	case len(head) < m.head.Len && strings.HasPrefix(m.begin, string(head)):
		return len(head)
	}
	return 0
}

// isAt reports whether the content at path goes on from what was read.
func (m *mark) isAt(path string, info os.FileInfo) (bool, error) {
	if m.position == 0 && m.head.Len == 0 {
		return true, nil
	}
	if !m.compressed && info.Size() < m.position {
		return false, nil
	}
	h, _, err := openHandle(path, m.compressed)
	if err != nil {
		return false, err
	}
	defer h.close()
	return m.continues(h)
}

// continues reports whether content has the head and the bytes before the
// position.
func (m *mark) continues(h *handle) (bool, error) {
	_, _, err := m.resume(h)
	if errors.Is(err, errReplaced) {
		return false, nil
	}
	return err == nil, err
}

// resume gives the head of content and the bytes before the position, both the
// ones that are known; else the error is errReplaced.
func (m *mark) resume(h *handle) (first []byte, t tail, err error) {
	if first, err = readHead(h); err != nil {
		return nil, t, err
	}
	if !hasHead(first, m.head) {
		return nil, t, errReplaced
	}
	if err = t.read(h, m.position); err == nil && !m.hasTail(&t) {
		err = errReplaced
	}
	return first, t, err
}

// hasTail reports whether t, the bytes before the position, is what is known of
// them. When nothing is known the size alone has to do.
func (m *mark) hasTail(t *tail) bool {
	switch {
	case m.tail.n > 0:
		return bytes.Equal(t.bytes(), m.tail.bytes())
	case m.sign.Len > 0:
		return m.sign.Len <= t.n && checkpoint.Sign(t.b[t.n-m.sign.Len:t.n]) == m.sign
	}
	return true
}

// differs reports whether content certainly goes on otherwise than what was read.
func (m *mark) differs(h *handle) bool {
	ok, err := m.continues(h)
	return err == nil && !ok && !h.partial() && !m.endsBefore(h)
}

// endsBefore reports whether content ends before the position: whoever copied it
// did so before the last lines were written.
func (m *mark) endsBefore(h *handle) bool {
	var b [1]byte
	n, err := readFull(h, b[:], m.position-1)
	return err == nil && n == 0 && m.position > 0
}
