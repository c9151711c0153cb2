//go:build servers

package torture

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/e2e"
	"github.com/naru-log/naru/internal/servers/cluster"
	"github.com/naru-log/naru/internal/servers/elasticsearch"
	"github.com/naru-log/naru/internal/servers/faultproxy"
)

var (
	seed   = flag.Uint64("seed", 0, "replay this run; 0 draws one")
	rounds = flag.Int("rounds", 1, "times that each cell of the matrix is run")
	lines  = flag.Int("lines", 10_000, "lines that each cell writes")
	whole  = flag.Bool("whole", false, "every scheme with every fault, not a choice of them")
	report = flag.String("report", "", "file for the table of results")

	binary e2e.Binary
	shared = elasticsearch.NewShared(elasticsearch.Options{})
)

func TestMain(m *testing.M) {
	flag.Parse()
	status := m.Run()
	shared.Stop()
	binary.Remove()
	os.Exit(status)
}

// scheme is how the log is rotated while it is written.
type scheme struct {
	name   string
	rotate func(*writer) error // nil for never
}

var schemes = []scheme{
	{"steady", nil},
	{"rename", (*writer).rename},
	{"copytruncate", (*writer).copyTruncate},
	{"gzip", (*writer).compress},
}

// fault is what goes wrong meanwhile. It ends with everything well again.
type fault struct {
	name string
	run  func(context.Context, *cell) error
	slow bool // restarts a server: in the short form with one scheme only
}

// cell is one scheme with one fault.
type cell struct {
	t     *testing.T
	rand  *rand.Rand
	es    *cluster.Fixture
	proxy *faultproxy.Proxy
	naru  *e2e.Process
	args  []string
	kills int
}

// result is what a cell came to.
type result struct {
	lines, lost, doubled, kills int
}

const pipeline = `
pipeline "torture" {
  input "file" {
    paths = [%q]
  }

  filter "grok" {
    match = ["^%%{INT:seq:long} %%{NOTSPACE:time} %%{GREEDYDATA:message}$"]
    overwrite = ["message"]
  }

  filter "date" {
    field   = "time"
    formats = ["ISO8601"]
  }

  output "elasticsearch" {
    hosts              = [%q]
    index              = %q
    timeout            = "10s"
    flush_interval     = "200ms"
    max_request_bytes  = "64KiB"
    retry_max_backoff  = "1s"
  }
}
`

// TestMatrix runs the cells one after the other.
func TestMatrix(t *testing.T) {
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	t.Logf("replay with -seed %d", *seed)
	results := map[string]result{}
	for _, f := range faults {
		for i, s := range schemes {
			if !*whole && (f.slow && s.name != "rename" || !f.slow && i != 0 && f.name != "kill -9" && f.name != "answers cut") {
				continue
			}
			for round := range *rounds {
				t.Run(fmt.Sprintf("%s/%s/%d", s.name, f.name, round), func(t *testing.T) {
					es := shared.For(t)
					if f.slow {
						es = elasticsearch.Start(t, elasticsearch.Options{})
					}
					got := run(t, s, f, es, rand.New(rand.NewPCG(*seed, uint64(round*1000+len(results)))))
					sum := results[s.name+"|"+f.name]
					results[s.name+"|"+f.name] = result{sum.lines + got.lines, sum.lost + got.lost, sum.doubled + got.doubled, sum.kills + got.kills}
				})
			}
		}
	}
	table := markdown(results)
	t.Log("\n" + table)
	if *report != "" {
		if err := os.WriteFile(*report, []byte(table), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// run writes, rotates and breaks things at the same time, waits until all is
// well, and counts.
func run(t *testing.T, s scheme, f fault, es *cluster.Fixture, r *rand.Rand) result {
	dir := t.TempDir()
	log := filepath.Join(dir, "access.log")
	c := &cell{t: t, rand: r, es: es, proxy: faultproxy.Start(t, es.URL(), r.Uint64())}
	index := fmt.Sprintf("torture-%d", time.Now().UnixNano())
	config := filepath.Join(dir, "torture.hcl")
	if err := os.WriteFile(config, fmt.Appendf(nil, pipeline, log, c.proxy.URL(), index), 0o644); err != nil {
		t.Fatal(err)
	}
	es.Must("PUT", "/"+index, json.RawMessage(`{"settings":{"number_of_replicas":0,"refresh_interval":"-1"},"mappings":{"properties":{"seq":{"type":"long"}}}}`))
	c.args = []string{"run", config, "--state", filepath.Join(dir, "state"), "--admin", "off"}
	c.naru = binary.Start(t, nil, c.args...)

	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	broken := make(chan error, 1)
	go func() { broken <- f.run(ctx, c) }()
	w, err := newWriter(log, rand.New(rand.NewPCG(r.Uint64(), 2)))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.fill(w, s, *lines); err != nil {
		t.Fatal(err)
	}
	if err := <-broken; err != nil {
		t.Fatalf("fault %s: %v", f.name, err)
	}
	// Nothing more goes wrong; a few more lines must not find naru asleep.
	if err := w.write(100); err != nil {
		t.Fatal(err)
	}
	got := result{lines: w.next, kills: c.kills}
	c.settle(index, w.next)
	c.naru.Stop()
	got.lost, got.doubled = c.count(index, w.next)
	es.Must("DELETE", "/"+index, nil)
	if got.lost > 0 || got.doubled > 0 {
		t.Errorf("of %d lines %d are lost and %d doubled", got.lines, got.lost, got.doubled)
	}
	return got
}

// fill writes the lines over a few seconds, with four rotations in between.
func (c *cell) fill(w *writer, s scheme, n int) error {
	step := n / 200
	for i := range 200 {
		if err := w.write(step); err != nil {
			return err
		}
		if s.rotate != nil && i%50 == 37 {
			if err := s.rotate(w); err != nil {
				return err
			}
		}
		time.Sleep(15 * time.Millisecond)
	}
	return nil
}

// settle waits until the index holds as many documents as there are lines, or
// has not changed for a long while.
func (c *cell) settle(index string, want int) {
	last, since := -1, time.Now()
	for time.Since(since) < 45*time.Second {
		c.es.Refresh(index)
		n := c.es.Count(index)
		if n >= want {
			time.Sleep(500 * time.Millisecond) // anything more would be a double
			return
		}
		if n != last {
			last, since = n, time.Now()
		}
		time.Sleep(250 * time.Millisecond)
	}
}

// count reads the index back.
func (c *cell) count(index string, lines int) (lost, doubled int) {
	c.es.Refresh(index)
	seen := make([]int, lines)
	c.es.Documents(index, func(h cluster.Hit) {
		var doc struct{ Seq *int }
		if err := json.NewDecoder(bytes.NewReader(h.Source)).Decode(&doc); err != nil || doc.Seq == nil || *doc.Seq >= lines {
			c.t.Errorf("a document that is no line: %s", h.Source)
			return
		}
		seen[*doc.Seq]++
	})
	for _, n := range seen {
		switch {
		case n == 0:
			lost++
		case n > 1:
			doubled += n - 1
		}
	}
	return lost, doubled
}

// markdown is the table of docs/reliability.md.
func markdown(results map[string]result) string {
	var b strings.Builder
	b.WriteString("| what goes wrong | the log is | lines | kills of naru | lost | doubled |\n|---|---|---:|---:|---:|---:|\n")
	for _, f := range faults {
		for _, s := range schemes {
			if r, ok := results[s.name+"|"+f.name]; ok {
				fmt.Fprintf(&b, "| %s | %s | %d | %d | %d | %d |\n", f.name, s.name, r.lines, r.kills, r.lost, r.doubled)
			}
		}
	}
	return b.String()
}
