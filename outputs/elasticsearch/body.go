package elasticsearch

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/naru-log/naru/event"
)

// The action line, {"create":{"_id":"…"}} or {"create":{"_id":"…","_index":"…"}}.
const (
	actionHead  = `{"create":{"_id":"`
	actionIndex = `","_index":"`
	actionTail  = "\"}}\n"
)

// body is a request in the making, then on its way. It has one owner: a writer,
// the queue, a sender, the pool.
type body struct {
	buf     []byte // action line, document, action line, document, …
	items   []item
	batches []*event.Batch // held until every item is decided
	due     time.Time      // when it is old enough to be sent
	// doubtful says that some item may be stored already, in an index that is
	// not the one that create would write to.
	doubtful bool
}

// item is one document that is not decided. Its bytes end where the next item's
// begin.
type item struct {
	start    uint32 // of its action line in body.buf
	status   uint16 // what the last answer said, 0 for nothing
	doubtful bool   // see body.doubtful
}

func (b *body) reset() {
	clear(b.batches)
	b.buf, b.items, b.batches, b.doubtful = b.buf[:0], b.items[:0], b.batches[:0], false
}

// end is where item i ends in buf.
func (b *body) end(i int) int {
	if i+1 < len(b.items) {
		return int(b.items[i+1].start)
	}
	return len(b.buf)
}

// bytes is the request that holds the first n items.
func (b *body) bytes(n int) []byte { return b.buf[b.items[0].start:b.end(n-1)] }

// id is the _id of item i.
func (b *body) id(i int) []byte {
	rest := b.buf[int(b.items[i].start)+len(actionHead):]
	return rest[:bytes.IndexByte(rest, '"')]
}

// parts gives the document of item i and the name in its action line, nil when
// there is none.
func (b *body) parts(i int) (index, document []byte) {
	whole := b.buf[b.items[i].start:b.end(i)]
	line, document, _ := bytes.Cut(whole, []byte{'\n'})
	rest := line[len(actionHead)+len(b.id(i)):]
	if name, ok := bytes.CutPrefix(rest, []byte(actionIndex)); ok {
		index = bytes.TrimSuffix(name, []byte(actionTail[:len(actionTail)-1]))
	}
	return index, bytes.TrimSuffix(document, []byte{'\n'})
}

// keep takes decided items out of the first n: those for which keep is false.
// What stays is moved up against the items after it.
func (b *body) keep(n int, keep func(i int) bool) {
	to, free := n, b.end(n-1)
	for i := n - 1; i >= 0; i-- {
		if !keep(i) {
			continue
		}
		it := b.items[i]
		size := b.end(i) - int(it.start)
		free -= size
		copy(b.buf[free:free+size], b.buf[it.start:])
		to--
		it.start = uint32(free)
		b.items[to] = it
	}
	b.items = b.items[:copy(b.items, b.items[to:])]
}

// doubt marks the first n items as perhaps stored.
func (b *body) doubt(n int) {
	for i := range n {
		b.items[i].doubtful = true
	}
	b.doubtful = true
}

// pool holds the bodies of an output. Their number is fixed; their memory is
// made when it is first needed. The body that was used last is used next, since
// it is still in the processor's cache, and one that is never needed costs
// nothing. It is safe for concurrent use.
type pool struct {
	bytes int           // usual size of a body
	free  chan struct{} // one for each body in stack

	mu    sync.Mutex
	stack []*body
}

func newPool(bodies, bytes int) *pool {
	p := &pool{free: make(chan struct{}, bodies), bytes: bytes}
	for range bodies {
		p.put(&body{})
	}
	return p
}

// get waits for a body that nobody uses.
func (p *pool) get(ctx context.Context) (*body, error) {
	select {
	case <-p.free:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.stack) - 1
	b := p.stack[last]
	p.stack = p.stack[:last]
	if b.buf == nil {
		b.buf = make([]byte, 0, p.bytes+p.bytes/16)
	}
	return b, nil
}

// put gives a body back.
func (p *pool) put(b *body) {
	b.reset()
	if cap(b.buf) > 2*p.bytes { // one huge document must not stay in memory
		b.buf = nil
	}
	p.mu.Lock()
	p.stack = append(p.stack, b)
	p.mu.Unlock()
	p.free <- struct{}{}
}
