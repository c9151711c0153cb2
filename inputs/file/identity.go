package file

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/naru-log/naru/checkpoint"
	"github.com/naru-log/naru/event"
)

// verify makes sure that a file found by device and inode is the one that is
// known, as far as that is not certain from an open handle: inodes are used again
// as soon as they are free. When it is not, the known file is lost.
func (s *scanner) verify(f *file, path string, info os.FileInfo) bool {
	if s.in.handles.has(f) {
		return true
	}
	m := f.mark()
	ok, err := m.isAt(path, info)
	if err != nil {
		s.complain("open", path, err)
		s.unclear[path] = err
		return true // not known to be another; its reader finds out
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if !ok {
		s.unplace(f)
		return false
	}
	if f.place == unplaced {
		f.place = placed
		f.settleUncertain(info.Size())
	}
	return true
}

// settleUncertain bounds what may have been delivered by what is there.
// f.mu is held.
func (f *file) settleUncertain(size int64) {
	if !f.compressed {
		f.uncertain = min(f.uncertain, size)
	}
}

// match is how a candidate relates to the files that are known.
type match uint8

const (
	unknown   match = iota // a file of its own
	copying                // a copy of a file that is still there
	shortCopy              // the file, but less of it than was read
	same                   // the file, in another place
)

// identify compares a candidate with the files that begin alike. Those of which
// more is known to be the same come first: a file that was seen when it held but
// half a line begins as many others do. Among equals that which was read further.
func (s *scanner) identify(c candidate, h *handle, among []*file) (best *file, how match) {
	var most int
	var read int64
	for _, f := range among {
		m := f.mark()
		alike := m.matches(c.head)
		if alike == 0 {
			continue // it was when it was found
		}
		is := s.compare(c, h, f, &m)
		if is == unknown || alike < most || alike == most && (is < how || is == how && read >= m.position) {
			continue
		}
		best, how, read, most = f, is, m.position, alike
	}
	return best, how
}

// compare is identify for one file. A file that has lost its place is recognised
// by its content alone only where a mistake is next to impossible: its whole
// signature is there, or the name says that it is a rotated one, or path and
// inode are the same and only the device's number is new, as after a reboot. Two
// files that merely begin alike stay apart.
func (s *scanner) compare(c candidate, h *handle, f *file, m *mark) match {
	full := m.head.Len == checkpoint.MaxHead
	samePath := c.path == m.path || c.path == m.location
	rotated := !samePath && (relatedPath(m.path, c.path) || relatedPath(m.location, c.path) ||
		s.inRotatedDir(c.path) && strings.HasPrefix(filepath.Base(c.path), stem(filepath.Base(m.path))))
	rebooted := samePath && c.key.inode == m.key.inode && c.key.device != m.key.device
	if m.place != lost && !(m.finished && m.place != placed && !sameKey(m.location, m.key)) {
		if !rotated {
			return unknown
		}
		switch is := s.beside(c, h, f, m); is {
		case copying, unknown:
			return is
		}
		f.mu.Lock()
		s.unplace(f) // its file was truncated or replaced, and nobody has noticed yet
		f.mu.Unlock()
	}
	if !full && !rotated && !rebooted {
		return unknown
	}
	if len(c.head) < m.head.Len && rotated {
		m.head = checkpoint.Sign(c.head) // a copy made before the last lines were written
	}
	ok, err := m.continues(h)
	switch {
	case err != nil:
		s.complain("read", c.path, err)
		return copying // not to be read under another identity before it is clear
	case ok:
		return same
	case h.partial():
		return copying // how it goes on is not there yet
	case rotated && m.endsBefore(h):
		return shortCopy
	}
	return unknown
}

func (s *scanner) inRotatedDir(path string) bool {
	for _, d := range s.in.cfg.RotatedDirs {
		if filepath.Dir(path) == filepath.Clean(d) {
			return true
		}
	}
	return false
}

// beside compares a candidate with a file that may still be there: it is a copy
// of it under way, or a file of its own. It is the same when the file has left its
// place. Where f lies is looked at once, after the copy: rotations change what
// there is between two looks, and a copy must not slip through between them.
func (s *scanner) beside(c candidate, h *handle, f *file, m *mark) match {
	if !strings.HasSuffix(c.path, ".gz") && s.copied(c, h, m) {
		return copying
	}
	switch s.standing(f, m) {
	case left:
		return same
	case standing:
		cheap := m.head.Len < checkpoint.MaxHead || m.compressed
		if !strings.HasSuffix(c.path, ".gz") || cheap && m.differs(h) || !m.compressed && h.longer(m.location, m.key) {
			return unknown
		}
		return copying // comparing all of it would cost more than it tells
	case held:
		if m.differs(h) {
			return unknown
		}
		if s.in.handles.count() > s.in.cfg.MaxOpenFiles && s.letGo(f, h, c.info) {
			return same
		}
	}
	return copying // until the handle closes, or it can be seen what lies there
}

// letGo closes the handle of a deleted file of which all is in h, too, so that
// many rotations while nothing can be delivered do not pile up open files. It
// reports whether it could.
func (s *scanner) letGo(f *file, h *handle, info os.FileInfo) bool {
	if !s.in.queue.seize(f) {
		return false
	}
	defer s.in.queue.done(f, false)
	if f.reading.h == nil {
		return false
	}
	deleted, err := f.reading.h.file.Stat()
	if err != nil {
		return false
	}
	if end, _, err := h.end(info); err != nil || h.partial() || end < deleted.Size() {
		return false
	}
	s.in.shut(f)
	return true
}

// copied reports whether a candidate is the beginning of the file at m's place: a
// rotation by copy under way.
func (s *scanner) copied(c candidate, h *handle, m *mark) bool {
	o, info, err := openHandle(m.location, m.compressed)
	if err != nil {
		return false
	}
	defer o.close()
	if o.key != m.key || !m.compressed && info.Size() < c.info.Size() {
		return false
	}
	n := min(4096, c.info.Size())
	return sameBytes(h, o, c.info.Size()-n, n)
}

// stand says what is at the place of a file.
type stand uint8

const (
	standing stand = iota // the file, going on from what was read
	left                  // nothing, or something else
	held                  // nothing, or something else, but a reader has the file open
	doubtful              // it cannot be looked at
)

// standing looks at the place of a file.
func (s *scanner) standing(f *file, m *mark) stand {
	info, err := os.Stat(m.location)
	if err == nil && keyOf(info) == m.key {
		ok, err := m.isAt(m.location, info)
		switch {
		case err == nil && ok:
			return standing
		case err == nil:
			return left
		case !errors.Is(err, os.ErrNotExist):
			return doubtful
		}
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return doubtful
	}
	if s.in.handles.has(f) {
		return held
	}
	return left
}

// resolve gives every candidate an identity: that of a file that has lost its
// place, or a new one.
func (s *scanner) resolve(candidates []candidate) {
	if len(candidates) == 0 {
		return
	}
	x := newIndex(s.known)
	for _, c := range candidates {
		s.resolveOne(c, x, true)
	}
}

// resolveOne handles one candidate and reports whether it found its identity.
// Without create only files that are known are considered.
func (s *scanner) resolveOne(c candidate, x *index, create bool) bool {
	if c.info.Size() == 0 {
		return false // nothing to recognise, nothing to read
	}
	h, info, err := openHandle(c.path, false)
	if err != nil {
		if !errors.Is(err, os.ErrNotExist) {
			s.complain("open", c.path, err)
		}
		return false
	}
	defer h.close()
	if keyOf(info) != c.key {
		s.soon()
		return false
	}
	c.info = info
	compressed := strings.HasSuffix(c.path, ".gz") && isGzip(h)
	if compressed {
		h.ReaderAt = newGzipFile(h.file)
	}
	head, err := readHead(h)
	if err != nil {
		s.complain("read", c.path, err)
		return false
	}
	delete(s.toldAbs, c.path)
	if len(head) < checkpoint.MaxHead && unfinished(c, h, head, x) {
		return true
	}
	c.head = head
	f, how := s.identify(c, h, x.find(head, c.path, s.inRotatedDir(c.path)))
	switch {
	case how == same || how == shortCopy:
		if err := s.attach(f, c, h, how); err != nil {
			s.complain("read", c.path, err)
		}
		return true
	case how == copying || !create || len(head) == 0:
		return how == copying
	}
	if len(head) < checkpoint.MaxHead {
		if again, err := readHead(h); err != nil || !bytes.Equal(again, head) {
			s.soon() // it is being written: what it is shows when there is more of it
			return true
		}
	}
	if copyUnderWay(c, h, x) {
		return true
	}
	f = s.create(c, compressed, head, h)
	x.add(f)
	return true
}

// copyUnderWay reports whether a candidate holds what the log beside it begins
// with, of which it may be a rotated form: it is a copy that is being made. Who the
// log is does not matter, since it may not have been noticed that it is another.
func copyUnderWay(c candidate, h *handle, x *index) bool {
	seen := map[string]bool{c.path: true}
	for _, f := range x.origins(c.path, false) {
		path := f.src.Path
		if seen[path] || !relatedPath(path, c.path) {
			continue
		}
		seen[path] = true
		o, info, err := openHandle(path, false)
		if err != nil {
			continue
		}
		under := o.key != c.key && sameBytes(h, o, 0, int64(len(c.head)))
		if _, plain := h.ReaderAt.(*os.File); plain && under {
			n := min(4096, c.info.Size())
			under = info.Size() >= c.info.Size() && sameBytes(h, o, c.info.Size()-n, n)
		} else if under {
			under = !h.longer(path, o.key)
		}
		o.close()
		if under {
			return true
		}
	}
	return false
}

// sameBytes reports whether two contents have the same n bytes at off.
func sameBytes(a, b *handle, off, n int64) bool {
	x, y := make([]byte, n), make([]byte, n)
	nx, errX := readFull(a, x, off)
	ny, errY := readFull(b, y, off)
	return errX == nil && errY == nil && int64(nx) == n && int64(ny) == n && bytes.Equal(x, y)
}

// unfinished reports whether a short candidate may be a copy or a gzip file that
// is still being written, so that too little of it is there to recognise it.
func unfinished(c candidate, h *handle, head []byte, x *index) bool {
	if g, ok := h.ReaderAt.(*gzipFile); ok {
		return !g.whole
	}
	for _, f := range x.origins(c.path, false) {
		f.mu.Lock()
		path, k, compressed := f.location, f.key, f.compressed
		live := (f.place == placed || f.place == moved) && f.head.Len > len(head) && relatedPath(f.src.Path, c.path)
		f.mu.Unlock()
		if live && !compressed && beginsWith(path, k, head) {
			return true
		}
	}
	return false
}

// beginsWith reports whether the file at path is the one of k and begins with head.
func beginsWith(path string, k key, head []byte) bool {
	h, _, err := openHandle(path, false)
	if err != nil {
		return false
	}
	defer h.close()
	b := make([]byte, len(head))
	n, err := readFull(h, b, 0)
	return err == nil && h.key == k && bytes.Equal(b[:n], head)
}

// attach gives a lost file the place where it was found again.
func (s *scanner) attach(f *file, c candidate, h *handle, how match) error {
	_, compressed := h.ReaderAt.(*gzipFile)
	kind := byCopy
	if compressed {
		kind = byGzip
	}
	var end int64
	var endTail tail
	if how == shortCopy {
		var err error
		if end, endTail, err = h.end(c.info); err != nil {
			return err
		}
	}
	s.in.metrics.rotations.WithLabelValues(kind).Inc()
	s.in.log.Info("rotated file was found again by its content", "was", f.location, "is", c.path, "read", f.position, "id", f.src.ID)
	f.mu.Lock()
	defer f.mu.Unlock()
	if s.table[f.key] == f {
		delete(s.table, f.key)
	}
	f.key, f.location, f.compressed = c.key, c.path, compressed
	s.table[f.key] = f
	f.place = placed
	if c.rotated {
		f.place = moved
	}
	f.settleUncertain(c.info.Size())
	f.grew = s.in.now()
	f.size, f.changed, f.seen = c.info.Size(), c.info.ModTime(), f.grew
	f.closing = false
	if how == shortCopy {
		f.copyEnd, f.copyTail = end, endTail
	}
	if len(c.head) < f.head.Len {
		f.setHead(c.head)
		f.headKept = -1 // not durable, however long one was that is
	}
	f.finished = f.copyEnd > 0
	f.drained = f.finished
	f.markDirty()
	if !f.finished {
		s.in.queue.wake(f)
	}
	return nil
}

// create makes a new identity. It is not read before the identity is durable.
func (s *scanner) create(c candidate, compressed bool, head []byte, h *handle) *file {
	now := s.in.now()
	path := c.path
	if c.origin != "" {
		path = c.origin
	}
	f := &file{
		in: s.in, src: event.NewSource(newID(), path, now),
		key: c.key, location: c.path, compressed: compressed, place: placed,
		size: c.info.Size(), changed: c.info.ModTime(), grew: now, seen: now, caughtUp: now,
		lookEvery: s.in.cfg.PollInterval,
	}
	f.setHead(head)
	f.beganAt = f.changed
	f.settleBegin(now) // of an old log no copy is under way
	if c.rotated {
		f.place = moved
	}
	f.nextLook = now.Add(f.lookEvery)
	if !c.rotated && s.skips(c.info) {
		if err := f.skipToEnd(h); err != nil {
			s.complain("read", c.path, err)
		}
	}
	s.in.log.Debug("new file", "path", c.path, "size", f.size, "from", f.position, "id", f.src.ID)
	if old := s.table[c.key]; old != nil {
		old.mu.Lock()
		old.place = lost
		old.mu.Unlock()
	}
	s.table[c.key] = f
	s.known = append(s.known, f)
	s.in.mu.Lock()
	s.in.files = append(s.in.files, f)
	s.in.mu.Unlock()
	f.mu.Lock()
	f.markDirty()
	f.mu.Unlock()
	return f
}

// skips reports whether what a new file holds already is left out.
func (s *scanner) skips(info os.FileInfo) bool {
	if s.in.cfg.StartAt == "end" && s.fresh && !s.swept {
		return true
	}
	old := s.in.cfg.IgnoreOlder
	return old > 0 && s.in.now().Sub(info.ModTime()) > old
}

// skipToEnd puts a new file's position at the beginning of its last line that
// has no end yet, or at the end.
func (f *file) skipToEnd(h *handle) error {
	first, err := readHead(h)
	if err != nil {
		return err
	}
	dec := f.in.dec.forFile(first)
	unit := int64(dec.unit())
	end := f.size / unit * unit
	n := min(end, int64(f.in.cfg.MaxLineBytes)/unit*unit)
	b := make([]byte, n)
	got, err := readFull(h, b, end-n)
	if err != nil {
		return err
	}
	b = b[:got]
	begin := 0
	for {
		at, after := dec.newline(b[begin:])
		if at < 0 {
			break
		}
		begin += after
	}
	f.position = end - n + int64(begin)
	f.watermark, f.durable, f.putMark = f.position, f.position, f.position
	if err := f.posTail.read(h, f.position); err != nil {
		return err
	}
	f.markTail = f.posTail
	return nil
}

// newID is a random identity. 64 bits are enough for all the files that one
// cluster will ever see: a billion of them meet by chance once in 37 times.
func newID() uint64 {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return binary.LittleEndian.Uint64(b[:])
}
