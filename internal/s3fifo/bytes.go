package s3fifo

import "hash/maphash"

// BytesCache is a Cache whose keys are byte slices. Get does not allocate; Put copies the key.
type BytesCache[V any] struct {
	cache *Cache[string, V]
}

// NewBytes returns an empty cache.
func NewBytes[V any](l Limits) *BytesCache[V] {
	return &BytesCache[V]{New[string, V](l)}
}

// Get returns the value of key.
func (b *BytesCache[V]) Get(key []byte) (v V, ok bool) {
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
	return b.cache.put(maphash.Bytes(b.cache.seed, key), string(key), v, int64(cost))
}

// Len returns the number of entries.
func (b *BytesCache[V]) Len() int { return b.cache.Len() }

// Bytes returns the sum of the entries' costs.
func (b *BytesCache[V]) Bytes() int64 { return b.cache.Bytes() }
