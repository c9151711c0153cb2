package file

import (
	"sync"
	"sync/atomic"

	"github.com/naru-log/naru/event"
)

const (
	// chunkBytes is how much is read at once: enough to make the cost of the
	// call vanish, little enough to stay in the cache on its way to the encoder.
	chunkBytes = 256 << 10
	// tailBytes is how much before a position is kept to recognise the file by.
	tailBytes = 256
)

// chunk is a batch on its way, with what the input has to know of it. It goes
// back to the pool when it has left the file's queue and its bytes are given
// back. Its callbacks are made once for its whole life.
type chunk struct {
	event.Batch
	file  *file
	mem   *memory
	cost  int64 // taken from the budget
	tail  tail  // of the bytes before End
	acked bool  // guarded by file.mu
	next  *chunk
	refs  atomic.Int32

	onRelease, onAck func(*event.Batch)
}

// memory is what a chunk gives back when its lines are encoded.
type memory struct {
	raw   []byte // bytes of the file
	text  []byte // the lines decoded, for encodings other than UTF-8
	lines []event.Line
}

// tail is a copy of the last bytes before a position.
type tail struct {
	n int
	b [tailBytes]byte
}

func (t *tail) bytes() []byte { return t.b[:t.n] }

// set keeps the end of b, which ends at the position.
func (t *tail) set(b []byte) {
	t.n = copy(t.b[:], b[max(0, len(b)-tailBytes):])
}

// pools recycle what goes round. They belong to one input.
type pools struct {
	chunks, memories sync.Pool
}

// memory gives a memory whose raw bytes are at least n.
func (p *pools) memory(n int) *memory {
	if n > tailBytes+chunkBytes {
		return &memory{raw: make([]byte, n)} // rare: a very long line
	}
	if m, ok := p.memories.Get().(*memory); ok {
		return m
	}
	return &memory{raw: make([]byte, tailBytes+chunkBytes)}
}

// give takes a memory back unless it has grown.
func (p *pools) give(m *memory) {
	if len(m.raw) == tailBytes+chunkBytes && cap(m.text) <= 4*chunkBytes {
		p.memories.Put(m)
	}
}

func (p *pools) chunk() *chunk {
	if c, ok := p.chunks.Get().(*chunk); ok {
		return c
	}
	c := &chunk{}
	c.onRelease = func(*event.Batch) { c.release() }
	c.onAck = func(*event.Batch) { c.file.acknowledge(c) }
	return c
}

// release gives back the bytes and their budget.
func (c *chunk) release() {
	in := c.file.in
	c.Data, c.Lines = nil, nil
	in.pools.give(c.mem)
	c.mem = nil
	in.deps.Budget.Release(c.cost)
	c.unref()
}

// unref recycles the chunk when both its owners are done with it.
func (c *chunk) unref() {
	if c.refs.Add(-1) == 0 {
		in := c.file.in
		c.file, c.next, c.Source, c.acked = nil, nil, nil, false
		in.pools.chunks.Put(c)
	}
}
