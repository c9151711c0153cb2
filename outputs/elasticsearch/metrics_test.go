package elasticsearch

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/naru-log/naru/event"
)

// gathered gives the counters and gauges that are not zero, as name{labels}=value.
func gathered(t *testing.T, reg *prometheus.Registry) []string {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range families {
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			v := m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			if v != 0 {
				all = append(all, fmt.Sprintf("%s{%s}=%v", f.GetName(), strings.Join(labels, ","), v))
			}
		}
	}
	return all
}

func TestMetrics(t *testing.T) {
	f := newFake(t)
	turn := 0
	f.item = func(d doc) int {
		switch turn++; {
		case strings.Contains(d.source, "bad"):
			return 400
		case strings.Contains(d.source, "late") && turn < 5:
			return 429
		}
		return 0
	}
	f.stored[referenceID(1e9, 7, 0)] = `{"message":"there"}`
	reg := prometheus.NewRegistry()
	r := newRig(t, config(t, f.URL))
	var err error
	if r.out.metrics, err = newMetrics(reg); err != nil {
		t.Fatal(err)
	}
	r.start(t.Context())
	if err := r.write(t.Context(), "there", "new", "bad", "late"); err != nil {
		t.Fatal(err)
	}
	r.finish(1)
	got := gathered(t, reg)
	for _, want := range []string{
		"naru_elasticsearch_documents_total{verdict=delivered}=2",
		"naru_elasticsearch_documents_total{verdict=duplicate}=1",
		"naru_elasticsearch_documents_total{verdict=dead_letter}=1",
		"naru_elasticsearch_retried_documents_total{}=1",
		"naru_elasticsearch_requests_total{status=200}=2",
		"naru_elasticsearch_request_seconds{}=2",
		"naru_dead_letters_total{type=type_400}=1",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s in %v", want, got)
		}
	}
	if slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "queued_bytes") }) {
		t.Errorf("bytes are queued at the end: %v", got)
	}
	if _, err := New(config(t, f.URL), event.NewSchema(), Options{Logger: r.out.log, Registerer: reg}); err == nil || !strings.Contains(err.Error(), "register the metrics") {
		t.Errorf("New on a registry that has the metrics: %v", err)
	}
}

func TestErrorTypesAreBounded(t *testing.T) {
	reg := prometheus.NewRegistry()
	m, err := newMetrics(reg)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 * maxErrorTypes {
		m.deadLetter(fmt.Sprint("type ", i))
	}
	types := 0
	for _, s := range gathered(t, reg) {
		if strings.HasPrefix(s, "naru_dead_letters_total") {
			types++
		}
	}
	if types != maxErrorTypes+1 {
		t.Errorf("%d types, want %d and one for the others", types, maxErrorTypes)
	}
}
