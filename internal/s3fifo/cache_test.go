package s3fifo

import (
	"container/list"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
)

func TestGetReturnsWhatWasPut(t *testing.T) {
	c := New[uint32, string](Limits{Entries: 100})
	if v, ok := c.Get(1); ok {
		t.Fatalf("an empty cache has %q", v)
	}
	if got := c.Put(1, "one", 3); got != "one" {
		t.Errorf("Put returned %q", got)
	}
	if got := c.Put(1, "uno", 3); got != "one" {
		t.Errorf("Put of a known key returned %q, want the value it has", got)
	}
	if v, ok := c.Get(1); !ok || v != "one" {
		t.Errorf("Get returned %q, %v", v, ok)
	}
}

func TestBounds(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	for _, l := range []Limits{{Entries: 1}, {Entries: 3}, {Entries: 50}, {Entries: 1000, Bytes: 4000}, {Entries: 10, Bytes: 1 << 30}} {
		t.Run(fmt.Sprint(l), func(t *testing.T) {
			c := New[int, int](l)
			for range 20000 {
				k := int(rnd.ExpFloat64() * 40)
				if v, ok := c.Get(k); ok && v != -k {
					t.Fatalf("key %d has value %d", k, v)
				}
				c.Put(k, -k, rnd.IntN(300))
				if c.Len() > l.Entries || l.Bytes > 0 && c.Bytes() > l.Bytes {
					t.Fatalf("%d entries of %d bytes, the limits are %+v", c.Len(), c.Bytes(), l)
				}
			}
			linked := 0
			for i := range c.buckets {
				for e := c.buckets[i].Load(); e != nil; e = e.chain.Load() {
					linked++
				}
			}
			if linked != c.Len() {
				t.Errorf("%d entries in the buckets, %d in the queues", linked, c.Len())
			}
		})
	}
}

func TestTooLargeIsNotKept(t *testing.T) {
	c := New[int, int](Limits{Entries: 10, Bytes: 100})
	c.Put(1, 1, 5)
	if got := c.Put(2, 2, 11); got != 2 || c.Len() != 1 {
		t.Errorf("Put returned %d, %d entries; want the value handed back and not kept", got, c.Len())
	}
}

// TestScanDoesNotEvict reads a working set, then sends ten times the cache's size of keys that come once.
func TestScanDoesNotEvict(t *testing.T) {
	c := NewBytes[int](Limits{Entries: 1000})
	key := func(k int) []byte { return fmt.Appendf(nil, "key %d", k) }
	use := func(k int) bool {
		_, ok := c.Get(key(k))
		if !ok {
			c.Put(key(k), k, 1)
		}
		return ok
	}
	for range 4 {
		for k := range 500 {
			use(k)
		}
	}
	for k := range 10000 {
		use(1000 + k)
	}
	kept := 0
	for k := range 500 {
		if _, ok := c.Get(key(k)); ok {
			kept++
		}
	}
	if kept < 450 {
		t.Errorf("%d of 500 keys in use are left after a scan", kept)
	}
}

// popular puts keys from..to and reads each often enough for the main queue, where they go when others come.
func popular(c *Cache[int, int], from, to int) {
	for k := from; k < to; k++ {
		c.Put(k, k, 1)
		for range stayReads {
			c.Get(k)
		}
	}
}

// TestWhatComesBackStays lets keys leave the small queue and come back while they are remembered. Some are forgotten
// early, when another's hash takes the slot.
func TestWhatComesBackStays(t *testing.T) {
	c := New[int, int](Limits{Entries: 100})
	popular(c, 0, 90)
	const back = 20
	kept := func() (n int) {
		for k := range back {
			if _, ok := c.Get(500 + k); ok {
				n++
			}
		}
		return n
	}
	put := func(from, n int) {
		for k := range n {
			c.Put(from+k, 0, 1)
		}
	}
	put(1000, 30)
	put(500, back)
	put(2000, 30)
	if n := kept(); n > 0 {
		t.Fatalf("%d keys did not leave: the test tells nothing", n)
	}
	put(500, back)
	put(3000, 60)
	if n := kept(); n < back/3 {
		t.Errorf("%d of %d keys that came back stayed", n, back)
	}
}

// TestReadGoesRound reads half of the main queue, then fills it with others.
func TestReadGoesRound(t *testing.T) {
	c := New[int, int](Limits{Entries: 100})
	popular(c, 0, 90)
	for k := 90; k < 110; k++ { // once, so that all of the popular keys move to the main queue
		c.Put(k, k, 1)
	}
	for k := range 45 {
		c.Get(2 * k)
	}
	popular(c, 200, 240)
	read, unread := 0, 0
	for k := range 45 {
		if _, ok := c.Get(2 * k); ok {
			read++
		}
		if _, ok := c.Get(2*k + 1); ok {
			unread++
		}
	}
	if read <= 2*unread || read < 40 {
		t.Errorf("%d of the 45 keys that were read stayed, and %d of the 45 that were not", read, unread)
	}
}

// TestHitsBeatLRU compares with the usual cache on what web servers see: a few keys often, a long tail once.
func TestHitsBeatLRU(t *testing.T) {
	const size = 500
	z := rand.NewZipf(rand.New(rand.NewPCG(7, 7)), 1.05, 10, 200000)
	c := New[uint64, struct{}](Limits{Entries: size})
	order, at := list.New(), map[uint64]*list.Element{}
	ours, lru := 0, 0
	for range 200000 {
		k := z.Uint64()
		if _, ok := c.Get(k); ok {
			ours++
		} else {
			c.Put(k, struct{}{}, 1)
		}
		if e := at[k]; e != nil {
			lru++
			order.MoveToFront(e)
			continue
		}
		at[k] = order.PushFront(k)
		if order.Len() > size {
			delete(at, order.Remove(order.Back()).(uint64))
		}
	}
	t.Logf("hits: %d, LRU %d of 200000", ours, lru)
	if ours <= lru {
		t.Errorf("%d hits, LRU has %d", ours, lru)
	}
}

// TestSameSample uses keys that differ only where the sample does not look, as somebody may make them up: one has the
// shortcut and the others are found all the same.
func TestSameSample(t *testing.T) {
	const n = 200
	c := NewBytes[int](Limits{Entries: n})
	key := func(k int) []byte { return fmt.Appendf(nil, "%03d%s", k, strings.Repeat("x", 100)) }
	for k := range n {
		if sample(key(k)) != sample(key(0)) {
			t.Fatal("the samples differ: the test tells nothing")
		}
		c.Put(key(k), k, 1)
	}
	for k := range n {
		if v, ok := c.Get(key(k)); !ok || v != k {
			t.Errorf("key %d has value %d, %v", k, v, ok)
		}
	}
}

// TestShortcuts keeps no entry by its shortcut that left the cache, and gives nearly every entry one.
func TestShortcuts(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 3))
	c := NewBytes[int](Limits{Entries: 100, Bytes: 4000})
	for range 20000 {
		k := int(rnd.ExpFloat64() * 80)
		key := fmt.Appendf(nil, "%*d", k%90, k) // of all lengths
		if v, ok := c.Get(key); ok && v != k {
			t.Fatalf("key %q has value %d", key, v)
		}
		c.Put(key, k, rnd.IntN(100))
	}
	linked := map[*entry[string, int]]bool{}
	for i := range c.cache.buckets {
		for e := c.cache.buckets[i].Load(); e != nil; e = e.chain.Load() {
			linked[e] = true
		}
	}
	short := 0
	for i := range c.cache.shortcuts {
		if e := c.cache.shortcuts[i].Load(); e != nil {
			if short++; !linked[e] {
				t.Errorf("key %q left the cache and has a shortcut", e.key)
			}
		}
	}
	if short < len(linked)*2/3 {
		t.Errorf("%d of %d entries have a shortcut", short, len(linked))
	}
}

func TestConcurrentUse(t *testing.T) {
	c := NewBytes[string](Limits{Entries: 64, Bytes: 1000})
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(g), 3))
			for range 20000 {
				k := fmt.Appendf(nil, "%d", int(rnd.ExpFloat64()*50))
				if v, ok := c.Get(k); ok && v != string(k) {
					t.Errorf("key %s has value %s", k, v)
				} else if !ok {
					c.Put(k, string(k), len(k))
				}
			}
		})
	}
	wg.Wait()
}

func TestGetDoesNotAllocate(t *testing.T) {
	b := NewBytes[*int](Limits{Entries: 10})
	k := []byte("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36")
	b.Put(k, new(int), 1)
	n := New[uint32, *int](Limits{Entries: 10})
	n.Put(5, new(int), 1)
	if a := testing.AllocsPerRun(100, func() { b.Get(k); n.Get(5); n.Get(6) }); a != 0 {
		t.Errorf("%v allocations", a)
	}
}

func BenchmarkGetBytes(b *testing.B) {
	c := NewBytes[*int](Limits{Entries: 10000})
	keys := make([][]byte, 2000)
	for i := range keys {
		keys[i] = fmt.Appendf(nil, "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.%d.0 Safari/537.36", i)
		c.Put(keys[i], &i, 100)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		i := 0
		for pb.Next() {
			if _, ok := c.Get(keys[i]); !ok {
				b.Error("a key is missing")
				return
			}
			if i++; i == len(keys) {
				i = 0
			}
		}
	})
}

func BenchmarkGetUint32(b *testing.B) {
	c := New[uint32, *int](Limits{Entries: 10000})
	for i := range uint32(2000) {
		c.Put(i, new(int), 1)
	}
	b.ReportAllocs()
	i := uint32(0)
	for b.Loop() {
		c.Get(i)
		if i++; i == 2000 {
			i = 0
		}
	}
}

func BenchmarkPut(b *testing.B) {
	c := New[uint32, *int](Limits{Entries: 10000})
	b.ReportAllocs()
	i := uint32(0)
	for b.Loop() {
		c.Put(i, nil, 1)
		i++
	}
}
