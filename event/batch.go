package event

import (
	"sync/atomic"
	"time"
)

// Source is the file (or connection) that lines come from. It does not change
// while a batch refers to it.
type Source struct {
	// ID is random, assigned when the source was first seen and durable before
	// the first line is sent. With the offset it identifies a line for ever.
	ID uint64
	// FirstSeen is the time of that moment; it dates lines that carry no time.
	FirstSeen time.Time
	// Path is where the source was found, for log.file.path.
	Path string
	// PathJSON is Path as an encoded JSON string.
	PathJSON []byte
}

// NewSource fills in what can be derived.
func NewSource(id uint64, path string, firstSeen time.Time) *Source {
	return &Source{ID: id, FirstSeen: firstSeen, Path: path, PathJSON: AppendJSONString(nil, []byte(path))}
}

// Line is where one line lies in a batch.
type Line struct {
	Start, End uint32 // in Batch.Data, the newline left out
	Flags      LineFlags
	Offset     int64 // byte offset in the source
}

// LineFlags tells what an input had to do to a line.
type LineFlags uint8

// Flags of a line; each becomes a tag on its event.
const (
	Truncated LineFlags = 1 << iota // longer than the input's limit: cut
	Replaced                        // had bytes that are not text in its encoding
	Multiline                       // several lines of the file joined
)

// Batch is a chunk of a source, cut into lines. It has one owner at a time: the
// input, then one worker. Its documents are decided later, request by request:
// whoever keeps a document of it beyond the worker's turn calls Hold before and
// Done after. When the last hold is gone the input's acknowledgement runs, once.
type Batch struct {
	Source *Source
	Data   []byte
	Lines  []Line
	Start  int64 // first byte of the source that the batch covers
	End    int64 // byte after the last
	ReadAt time.Time
	// Uncertain says that lines of this batch may already be in the index: an
	// earlier run sent them and was killed before it knew the answer.
	Uncertain bool

	holds   atomic.Int64
	release func(*Batch)
	ack     func(*Batch)
}

// Arm prepares the batch for its way: the caller holds it, release gives back
// Data (called by the worker, before or after ack), ack learns that every
// document is decided. Both may be called from any goroutine, and ack while the
// caller of Done holds locks of its own, so it must not block.
func (b *Batch) Arm(release, ack func(*Batch)) {
	b.release, b.ack = release, ack
	b.holds.Store(1)
}

// Release gives back the bytes; Data and Lines are invalid afterwards.
func (b *Batch) Release() {
	if r := b.release; r != nil {
		b.release = nil
		r(b)
	}
}

// Hold puts off the acknowledgement until a matching Done. Only who holds the
// batch may call it.
func (b *Batch) Hold() { b.holds.Add(1) }

// Done takes back one hold. The last one acknowledges the batch.
func (b *Batch) Done() {
	switch n := b.holds.Add(-1); {
	case n == 0:
		if b.ack != nil {
			b.ack(b)
		}
	case n < 0:
		panic("event: Batch.Done without Hold")
	}
}
