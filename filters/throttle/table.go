package throttle

import (
	"sync"

	"github.com/cespare/xxhash/v2"
)

func sum(b []byte) uint64 { return xxhash.Sum64(b) }

const (
	ways   = 8  // entries among which a key may lie
	shards = 64 // locks
)

// table counts keys in memory of a fixed size. A key is known by 64 bits of hash
// and has its place in one set of entries; when the set is full, the entry of the
// oldest period makes room. It is safe for concurrent use.
type table struct {
	locks [shards]sync.Mutex // of the sets whose number is equal modulo shards
	sets  [][ways]entry
}

type entry struct {
	hash   uint64
	period int64
	count  uint32
}

func newTable(keys int) *table {
	n := shards
	for n*ways < keys {
		n *= 2
	}
	return &table{sets: make([][ways]entry, n)}
}

// add counts one event of a key and gives the count of its period. An event of a
// period that is over for its key counts for the period that is.
func (t *table) add(hash uint64, period int64) uint32 {
	i := hash >> 32 & uint64(len(t.sets)-1)
	lock := &t.locks[i%shards]
	lock.Lock()
	defer lock.Unlock()
	set := &t.sets[i]
	oldest := &set[0]
	for k := range set {
		e := &set[k]
		if e.count > 0 && e.hash == hash {
			if period > e.period {
				e.period, e.count = period, 0
			}
			if e.count++; e.count == 0 {
				e.count-- // it counts no further
			}
			return e.count
		}
		if e.count == 0 && oldest.count > 0 || e.count > 0 && oldest.count > 0 && e.period < oldest.period {
			oldest = e
		}
	}
	*oldest = entry{hash, period, 1}
	return 1
}
