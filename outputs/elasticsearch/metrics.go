package elasticsearch

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// maxErrorTypes bounds the label of dead letters, which comes from the cluster.
const maxErrorTypes = 64

// metrics counts what an output does.
type metrics struct {
	delivered  prometheus.Counter // documents, by verdict
	duplicate  prometheus.Counter
	found      prometheus.Counter
	refused    prometheus.Counter
	retried    prometheus.Counter
	requests   *prometheus.CounterVec // by status
	sent       prometheus.Counter     // bytes
	latency    prometheus.Histogram
	queued     prometheus.Gauge // bytes
	limit      prometheus.Gauge
	deadTypes  *prometheus.CounterVec
	deadMu     sync.Mutex
	knownTypes map[string]bool
}

func newMetrics(reg prometheus.Registerer) (*metrics, error) {
	documents := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "naru_elasticsearch_documents_total",
		Help: "Documents that were decided: delivered, duplicate (was there already), found (by a look-up, was there already), dead_letter.",
	}, []string{"verdict"})
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: "naru_elasticsearch_" + name, Help: help})
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: "naru_elasticsearch_" + name, Help: help})
	}
	m := &metrics{
		delivered: documents.WithLabelValues("delivered"),
		duplicate: documents.WithLabelValues("duplicate"),
		found:     documents.WithLabelValues("found"),
		refused:   documents.WithLabelValues("dead_letter"),
		retried:   counter("retried_documents_total", "Documents that had to be sent again."),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "naru_elasticsearch_requests_total", Help: "Bulk requests by HTTP status, or error when there was no answer.",
		}, []string{"status"}),
		sent: counter("sent_bytes_total", "Bytes of bulk requests, after compression."),
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "naru_elasticsearch_request_seconds", Help: "Time from a bulk request to the end of its answer.",
			Buckets: prometheus.ExponentialBuckets(0.005, 2.5, 11),
		}),
		queued: gauge("queued_bytes", "Bytes of documents handed over and not decided."),
		limit:  gauge("concurrency_limit", "Requests allowed at the same time at present."),
		deadTypes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "naru_dead_letters_total", Help: "Documents that were refused and kept as dead letters, by type of error.",
		}, []string{"type"}),
		knownTypes: make(map[string]bool),
	}
	if reg == nil {
		return m, nil
	}
	var err error
	for _, c := range []prometheus.Collector{documents, m.retried, m.requests, m.sent, m.latency, m.queued, m.limit, m.deadTypes} {
		err = errors.Join(err, reg.Register(c))
	}
	if err != nil {
		return nil, fmt.Errorf("register the metrics of output elasticsearch: %w", err)
	}
	return m, nil
}

// request counts one bulk request; status is 0 when there was no answer.
func (m *metrics) request(status, bytes int, took time.Duration) {
	label := "error"
	if status != 0 {
		label = strconv.Itoa(status)
	}
	m.requests.WithLabelValues(label).Inc()
	m.sent.Add(float64(bytes))
	m.latency.Observe(took.Seconds())
}

func (m *metrics) deadLetter(errorType string) {
	m.deadMu.Lock()
	if !m.knownTypes[errorType] {
		if len(m.knownTypes) >= maxErrorTypes {
			errorType = "other"
		}
		m.knownTypes[errorType] = true
	}
	m.deadMu.Unlock()
	m.deadTypes.WithLabelValues(errorType).Inc()
}
