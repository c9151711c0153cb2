// Package sample keeps a share of the events and drops the others.
//
//	filter "sample" {
//	  when = http.response.status_code < 400
//	  rate = 0.1
//	  key  = "source.ip"
//	}
//
// Which events stay does not depend on chance: it follows from the key's value,
// so that all events of a client stay or go together, or without a key from the
// line's place in its file, so that a line that is read again after a crash is
// decided the same way.
package sample

import (
	"encoding/binary"
	"math"

	"github.com/cespare/xxhash/v2"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
)

// Config is the block filter "sample".
type Config struct {
	Rate float64 `hcl:"rate" doc:"share of the events to keep, above 0 up to 1"`
	Key  string  `hcl:"key,optional" doc:"field whose value decides; events without it are decided line by line"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config { return Config{} }

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	if !(c.Rate > 0 && c.Rate <= 1) {
		return attr.Errorf("rate", "%v is out of range: above 0 up to 1", c.Rate)
	}
	return nil
}

// Filter is the block with its field resolved. It is shared by the workers.
type Filter struct {
	key   event.Slot // -1 for none
	below uint64     // hashes up to here stay
}

// New declares the field of a valid configuration.
func New(c Config, s *event.Schema) (*Filter, error) {
	f := &Filter{key: -1, below: math.MaxUint64}
	if c.Rate < 1 {
		f.below = uint64(c.Rate * (1 << 63) * 2)
	}
	if c.Key != "" {
		var err error
		if f.key, err = s.Read(c.Key); err != nil {
			return nil, attr.Errorf("key", "%w", err)
		}
	}
	return f, nil
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor { return processor{f} }

type processor struct{ f *Filter }

// Process drops the events that are not in the sample.
func (p processor) Process(ev *event.Event) event.Verdict {
	if p.f.hash(ev) > p.f.below {
		return event.Drop
	}
	return event.Keep
}

func (f *Filter) hash(ev *event.Event) uint64 {
	var b [16]byte
	if f.key >= 0 && ev.Has(f.key) {
		if text := ev.Bytes(f.key); text != nil {
			return xxhash.Sum64(text)
		}
		if v := ev.Value(f.key); v.Kind() != event.Absent { // numbers and the like; a list is decided by the line
			binary.LittleEndian.PutUint64(b[:], uint64(v.Int()))
			return xxhash.Sum64(b[:8])
		}
	}
	if ev.Source != nil {
		binary.LittleEndian.PutUint64(b[:], ev.Source.ID)
	}
	binary.LittleEndian.PutUint64(b[8:], uint64(ev.Offset))
	return xxhash.Sum64(b[:])
}
