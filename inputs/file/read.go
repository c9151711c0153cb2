package file

import (
	"bytes"
	"context"
	"io"
	"time"

	"github.com/naru-log/naru/checkpoint"
	"github.com/naru-log/naru/event"
)

// turnChunks is how many chunks a reader takes from one file before others have
// their turn.
const turnChunks = 8

// emitFunc hands a batch on; see event.Input.
type emitFunc func(context.Context, *event.Batch) error

// reading is what a reader knows of a file beyond what others may see.
type reading struct {
	h    *handle
	cut  *cutter
	want int   // bytes to read at once: more than a chunk for long events
	scan int64 // the line at the position is known not to end before scan

	rest      int // bytes after the position when the end was last reached
	restSince time.Time
}

// turn reads from f until its end or until others have their turn. more says
// that the end was not reached.
func (in *Input) turn(ctx context.Context, f *file, emit emitFunc) (more bool, err error) {
	for range turnChunks {
		if !f.mayRead() {
			return false, nil
		}
		if h := f.reading.h; h != nil && h.key != f.placeKey() {
			in.shut(f)
		}
		if f.reading.h == nil {
			if err := f.open(); err != nil {
				in.readFailed(f, err)
				return false, nil
			}
		}
		more, err := in.step(ctx, f, emit)
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		if err != nil {
			in.readFailed(f, err)
			return false, nil
		}
		if !more {
			return false, nil
		}
	}
	return true, nil
}

// mayRead reports whether reading on is allowed: the identity is durable, and
// the file's window leaves room.
func (f *file) mayRead() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.recorded || f.finished || f.place == lost || f.place == unplaced {
		return false
	}
	n := int64(max(f.reading.want, f.in.chunk))
	if f.position+n > f.durable+f.in.window && f.position > f.durable {
		f.blocked = true
		if f.watermark > f.durable {
			f.in.deps.Checkpoint.Request()
		}
		return false
	}
	return true
}

// placeKey is the key of the file where f lies now.
func (f *file) placeKey() key {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.key
}

// liesAt reports whether f has not lost its place at k or got another meanwhile.
// f.mu is held.
func (f *file) liesAt(k key) bool { return f.key == k && f.place != lost }

// signature is that of the head.
func (f *file) signature() checkpoint.Signature {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.head
}

// step reads one chunk and emits what is in it.
func (in *Input) step(ctx context.Context, f *file, emit emitFunc) (more bool, err error) {
	want := max(f.reading.want, in.chunk)
	cost := int64(tailBytes + want)
	if err := in.deps.Budget.Acquire(ctx, cost); err != nil {
		return false, err
	}
	m := in.pools.memory(tailBytes + want)
	keep := false
	defer func() {
		if !keep {
			in.pools.give(m)
			in.deps.Budget.Release(cost)
		}
	}()
	data, first, err := f.fill(m, want)
	if err != nil {
		return false, err
	}
	atEnd := len(data) < want
	if len(data) == 0 {
		f.atEnd(0)
		return false, nil
	}
	if !f.growHead(first) {
		return false, nil
	}
	lines, used := f.reading.cut.cut(m.lines[:0], data, f.position, f.ending(len(data), atEnd))
	m.lines = lines
	end, t := f.position+int64(used), tail{}
	if used > 0 {
		t.set(m.raw[:f.posTail.n+used])
	} else if end, more, err = f.starved(data, atEnd); end == 0 {
		return more, err
	} else if t, err = f.tailAt(end); err != nil {
		return false, err
	} else {
		m.lines, used = f.reading.cut.long(lines[:0], data, f.position), len(data)
	}
	f.reading.want, f.reading.scan = 0, 0
	keep = true
	rest := f.position + int64(len(data)) - end
	if err := in.send(ctx, f, parcel{m, data[:used], end, &t, cost}, emit); err != nil {
		return false, err
	}
	if atEnd && rest >= 0 {
		f.atEnd(int(rest))
		return false, nil
	}
	return true, nil
}

// fill reads want bytes from the position and makes sure that they belong to the
// file that was read before. It compares after it has read: a file that is still
// the same afterwards was so all the time, while one that was truncated and written
// anew in the midst of a read gives bytes of both. first is the file's beginning
// when more of it is there than the signature covers, else nil.
func (f *file) fill(m *memory, want int) (data, first []byte, err error) {
	t := &f.posTail // only its reader changes it
	data = m.raw[t.n : t.n+want]
	n, err := readFull(f.reading.h, data, f.position)
	if err != nil {
		return nil, nil, err
	}
	data = data[:n]
	head := f.signature()
	if head.Len < checkpoint.MaxHead && f.position+int64(n) > int64(head.Len) {
		if first, err = readHead(f.reading.h); err != nil {
			return nil, nil, err
		}
	}
	if err := f.unchanged(m.raw[:t.n]); err != nil {
		return nil, nil, err
	}
	if first != nil && !hasHead(first, head) {
		return nil, nil, errReplaced
	}
	return data, first, nil
}

// unchanged reads into buf the bytes before the position and gives errReplaced
// unless they are the ones that are known. All that was read from the position on
// before the call is of the same file then. buf is as long as the known tail.
func (f *file) unchanged(buf []byte) error {
	n, err := readFull(f.reading.h, buf, f.position-int64(len(buf)))
	if err != nil {
		return err
	}
	if n < len(buf) || !bytes.Equal(buf, f.posTail.bytes()) {
		return errReplaced
	}
	if len(buf) > 0 {
		return nil
	}
	first, err := readHead(f.reading.h) // there is no byte before the position to compare
	if err == nil && !hasHead(first, f.signature()) {
		err = errReplaced
	}
	return err
}

// tailAt gives the bytes before a later position, which lies in the same file.
func (f *file) tailAt(position int64) (t tail, err error) {
	if err = t.read(f.reading.h, position); err != nil {
		return t, err
	}
	var before [tailBytes]byte
	return t, f.unchanged(before[:f.posTail.n])
}

// parcel is what becomes a batch: the lines of m found in data, which reach to
// end in the file, and the bytes before end.
type parcel struct {
	m    *memory
	data []byte
	end  int64
	tail *tail
	cost int64
}

// send makes a batch and emits it.
func (in *Input) send(ctx context.Context, f *file, p parcel, emit emitFunc) error {
	c := in.pools.chunk()
	c.file, c.mem, c.cost, c.tail = f, p.m, p.cost, *p.tail
	c.Source, c.Start, c.End = f.src, f.position, p.end
	c.ReadAt = in.now()
	c.Data, p.m.text = f.reading.cut.finish(p.m.lines, p.data, p.m.text)
	c.Lines = p.m.lines
	c.Uncertain = c.Start < f.uncertain
	c.refs.Store(2)
	f.reading.h.used = c.ReadAt
	in.metrics.count(c)
	c.Arm(c.onRelease, c.onAck)
	f.push(c)
	if len(c.Lines) == 0 { // only bytes that belong to no line
		c.Release()
		c.Done()
		return nil
	}
	return emit(ctx, &c.Batch)
}

// growHead takes the signature of first, the beginning of the file, if that is
// not nil: it covers more than the one before. It reports whether the signature is
// durable: nothing is emitted before, lest another file that begins alike be taken
// for this one after a crash and its lines for those that were delivered. The
// scanner is asked to make sure that the file has grown, and was not truncated and
// written anew with the same beginning.
func (f *file) growHead(first []byte) (durable bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.liesAt(f.reading.h.key) {
		return false // it was found in another place meanwhile
	}
	if len(first) > f.head.Len {
		f.doubtful, f.doubted = f.fresh(), true
		f.setHead(first)
		f.markDirty()
	}
	if f.headKept == f.head.Len {
		return true
	}
	f.blocked, f.drained = true, false
	f.in.deps.Checkpoint.Request()
	return false
}

// setHead takes the signature of first, which begins the file. f.mu is held.
func (f *file) setHead(first []byte) {
	f.head, f.begin, f.beganAt = checkpoint.Sign(first), string(first), f.in.now()
}

// ending decides what counts as complete at the end of the n bytes that follow
// the position.
func (f *file) ending(n int, atEnd bool) (e ending) {
	if !atEnd {
		return e
	}
	in, r := f.in, &f.reading
	f.mu.Lock()
	last := f.closing || in.deps.Once
	f.mu.Unlock()
	if last {
		return ending{lines: true, text: true}
	}
	if n != r.rest {
		return e
	}
	waited := in.now().Sub(r.restSince)
	e.text = in.cfg.PartialLineAge > 0 && waited >= in.cfg.PartialLineAge
	e.lines = in.join != nil && waited >= in.joinTimeout
	return e
}

// atEnd notes that the end was reached with rest bytes that wait for more.
func (f *file) atEnd(rest int) {
	in, r := f.in, &f.reading
	now := in.now()
	if rest != r.rest {
		r.rest, r.restSince = rest, now
	}
	var wait time.Duration
	if rest > 0 {
		wait = in.cfg.PartialLineAge
		if in.join != nil && (wait == 0 || in.joinTimeout < wait) && now.Sub(r.restSince) < in.joinTimeout {
			wait = in.joinTimeout
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wakeAt = time.Time{}
	if wait > 0 {
		f.wakeAt = r.restSince.Add(wait)
	}
	if f.drained = rest == 0; f.closing && rest == 0 {
		f.finish()
	}
}

// finish ends a rotated file that is read to its end. f.mu is held.
func (f *file) finish() {
	f.finished, f.closing = true, false
	f.markDirty()
}

// starved handles data in which not one line or event ends. A long line whose end
// was found is the only case that gives something to send: end is not 0 then.
func (f *file) starved(data []byte, atEnd bool) (end int64, more bool, err error) {
	r := &f.reading
	if gap := r.cut.dec.nuls(data); gap > 0 {
		more, err = f.skipGap(gap, gap < len(data))
		return 0, more, err
	}
	limit := r.cut.max + 2*r.cut.dec.unit() // the carriage return and the newline do not count
	switch {
	case atEnd && len(data) <= limit:
		f.atEnd(len(data))
		return 0, false, nil
	case len(data) <= limit:
		r.want = min(4*max(len(data), f.in.chunk), r.cut.max+chunkBytes)
		return 0, true, nil
	}
	return f.findEnd(int64(len(data)))
}

// skipGap moves the position behind NULs once something else follows them.
func (f *file) skipGap(gap int, known bool) (more bool, err error) {
	to := f.position + int64(gap)
	if !known {
		if to, known, err = f.reading.h.findText(to, int64(f.reading.cut.dec.unit())); err != nil {
			return false, err
		}
	}
	if !known {
		f.atEnd(0)
		return false, nil
	}
	return true, f.jump(to)
}

// jump moves the position over bytes that belong to no line.
func (f *file) jump(to int64) error {
	t, err := f.tailAt(to)
	if err != nil {
		return err
	}
	c := f.in.pools.chunk()
	c.file, c.Source, c.Start, c.End, c.tail = f, f.src, f.position, to, t
	c.refs.Store(1)
	f.push(c)
	f.acknowledge(c)
	return nil
}

// findEnd looks for the end of a line longer than the limit, of which the first
// n bytes were searched. The position stays before the line until its end is
// there, so that the line is the same whenever it is read again.
func (f *file) findEnd(n int64) (end int64, more bool, err error) {
	r := &f.reading
	m := f.in.pools.memory(tailBytes + chunkBytes)
	defer f.in.pools.give(m)
	unit := int64(r.cut.dec.unit())
	at := max(r.scan, f.position+n/unit*unit)
	for {
		n, err := readFull(r.h, m.raw[:chunkBytes], at)
		if err != nil {
			return 0, false, err
		}
		if nl, after := r.cut.dec.newline(m.raw[:n]); nl >= 0 {
			return at + int64(after), true, nil
		}
		at += int64(n) / unit * unit
		r.scan = at
		if n < chunkBytes {
			rest := int(at - f.position)
			if f.ending(rest, true).text {
				return at, true, nil
			}
			f.atEnd(rest)
			return 0, false, nil
		}
	}
}

// read takes the bytes before a position.
func (t *tail) read(r io.ReaderAt, position int64) error {
	n := min(int64(tailBytes), position)
	got, err := readFull(r, t.b[:n], position-n)
	if err == nil && int64(got) < n {
		err = errReplaced
	}
	t.n = got
	return err
}
