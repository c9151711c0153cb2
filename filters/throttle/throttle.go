// Package throttle marks or drops events that come too often.
//
//	filter "throttle" {
//	  keys   = ["source.ip"]
//	  limit  = 100
//	  period = "1m"
//	  drop   = true
//	}
//
// It counts the events of each key in periods of their own time (@timestamp, or
// when there is none the time at which they were read). The counts of all workers
// are one; they are kept in memory of a fixed size, and lost at a restart.
package throttle

import (
	"errors"
	"math/bits"
	"time"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/tagset"
)

// Config is the block filter "throttle".
type Config struct {
	Keys    []string      `hcl:"keys,optional" doc:"fields whose values together are counted; empty counts all events as one"`
	Limit   int           `hcl:"limit" doc:"events of a key in a period that pass"`
	Period  time.Duration `hcl:"period,optional" doc:"length of a period"`
	Drop    bool          `hcl:"drop,optional" doc:"drop the events beyond the limit instead of tagging them"`
	Tags    []string      `hcl:"tags,optional" doc:"tags for events beyond the limit"`
	MaxKeys int           `hcl:"max_keys,optional" doc:"keys that are counted at once; of more, those of the oldest period are forgotten"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config {
	return Config{Period: time.Minute, Tags: []string{"_throttled"}, MaxKeys: 65536}
}

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	var errs []error
	if c.Limit < 1 {
		errs = append(errs, attr.Errorf("limit", "%d is out of range: 1 or more", c.Limit))
	}
	if c.Period < time.Second {
		errs = append(errs, attr.Errorf("period", "%v is shorter than a second", c.Period))
	}
	if c.MaxKeys < 1 || c.MaxKeys > 1<<24 {
		errs = append(errs, attr.Errorf("max_keys", "%d is out of range: 1 to %d", c.MaxKeys, 1<<24))
	}
	return errors.Join(errs...)
}

// Filter is the block with its fields resolved and the counts. It is shared by
// the workers.
type Filter struct {
	keys   []event.Slot
	limit  uint32
	period int64 // in nanoseconds
	drop   bool
	tags   tagset.Set
	counts *table
}

// New declares the fields of a valid configuration.
func New(c Config, s *event.Schema) (*Filter, error) {
	f := &Filter{limit: uint32(min(c.Limit, 1<<31)), period: int64(c.Period), drop: c.Drop, counts: newTable(c.MaxKeys)}
	if !c.Drop {
		f.tags = tagset.Declare(s, c.Tags)
	}
	var errs []error
	for i, path := range c.Keys {
		slot, err := s.Read(path)
		if err != nil {
			errs = append(errs, attr.At("keys", i, err))
			continue
		}
		f.keys = append(f.keys, slot)
	}
	return f, errors.Join(errs...)
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor { return processor{f} }

type processor struct{ f *Filter }

// Process counts the event.
func (p processor) Process(ev *event.Event) event.Verdict {
	f := p.f
	if f.counts.add(f.hash(ev), now(ev)/f.period) <= f.limit {
		return event.Keep
	}
	if f.drop {
		return event.Drop
	}
	f.tags.Add(ev)
	return event.Keep
}

// now is the event's own time, in nanoseconds.
func now(ev *event.Event) int64 {
	switch {
	case ev.Kind(event.Timestamp) == event.Time:
		return ev.UnixNano(event.Timestamp)
	case ev.Batch != nil && !ev.Batch.ReadAt.IsZero():
		return ev.Batch.ReadAt.UnixNano()
	}
	return time.Now().UnixNano()
}

// hash mixes the values of the keys and what kinds they are.
func (f *Filter) hash(ev *event.Event) uint64 {
	h := uint64(0)
	for _, slot := range f.keys {
		v := ev.Value(slot)
		part := sum(v.Bytes())
		if v.Bytes() == nil {
			part = uint64(v.Int())
		}
		h = (bits.RotateLeft64(h, 5) ^ part ^ uint64(v.Kind())) * 0x9e3779b97f4a7c15
	}
	return h
}
