package geoip

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/naru-log/naru/internal/datafile"
)

// Run looks for replaced databases until ctx ends.
func (f *Filter) Run(ctx context.Context) error {
	if len(f.databases) == 0 {
		<-ctx.Done()
		return nil
	}
	ticker := time.NewTicker(f.interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			f.refresh()
		}
	}
}

// refresh reads anew what was replaced. What cannot be read leaves the old one
// in use.
func (f *Filter) refresh() {
	changed := false
	for _, d := range f.databases {
		changed = f.refreshOne(d) || changed
	}
	if changed {
		f.publish()
	}
}

func (f *Filter) refreshOne(d *file) bool {
	change, err := d.watch.Look()
	switch change {
	case datafile.Same:
		return false
	case datafile.Gone:
		f.log.Warn("GeoIP database is gone, the one in memory stays in use", "database", d.path, "error", err)
		return false
	}
	fresh, err := open(d.path, &f.reader)
	if err != nil {
		f.log.Error("GeoIP database was replaced by one that cannot be used, the one in memory stays in use", "database", d.path, "error", err)
		return false
	}
	d.current = fresh
	d.report(f.log)
	return true
}

func (f *Filter) publish() {
	s := &snapshot{}
	for _, d := range f.databases {
		s.databases = append(s.databases, d.current)
	}
	f.open.Store(s)
}

var (
	ageDesc = prometheus.NewDesc("naru_geoip_database_age_seconds", "Time since a GeoIP database was built.", []string{"database", "type"}, nil)
	badDesc = prometheus.NewDesc("naru_geoip_database_damaged", "1 when a GeoIP database in use was seen to be damaged.", []string{"database", "type"}, nil)
)

// ages collects the state of the databases in use.
type ages struct{ f *Filter }

// Describe tells what Collect gives.
func (a *ages) Describe(to chan<- *prometheus.Desc) {
	to <- ageDesc
	to <- badDesc
}

// Collect is called by any goroutine.
func (a *ages) Collect(to chan<- prometheus.Metric) {
	for _, d := range a.f.open.Load().databases {
		damaged := 0.0
		if d.broken.Load() {
			damaged = 1
		}
		to <- prometheus.MustNewConstMetric(ageDesc, prometheus.GaugeValue, time.Since(d.built).Seconds(), d.path, d.kind)
		to <- prometheus.MustNewConstMetric(badDesc, prometheus.GaugeValue, damaged, d.path, d.kind)
	}
}
