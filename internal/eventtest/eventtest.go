// Package eventtest runs a filter over one event in tests.
package eventtest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/naru-log/naru/event"
)

// Run builds a filter on a new schema, gives it an event whose message is line
// and whose fields are set by prepare (which may be nil), and returns the
// document and the verdict. Fields that prepare needs are declared by declare
// (which may be nil) before the filter is built.
func Run(t testing.TB, line string, declare func(*event.Schema), build func(*event.Schema) (event.Filter, error), prepare func(*event.Event)) (map[string]any, event.Verdict) {
	t.Helper()
	s := event.NewSchema()
	if declare != nil {
		declare(s)
	}
	f, err := build(s)
	if err != nil {
		t.Fatalf("build filter: %v", err)
	}
	s.Freeze()
	ev := event.NewEvent(s)
	batch := &event.Batch{Source: event.NewSource(1, "/var/log/test.log", time.Unix(0, 0))}
	ev.Reset(batch, []byte(line), 0)
	if prepare != nil {
		prepare(ev)
	}
	verdict := f.Processor().Process(ev)
	doc := event.NewEncoder(s).Append(nil, ev)
	var fields map[string]any
	if err := json.Unmarshal(doc, &fields); err != nil {
		t.Fatalf("document is not JSON: %v\n%s", err, doc)
	}
	return fields, verdict
}
