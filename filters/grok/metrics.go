package grok

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics counts events that were not understood, by why.
type metrics struct {
	mismatch, timeout, conversion prometheus.Counter
}

// newMetrics registers the counters unless reg is nil.
func newMetrics(reg prometheus.Registerer) (*metrics, error) {
	failures := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "naru_grok_failures_total",
		Help: "Events that a grok filter did not understand: no pattern matched, it took too many steps, or a capture was not of its type.",
	}, []string{"reason"})
	if reg != nil {
		if err := reg.Register(failures); err != nil {
			return nil, fmt.Errorf("register grok's metrics: %w", err)
		}
	}
	return &metrics{
		mismatch:   failures.WithLabelValues("mismatch"),
		timeout:    failures.WithLabelValues("timeout"),
		conversion: failures.WithLabelValues("conversion"),
	}, nil
}
