package deadletter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/naru-log/naru/internal/bytesize"
)

// Policy says what happens when the store is full.
type Policy string

// The policies.
const (
	// Block makes Append wait until a replay has made room: nothing is lost, and
	// delivery stops meanwhile.
	Block Policy = "block"
	// DropOldest deletes the oldest segments: delivery goes on, and the oldest
	// refused documents are lost.
	DropOldest Policy = "drop_oldest"
)

// UnmarshalText reads a policy.
func (p *Policy) UnmarshalText(text []byte) error {
	switch q := Policy(text); q {
	case Block, DropOldest:
		*p = q
		return nil
	}
	return fmt.Errorf("%q is not a policy: write %q or %q", text, Block, DropOldest)
}

// DefaultMaxBytes is the bound of a store that names none.
const DefaultMaxBytes bytesize.Size = 1 << 30

// maxSegment is the size at which a segment is followed by the next one.
const maxSegment = 16 << 20

// roomInterval is how often a blocked Append looks whether a replay, perhaps of
// another process, has made room.
const roomInterval = time.Second

// Options is what Open needs besides the directory.
type Options struct {
	MaxBytes   bytesize.Size // 0 means DefaultMaxBytes
	Policy     Policy        // "" means Block
	Logger     *slog.Logger
	Registerer prometheus.Registerer // nil for none
}

// Store appends dead letters to a directory. It is safe for concurrent use, and
// several processes may share the directory.
type Store struct {
	dir     string
	max     int64
	segment int64
	policy  Policy
	log     *slog.Logger
	blocked atomic.Int64 // Appends that wait for room
	dropped prometheus.Counter

	mu      sync.Mutex
	current string // segment to append to, "" for none yet
	size    int64  // its size as this store left it
}

// Open makes the directory when it is missing and returns a store on it. There
// is nothing to close.
func Open(dir string, o Options) (*Store, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make the directory for dead letters: %w", err)
	}
	if err := syncDir(filepath.Dir(dir)); err != nil {
		return nil, fmt.Errorf("make the directory for dead letters: %w", err)
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	if o.Policy == "" {
		o.Policy = Block
	}
	s := &Store{dir: dir, max: int64(o.MaxBytes), segment: min(maxSegment, max(1, int64(o.MaxBytes)/4)), policy: o.Policy, log: o.Logger}
	return s, s.register(o.Registerer)
}

func (s *Store) register(reg prometheus.Registerer) error {
	s.dropped = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "naru_dead_letters_dropped_total", Help: "Dead letters deleted to make room, by policy drop_oldest.",
	})
	if reg == nil {
		return nil
	}
	size := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "naru_dead_letters_bytes", Help: "Bytes of dead letters on disk.",
	}, func() float64 {
		_, total, err := segments(s.dir)
		if err != nil {
			return -1
		}
		return float64(total)
	})
	if err := errors.Join(reg.Register(size), reg.Register(s.dropped)); err != nil {
		return fmt.Errorf("register the metrics of dead letters: %w", err)
	}
	return nil
}

// Ready says what to do when Append is blocked because the store is full.
func (s *Store) Ready() error {
	if s.blocked.Load() == 0 {
		return nil
	}
	return fmt.Errorf("dead letters in %s reached %v: run naru replay, or delete the oldest segments", s.dir, bytesize.Size(s.max))
}

// Append makes records durable: it returns nil after fsync. When the store is
// full the policy decides; a single Append larger than the bound passes when the
// store is empty. An error means that nothing of this call is kept.
func (s *Store) Append(ctx context.Context, records ...Record) error {
	var buf bytes.Buffer
	for i := range records {
		if err := records[i].appendLine(&buf); err != nil {
			return err
		}
	}
	for announced := false; ; {
		done, err := s.tryAppend(ctx, buf.Bytes())
		if done || err != nil {
			return err
		}
		if !announced {
			announced = true
			s.blocked.Add(1)
			defer s.blocked.Add(-1)
			s.log.Error("dead letters are full and delivery waits: run naru replay", "dir", s.dir, "max_bytes", s.max)
		}
		select {
		case <-time.After(roomInterval):
		case <-ctx.Done():
			return fmt.Errorf("wait for room for dead letters: %w", ctx.Err())
		}
	}
}

// tryAppend returns false when there is no room and the policy is to block.
func (s *Store) tryAppend(ctx context.Context, chunk []byte) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	unlock, err := lock(ctx, filepath.Join(s.dir, "lock"))
	if err != nil {
		return false, err
	}
	defer unlock()
	segs, total, err := segments(s.dir)
	if err != nil {
		return false, err
	}
	for total+int64(len(chunk)) > s.max && total > 0 {
		if s.policy == Block {
			return false, nil
		}
		oldest := segs[0]
		if err := s.drop(oldest); err != nil {
			return false, err
		}
		segs, total = segs[1:], total-oldest.size
	}
	return true, s.write(chunk, segs)
}

func (s *Store) drop(seg segment) error {
	b, err := os.ReadFile(seg.path)
	if err == nil {
		err = os.Remove(seg.path)
	}
	if err != nil {
		return fmt.Errorf("drop the oldest dead letters: %w", err)
	}
	n := bytes.Count(b, []byte{'\n'})
	s.dropped.Add(float64(n))
	s.log.Warn("dead letters are full: dropped the oldest", "segment", seg.path, "documents", n)
	return nil
}

// write appends to the segment that this store began, as long as it is there as
// it was left: a replay may have taken it, and a torn line of an earlier process
// must stay at the end of its segment.
func (s *Store) write(chunk []byte, segs []segment) error {
	last := uint64(0)
	usable := false
	for _, seg := range segs {
		last = max(last, seg.number)
		usable = usable || seg.path == s.current && seg.size == s.size
	}
	if !usable || s.size >= s.segment {
		taken, err := lastTaken(s.dir)
		if err != nil {
			return err
		}
		s.current, s.size = filepath.Join(s.dir, fmt.Sprintf("%016d%s", max(last, taken)+1, sealed)), 0
	}
	f, err := os.OpenFile(s.current, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
	if err != nil {
		return fmt.Errorf("open dead letters: %w", err)
	}
	_, err = f.Write(chunk)
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		err = errors.Join(err, f.Truncate(s.size))
	}
	if err = errors.Join(err, f.Close()); err == nil && s.size == 0 {
		err = syncDir(s.dir)
	}
	if err != nil {
		s.current = "" // whatever is in there stays its end
		return fmt.Errorf("write dead letters: %w", err)
	}
	s.size += int64(len(chunk))
	return nil
}
