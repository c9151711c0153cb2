package file

import (
	"sync"
	"time"

	"github.com/naru-log/naru/checkpoint"
	"github.com/naru-log/naru/event"
)

// key is how the system tells files apart while they exist.
type key struct{ device, inode uint64 }

// file is one source: what was, is or will be read under one identity. At most
// one reader works on it at a time. Fields are guarded by mu unless said
// otherwise.
type file struct {
	in  *Input
	src *event.Source

	// sched and nextReady belong to the queue and are guarded by it.
	sched     phase
	nextReady *file

	// reading is touched only by the reader that has the file, or by the scanner
	// while the queue has closed.
	reading reading

	mu sync.Mutex
	// where it lies
	key        key
	location   string
	compressed bool
	place      place
	size       int64     // when last looked at
	changed    time.Time // modification time when last looked at
	grew       time.Time // when size or modification time were last seen to differ
	seen       time.Time // when it was last known to exist
	nextLook   time.Time // when to look at it again outside of sweeps
	lookEvery  time.Duration

	// how far it is delivered; positions are offsets in the content
	first, last *chunk // in flight, in the order of the file
	watermark   int64  // all before it is acknowledged
	markTail    tail   // before watermark
	markSign    checkpoint.Signature
	position    int64 // all before it is emitted
	posTail     tail  // before position
	head        checkpoint.Signature
	begin       string    // the bytes that head covers, as long as a shorter copy may turn up
	beganAt     time.Time // when head grew
	copyEnd     int64     // of a copy that lacks the last lines: where it ends, else 0
	copyTail    tail      // before copyEnd
	uncertain   int64     // bytes before it may have been delivered by an earlier run
	finished    bool

	// how far that is durable
	recorded bool  // the identity is durable
	headMark int   // how long the head of the last put was
	headKept int   // how long the head is that is durable
	durable  int64 // the watermark that is
	putMark  int64 // the watermark of the last put
	dirty    bool  // stands in Input.dirty
	blocked  bool  // reading waits for durable to advance
	caughtUp time.Time
	failed   string // the last error, so that it is told once
	drained  bool   // all that was there has been read (for reading once)
	closing  bool   // rotated away and quiet: take the rest and finish
	wakeAt   time.Time
	readAt   time.Time // when bytes were last read

	// what the scanner remembers of looking for it
	rotatedAt   time.Time
	doubtful    time.Time // since when another generation may have begun as this one does
	doubted     bool      // and is to be looked for
	nextSearch  time.Time
	searchPause time.Duration
}

// place says what is known of where a file lies.
type place uint8

const (
	unplaced place = iota // from the checkpoint, not found yet in this run
	placed                // at a path that the globs name
	moved                 // rotated: at location, which no glob names
	gone                  // deleted, but the handle still reads it
	lost                  // nowhere: its content is looked for among rotated files
)

// acknowledge takes a chunk's acknowledgement. It moves the watermark as far as
// everything before is acknowledged too.
func (f *file) acknowledge(c *chunk) {
	f.mu.Lock()
	c.acked = true
	done := f.advance()
	behind := f.watermark - f.durable
	f.mu.Unlock()
	for done != nil {
		next := done.next
		done.unref()
		done = next
	}
	if behind >= f.in.window/4 {
		f.in.deps.Checkpoint.Request()
	}
}

// advance takes acknowledged chunks off the front and returns them, linked.
func (f *file) advance() *chunk {
	done, end := f.first, (*chunk)(nil)
	for f.first != nil && f.first.acked {
		end = f.first
		f.first = end.next
	}
	if end == nil {
		return nil
	}
	end.next = nil
	if f.first == nil {
		f.last = nil
	}
	f.watermark, f.markTail = end.End, end.tail
	f.markSign = checkpoint.Signature{}
	f.markDirty()
	return done
}

// push appends a chunk to those in flight and moves the position behind it.
func (f *file) push(c *chunk) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.last == nil {
		f.first = c
	} else {
		f.last.next = c
	}
	f.last = c
	f.position, f.posTail, f.readAt = c.End, c.tail, c.ReadAt
}

// markDirty makes the next commit store the file. f.mu is held.
func (f *file) markDirty() {
	if !f.dirty {
		f.dirty = true
		f.in.dirty.add(f)
	}
}

// entry is what the checkpoint keeps. f.mu is held.
func (f *file) entry() checkpoint.Entry {
	if f.markSign.Len == 0 && f.markTail.n > 0 {
		f.markSign = checkpoint.Sign(f.markTail.bytes())
	}
	e := checkpoint.Entry{
		ID: f.src.ID, FirstSeen: f.src.FirstSeen, Path: f.src.Path, Location: f.location,
		Device: f.key.device, Inode: f.key.inode, Compressed: f.compressed,
		Head: f.head, Begin: f.begin, Offset: f.watermark, Tail: f.markSign,
		Sent: max(f.position, f.uncertain), Limit: f.watermark + f.in.window + f.in.slack,
		Finished: f.finished && f.first == nil, // after a crash the rest is read again
		Seen:     f.seen, Fresh: f.fresh(),
	}
	if f.copyEnd > 0 && e.Offset > f.copyEnd {
		e.Offset, e.Tail = f.copyEnd, checkpoint.Sign(f.copyTail.bytes())
	}
	return e
}

// fromEntry makes the file of an entry; it is not placed yet. It is not read
// before the next commit has made durable that this run has begun.
func (in *Input) fromEntry(e checkpoint.Entry) *file {
	return &file{
		in: in, src: event.NewSource(e.ID, e.Path, e.FirstSeen),
		key: key{e.Device, e.Inode}, location: e.Location, compressed: e.Compressed,
		head: e.Head, begin: e.Begin, beganAt: in.now(), watermark: e.Offset, markSign: e.Tail, position: e.Offset,
		uncertain: e.Sent, finished: e.Finished, seen: e.Seen, readAt: e.Fresh, changed: e.Fresh,
		durable: e.Offset, putMark: e.Offset, headMark: e.Head.Len, headKept: e.Head.Len, caughtUp: in.now(), lookEvery: in.cfg.PollInterval,
	}
}

// fresh is a time at which the file had not been rotated away yet. A renamed file
// may be read for long afterwards, but its modification time tells; the
// modification time of a truncated one may already be that of its new content,
// but it was read before. f.mu is held.
func (f *file) fresh() time.Time {
	t := f.readAt
	if f.changed.Before(t) {
		t = f.changed
	}
	if !f.doubtful.IsZero() && f.doubtful.Before(t) {
		t = f.doubtful
	}
	if t.Before(f.src.FirstSeen) {
		return f.src.FirstSeen
	}
	return t
}

// settleBegin forgets the bytes that the file begins with when a copy made before
// there were that many would have been found. f.mu is held.
func (f *file) settleBegin(now time.Time) {
	if now.Sub(f.beganAt) <= quietAfter {
		return
	}
	f.doubtful = time.Time{}
	if f.begin != "" && f.head.Len == checkpoint.MaxHead {
		f.begin = ""
		f.markDirty()
	}
}

// dirtyList is the files that changed since the last commit.
type dirtyList struct {
	mu    sync.Mutex
	files []*file
}

func (d *dirtyList) add(f *file) {
	d.mu.Lock()
	d.files = append(d.files, f)
	d.mu.Unlock()
}

// take gives the list and keeps spare for the next files.
func (d *dirtyList) take(spare []*file) []*file {
	d.mu.Lock()
	defer d.mu.Unlock()
	files := d.files
	d.files = spare[:0]
	return files
}

// Collect implements checkpoint.Participant.
func (in *Input) Collect() {
	in.collected = in.dirty.take(in.collected)
	for _, f := range in.collected {
		f.mu.Lock()
		f.dirty = false
		f.putMark, f.headMark = f.watermark, f.head.Len
		in.deps.Checkpoint.Put(f.entry())
		f.mu.Unlock()
	}
}

// Committed implements checkpoint.Participant.
func (in *Input) Committed(err error) {
	for _, f := range in.collected {
		f.mu.Lock()
		if err != nil {
			f.markDirty()
			f.mu.Unlock()
			continue
		}
		wake := f.blocked || !f.recorded
		f.durable, f.headKept, f.recorded, f.blocked = f.putMark, f.headMark, true, false
		f.mu.Unlock()
		if wake {
			in.queue.wake(f)
		}
	}
}
