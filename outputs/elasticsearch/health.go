package elasticsearch

import (
	"log/slog"
	"sync"
	"time"
)

// How often failures are logged: one that stays the same, and others, which may
// come in turn from several nodes, or again and again.
const (
	sameAgain  = time.Minute
	otherAgain = 5 * time.Second
)

// health remembers whether the output can deliver, and says so in the log when
// it changes.
type health struct {
	log *slog.Logger

	mu     sync.Mutex
	asked  bool  // the cluster answered or failed to, once
	err    error // nil while deliveries succeed
	said   bool  // this failure was logged
	since  time.Time
	logged time.Time // the last failure that was
}

func newHealth(log *slog.Logger) *health { return &health{log: log} }

// known reports whether ok or fail was called before.
func (h *health) known() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.asked
}

// reason is why nothing can be delivered, nil when it can.
func (h *health) reason() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.err
}

// ok notes a success.
func (h *health) ok() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked = true
	if h.said {
		h.log.Info("delivers again", "after", time.Since(h.since).Round(time.Millisecond))
	}
	h.err, h.said = nil, false
}

// fail notes why something could not be delivered and will be tried again.
func (h *health) fail(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked = true
	now, quiet := time.Now(), otherAgain
	switch {
	case h.err == nil:
		h.since = now
	case h.said && h.err.Error() == err.Error():
		quiet = sameAgain
	}
	h.err = err
	if !h.logged.IsZero() && now.Sub(h.logged) < quiet {
		return
	}
	h.said, h.logged = true, now
	h.log.Error("cannot deliver; nothing is lost, trying again", "error", err)
}
