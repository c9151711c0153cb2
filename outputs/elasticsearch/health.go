package elasticsearch

import (
	"log/slog"
	"sync"
	"time"
)

// How often a failure that lasts is logged: when it stays the same, and when
// its reason changes, as it does in turn with several nodes.
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
	since  time.Time
	logged time.Time
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
	if h.err != nil {
		h.err = nil
		h.log.Info("delivers again", "after", time.Since(h.since).Round(time.Millisecond))
	}
}

// fail notes why something could not be delivered and will be tried again.
func (h *health) fail(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked = true
	now, quiet := time.Now(), otherAgain
	switch {
	case h.err == nil:
		h.since, h.logged = now, time.Time{}
	case h.err.Error() == err.Error():
		quiet = sameAgain
	}
	h.err = err
	if now.Sub(h.logged) < quiet {
		return
	}
	h.logged = now
	h.log.Error("cannot deliver; nothing is lost, trying again", "error", err)
}
