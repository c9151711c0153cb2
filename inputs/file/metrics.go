package file

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/naru-log/naru/event"
)

// metrics counts what the input does. It works without a registerer.
type metrics struct {
	lines, bytes, truncated, replaced prometheus.Counter
	errors, rotations                 *prometheus.CounterVec
	lagBytes, lagSeconds, open, files *prometheus.Desc

	in         *Input
	registerer prometheus.Registerer
}

// Kinds of rotation, as they are counted.
const (
	byRename   = "rename"
	byTruncate = "truncate"
	byDelete   = "delete"
	byGzip     = "gzip"
	byCopy     = "copy"
)

func newMetrics(in *Input, r prometheus.Registerer) *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: "naru_file_" + name, Help: help})
	}
	vector := func(name, label, help string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "naru_file_" + name, Help: help}, []string{label})
	}
	return &metrics{
		lines:      counter("lines_total", "Lines read."),
		bytes:      counter("bytes_total", "Bytes of lines read, newlines included."),
		truncated:  counter("truncated_lines_total", "Lines longer than max_line_bytes, whose rest was left out."),
		replaced:   counter("replaced_lines_total", "Lines with bytes that are not text in the file's encoding."),
		errors:     vector("errors_total", "operation", "Failures to list, look at, open or read; each is tried again."),
		rotations:  vector("rotations_total", "kind", "Rotations seen, by how they were done."),
		open:       prometheus.NewDesc("naru_file_open_files", "Files that are open.", nil, nil),
		files:      prometheus.NewDesc("naru_file_files", "Files that are followed.", nil, nil),
		lagBytes:   prometheus.NewDesc("naru_file_lag_bytes", "Bytes of a file that are not delivered yet.", []string{"path"}, nil),
		lagSeconds: prometheus.NewDesc("naru_file_lag_seconds", "How long a file has had bytes that are not delivered.", []string{"path"}, nil),
		in:         in, registerer: r,
	}
}

func (m *metrics) counters() []prometheus.Collector {
	return []prometheus.Collector{m.lines, m.bytes, m.truncated, m.replaced, m.errors, m.rotations}
}

// Describe implements prometheus.Collector.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, c := range m.counters() {
		c.Describe(ch)
	}
	ch <- m.open
	ch <- m.files
	ch <- m.lagBytes
	ch <- m.lagSeconds
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	for _, c := range m.counters() {
		c.Collect(ch)
	}
	files := m.in.snapshot()
	ch <- prometheus.MustNewConstMetric(m.open, prometheus.GaugeValue, float64(m.in.handles.count()))
	lags := map[string]lag{} // two sources can have had the same path
	followed := 0
	for _, f := range files {
		l, ok := f.lag(m.in.now())
		if !ok {
			continue
		}
		followed++
		sum := lags[f.src.Path]
		lags[f.src.Path] = lag{sum.bytes + l.bytes, max(sum.age, l.age)}
	}
	ch <- prometheus.MustNewConstMetric(m.files, prometheus.GaugeValue, float64(followed))
	for path, l := range lags {
		ch <- prometheus.MustNewConstMetric(m.lagBytes, prometheus.GaugeValue, float64(l.bytes), path)
		ch <- prometheus.MustNewConstMetric(m.lagSeconds, prometheus.GaugeValue, l.age.Seconds(), path)
	}
}

type lag struct {
	bytes int64
	age   time.Duration
}

// lag is what of the file is not delivered yet. It is not ok for files that are
// only remembered.
func (f *file) lag(now time.Time) (l lag, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.finished || f.place == unplaced {
		return l, false
	}
	if end := max(f.size, f.position); !f.compressed && end > f.watermark {
		return lag{end - f.watermark, now.Sub(f.caughtUp)}, true
	}
	f.caughtUp = now
	return l, true
}

// register makes the metrics visible. A reload builds the new input before the
// old one has gone; the one that is there stays then, until it unregisters.
func (m *metrics) register() error {
	if m.registerer == nil {
		return nil
	}
	err := m.registerer.Register(m)
	if _, there := errors.AsType[prometheus.AlreadyRegisteredError](err); there {
		return nil
	}
	return err
}

func (m *metrics) unregister() {
	if m.registerer != nil {
		m.registerer.Unregister(m)
	}
}

// count adds a batch.
func (m *metrics) count(c *chunk) {
	m.lines.Add(float64(len(c.Lines)))
	m.bytes.Add(float64(c.End - c.Start))
	for i := range c.Lines {
		if f := c.Lines[i].Flags; f != 0 {
			if f&event.Truncated != 0 {
				m.truncated.Inc()
			}
			if f&event.Replaced != 0 {
				m.replaced.Inc()
			}
		}
	}
}
