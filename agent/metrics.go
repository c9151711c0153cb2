package agent

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/naru-log/naru/event"
)

// pipelineMetrics counts what passes through the workers of one pipeline.
type pipelineMetrics struct {
	events  prometheus.Counter
	dropped prometheus.Counter
}

func newPipelineMetrics(reg prometheus.Registerer) *pipelineMetrics {
	m := &pipelineMetrics{
		events: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "naru_events_total", Help: "Lines that went through the filters.",
		}),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "naru_events_dropped_total", Help: "Lines that a filter left out on purpose.",
		}),
	}
	reg.MustRegister(m.events, m.dropped)
	return m
}

func (m *pipelineMetrics) batch(b *event.Batch, dropped int) {
	m.events.Add(float64(len(b.Lines)))
	if dropped > 0 {
		m.dropped.Add(float64(dropped))
	}
}
