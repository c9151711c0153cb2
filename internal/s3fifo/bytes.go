package s3fifo

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"sync/atomic"
)

// BytesCache is a Cache whose keys are byte slices. Get does not allocate; Put copies the key.
//
// Most hits take a shortcut: a second table, found by a sample of the key instead of its hash, in which each place holds
// the first entry that came to it. The whole key is compared anyway, so the sample need not be good, only quick. An
// entry whose place is taken is found by its hash, also when somebody makes up keys whose samples are the same.
type BytesCache[V any] struct {
	cache *Cache[string, V]
}

// NewBytes returns an empty cache.
func NewBytes[V any](l Limits) *BytesCache[V] {
	c := New[string, V](l)
	c.shortcuts = make([]atomic.Pointer[entry[string, V]], 2*len(c.buckets))
	return &BytesCache[V]{c}
}

// Get returns the value of key.
func (b *BytesCache[V]) Get(key []byte) (v V, ok bool) {
	if e := b.cache.shortcut(sample(key)).Load(); e != nil && e.key == string(key) {
		e.read()
		return e.value, true
	}
	return b.find(key)
}

// find is Get by the hash.
func (b *BytesCache[V]) find(key []byte) (v V, ok bool) {
	h := maphash.Bytes(b.cache.seed, key)
	for e := b.cache.bucket(h).Load(); e != nil; e = e.chain.Load() {
		if e.hash == h && e.key == string(key) {
			e.read()
			return e.value, true
		}
	}
	return v, false
}

// Put is Cache.Put.
func (b *BytesCache[V]) Put(key []byte, v V, cost int) V {
	return b.cache.put(maphash.Bytes(b.cache.seed, key), sample(key), string(key), v, int64(cost))
}

// Len returns the number of entries.
func (b *BytesCache[V]) Len() int { return b.cache.Len() }

// Bytes returns the sum of the entries' costs.
func (b *BytesCache[V]) Bytes() int64 { return b.cache.Bytes() }

// sample mixes the length and some words of a key.
func sample(key []byte) uint32 {
	n := len(key)
	if n < 64 {
		return sampleShort(key)
	}
	head, tail := (*[64]byte)(key), (*[64]byte)(key[n-64:])
	x := word(head[24:]) + 3*word(head[32:]) + 5*word(head[40:]) + 9*word(head[48:]) + uint64(n)
	y := word(tail[32:]) + 3*word(tail[40:]) + 5*word(tail[48:]) + 9*word(tail[56:])
	return mix(x, y)
}

func sampleShort(key []byte) uint32 {
	n := len(key)
	if n < 8 {
		x := uint64(n)
		for _, c := range key {
			x = x<<8 | uint64(c)
		}
		return mix(x, 0)
	}
	return mix(word(key)+3*word(key[(n-8)/2:])+uint64(n), word(key[n-8:])+3*word(key[(n-8)*3/4:]))
}

func word(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// mix spreads two words over 32 bits. The factors are the fractions of the golden ratio and of the square root of 2.
func mix(x, y uint64) uint32 {
	hi, lo := bits.Mul64(x^0x9e3779b97f4a7c15, y^0x6a09e667f3bcc909)
	return uint32(hi ^ lo)
}
