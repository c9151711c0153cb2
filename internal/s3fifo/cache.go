// Package s3fifo is a bounded cache for many readers that keeps what is asked for again and lets go of what came once.
//
// It evicts as S3-FIFO does (Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023): a new entry
// waits in a small queue; if it is read twice there it moves on to the main queue, otherwise it leaves and only its
// hash is remembered for a while, and an entry that comes back while its hash is remembered goes to the main queue at
// once. An entry at the end of the main queue goes round again as long as it was read since.
//
// A hit takes no lock and writes nothing once the entry's counter is full (after three reads), so readers on several
// cores do not disturb each other. Only Put takes a lock.
package s3fifo

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
)

const (
	maxReads   = 3  // reads that are counted
	stayReads  = 2  // reads in the small queue that earn a place in the main one
	smallShare = 10 // the small queue is one part in this many
)

// Limits bounds a cache. Entries must be positive. Bytes bounds the sum of the costs given to Put; 0 is no bound.
type Limits struct {
	Entries int
	Bytes   int64
}

// Cache maps keys to values. Values are handed out as they are: they must not be changed once they are in the cache.
// It is safe for concurrent use.
type Cache[K comparable, V any] struct {
	seed    maphash.Seed
	limits  Limits
	buckets []atomic.Pointer[entry[K, V]]
	// shortcuts hold some of the entries, each at the place that its sample says; empty for a Cache without samples.
	shortcuts []atomic.Pointer[entry[K, V]]

	mu    sync.Mutex // what follows, and changes to the tables
	small queue[K, V]
	main  queue[K, V]
	ghost ghosts
}

type entry[K comparable, V any] struct {
	key    K // what a hit by shortcut looks at comes first
	value  V
	reads  atomic.Uint32
	sample uint32
	hash   uint64
	chain  atomic.Pointer[entry[K, V]] // next of the bucket
	cost   int64
	later  *entry[K, V] // next of the queue
}

// New returns an empty cache.
func New[K comparable, V any](l Limits) *Cache[K, V] {
	n := 1
	for n < l.Entries {
		n *= 2
	}
	return &Cache[K, V]{
		seed:    maphash.MakeSeed(),
		limits:  l,
		buckets: make([]atomic.Pointer[entry[K, V]], n),
		ghost:   ghosts{slots: make([]ghost, n)},
	}
}

// Get returns the value of key.
func (c *Cache[K, V]) Get(key K) (v V, ok bool) {
	h := maphash.Comparable(c.seed, key)
	for e := c.bucket(h).Load(); e != nil; e = e.chain.Load() {
		if e.hash == h && e.key == key {
			e.read()
			return e.value, true
		}
	}
	return v, false
}

// Put gives key a value that costs so many bytes, unless it has one, and returns the value it then has. A value that
// costs more than a tenth of the limit is not kept.
func (c *Cache[K, V]) Put(key K, v V, cost int) V {
	return c.put(maphash.Comparable(c.seed, key), 0, key, v, int64(cost))
}

// Len returns the number of entries.
func (c *Cache[K, V]) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.small.entries + c.main.entries
}

// Bytes returns the sum of the entries' costs.
func (c *Cache[K, V]) Bytes() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.small.bytes + c.main.bytes
}

func (c *Cache[K, V]) bucket(hash uint64) *atomic.Pointer[entry[K, V]] {
	return &c.buckets[hash&uint64(len(c.buckets)-1)]
}

func (c *Cache[K, V]) shortcut(sample uint32) *atomic.Pointer[entry[K, V]] {
	return &c.shortcuts[int(sample)&(len(c.shortcuts)-1)]
}

func (e *entry[K, V]) read() {
	if n := e.reads.Load(); n < maxReads {
		e.reads.CompareAndSwap(n, n+1) // a count lost to another reader does not matter
	}
}

func (c *Cache[K, V]) put(hash uint64, sample uint32, key K, v V, cost int64) V {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.bucket(hash)
	for e := b.Load(); e != nil; e = e.chain.Load() {
		if e.hash == hash && e.key == key {
			return e.value
		}
	}
	if c.limits.Bytes > 0 && cost > c.limits.Bytes/smallShare {
		return v
	}
	for c.full(cost) {
		c.evict()
	}
	e := &entry[K, V]{hash: hash, sample: sample, key: key, value: v, cost: cost}
	c.link(e)
	if c.ghost.take(hash, c.main.entries) {
		c.main.push(e)
	} else {
		c.small.push(e)
	}
	return v
}

func (c *Cache[K, V]) full(cost int64) bool {
	return c.small.entries+c.main.entries >= c.limits.Entries ||
		c.limits.Bytes > 0 && c.small.bytes+c.main.bytes+cost > c.limits.Bytes
}

// evict moves one entry on, or out.
func (c *Cache[K, V]) evict() {
	small := c.small.entries*smallShare >= c.limits.Entries ||
		c.limits.Bytes > 0 && c.small.bytes*smallShare >= c.limits.Bytes
	if c.small.entries > 0 && (small || c.main.entries == 0) {
		e := c.small.pop()
		if e.reads.Load() >= stayReads {
			e.reads.Store(0)
			c.main.push(e)
			return
		}
		c.ghost.add(e.hash)
		c.remove(e)
		return
	}
	e := c.main.pop()
	if n := e.reads.Load(); n > 0 {
		e.reads.Store(n - 1)
		c.main.push(e)
		return
	}
	c.remove(e)
}

// link puts e into the tables.
func (c *Cache[K, V]) link(e *entry[K, V]) {
	b := c.bucket(e.hash)
	e.chain.Store(b.Load())
	b.Store(e)
	if len(c.shortcuts) > 0 {
		c.shortcut(e.sample).CompareAndSwap(nil, e)
	}
}

// remove takes e out of the tables. A reader that stands on it still finds its way on.
func (c *Cache[K, V]) remove(e *entry[K, V]) {
	if len(c.shortcuts) > 0 {
		c.shortcut(e.sample).CompareAndSwap(e, nil)
	}
	at := c.bucket(e.hash)
	for at.Load() != e {
		at = &at.Load().chain
	}
	at.Store(e.chain.Load())
}

// queue is a FIFO of entries, linked through them.
type queue[K comparable, V any] struct {
	first, last *entry[K, V]
	entries     int
	bytes       int64
}

func (q *queue[K, V]) push(e *entry[K, V]) {
	if q.last == nil {
		q.first = e
	} else {
		q.last.later = e
	}
	q.last = e
	q.entries++
	q.bytes += e.cost
}

func (q *queue[K, V]) pop() *entry[K, V] {
	e := q.first
	if q.first = e.later; q.first == nil {
		q.last = nil
	}
	e.later = nil
	q.entries--
	q.bytes -= e.cost
	return e
}

// ghosts remembers the hashes of entries that left the small queue: a table in which a newer hash replaces an older one
// that shares its slot, instead of the queue of the paper. A hash counts as forgotten once as many others were added
// since as the main queue has entries.
type ghosts struct {
	slots []ghost
	added uint64
}

type ghost struct{ hash, number uint64 }

func (g *ghosts) slot(hash uint64) *ghost { return &g.slots[(hash>>32)&uint64(len(g.slots)-1)] }

func (g *ghosts) add(hash uint64) {
	g.added++
	*g.slot(hash) = ghost{hash, g.added}
}

// take tells whether hash is remembered, and forgets it.
func (g *ghosts) take(hash uint64, memory int) bool {
	s := g.slot(hash)
	if s.number == 0 || s.hash != hash || g.added-s.number >= uint64(max(memory, 1)) {
		return false
	}
	*s = ghost{}
	return true
}
