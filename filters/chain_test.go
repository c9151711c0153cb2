package filters_test

import (
	"encoding/json"
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/filters/address"
	"github.com/naru-log/naru/filters/date"
	"github.com/naru-log/naru/filters/geoip"
	"github.com/naru-log/naru/filters/grok"
	"github.com/naru-log/naru/filters/url"
)

const combined = `223.130.195.200 - frank [26/Apr/2018:01:28:08 +0900] "GET /shop/%ED%95%9C.html?page=3 HTTP/1.1" 200 5120 "http://example.com/start.html" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/65.0.3325.181 Safari/537.36"`

// chain is the way of a combined line through the filters and the encoder.
type chain struct {
	ev    *event.Event
	steps []event.Processor
	enc   *event.Encoder
	line  []byte
	doc   []byte
}

func newChain(t testing.TB) *chain {
	t.Helper()
	s := event.NewSchema()
	var filters []event.Filter
	add := func(f event.Filter, err error) {
		if err != nil {
			t.Fatal(err)
		}
		filters = append(filters, f)
	}
	g := grok.Defaults()
	g.Match = []string{"^%{HTTPD_COMBINEDLOG}$"}
	add(grok.New(g, s, nil))
	d := date.Defaults()
	d.Field, d.Formats = "timestamp", []string{"dd/MMM/yyyy:HH:mm:ss Z"}
	add(date.New(d, s))
	add(address.New(address.Defaults(), s))
	add(url.New(url.Defaults(), s))
	add(geoip.New(geoip.Defaults(), s, nil, nil))
	s.Freeze()
	c := &chain{ev: event.NewEvent(s), enc: event.NewEncoder(s), line: []byte(combined)}
	for _, f := range filters {
		c.steps = append(c.steps, f.Processor())
	}
	return c
}

func (c *chain) run() {
	c.ev.Reset(nil, c.line, 0)
	for _, p := range c.steps {
		p.Process(c.ev)
	}
	c.doc = c.enc.Append(c.doc[:0], c.ev)
}

func TestChain(t *testing.T) {
	c := newChain(t)
	c.run()
	const want = `{"@timestamp":"2018-04-25T16:28:08.000Z","http":{"request":{"method":"GET","referrer":"http://example.com/start.html"},` +
		`"response":{"body":{"bytes":5120},"status_code":200},"version":"1.1"},` +
		`"source":{"address":"223.130.195.200","geo":{"continent_code":"AS","continent_name":"Asia","country_iso_code":"KR","country_name":"South Korea"},"ip":"223.130.195.200"},` +
		`"url":{"extension":"html","original":"/shop/%ED%95%9C.html?page=3","path":"/shop/한.html","query":"page=3"},` +
		`"user":{"name":"frank"},` +
		`"user_agent":{"original":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/65.0.3325.181 Safari/537.36"}}`
	var doc any
	if err := json.Unmarshal(c.doc, &doc); err != nil {
		t.Fatal(err)
	}
	sorted, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	if string(sorted) != want {
		t.Errorf("\n got %s\nwant %s", sorted, want)
	}
}

func TestChainDoesNotAllocate(t *testing.T) {
	c := newChain(t)
	for range 10 {
		c.run()
	}
	if n := testing.AllocsPerRun(100, c.run); n != 0 {
		t.Errorf("%v allocations from line to document", n)
	}
}

func BenchmarkChain(b *testing.B) {
	c := newChain(b)
	b.ReportAllocs()
	b.SetBytes(int64(len(combined)))
	for b.Loop() {
		c.run()
	}
}
