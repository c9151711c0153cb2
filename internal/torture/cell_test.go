//go:build servers

package torture

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/e2e"
	"github.com/naru-log/naru/internal/servers/cluster"
	"github.com/naru-log/naru/internal/servers/faultproxy"
)

// scheme is how the log is rotated while it is written.
type scheme struct {
	name   string
	rotate func(*cell) error // nil for never
}

var schemes = []scheme{
	{"steady", nil},
	{"rename", func(c *cell) error { return c.log.rename() }},
	{"copytruncate", func(c *cell) error { return c.log.copyTruncate() }},
	{"gzip", func(c *cell) error { return c.log.compress() }},
	// naru is stopped in an orderly way and the log is rotated meanwhile
	{"restart", func(c *cell) error { return c.restart((*e2e.Process).End, c.log.rename) }},
}

// cell is one scheme with one fault.
type cell struct {
	t     *testing.T
	rand  *rand.Rand // the fault's
	es    *cluster.Fixture
	proxy *faultproxy.Proxy // nil when naru speaks to the nodes
	log   *writer
	state string
	index string

	program *e2e.Binary
	env     []string
	args    []string

	mu    sync.Mutex // of what follows: the fault and the scheme both stop naru
	naru  *e2e.Process
	kills int
	again int // starts after naru had ended by itself
}

// mostAgain is how often naru may end by itself: while its disk is full it may.
const mostAgain = 50

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
    hosts              = [%s]
    index              = %q
    timeout            = "10s"
    flush_interval     = "200ms"
    max_request_bytes  = "64KiB"
    retry_max_backoff  = "1s"
  }
}
`

const settings = `{"settings":{"number_of_replicas":%d,"refresh_interval":"-1"},"mappings":{"properties":{"seq":{"type":"long"}}}}`

// newCell makes everything ready and starts naru.
func newCell(t *testing.T, f fault, es *cluster.Fixture, r *rand.Rand) *cell {
	dir := t.TempDir()
	c := &cell{t: t, rand: rand.New(rand.NewPCG(r.Uint64(), 1)), es: es, state: filepath.Join(dir, "state"), program: &binary}
	var err error
	if c.log, err = newWriter(filepath.Join(dir, "access.log"), rand.New(rand.NewPCG(r.Uint64(), 2))); err != nil {
		t.Fatal(err)
	}
	c.index = "torture-" + strconv.FormatInt(time.Now().UnixNano(), 10)
	hosts, replicas := es.URLs(), 1
	if f.nodes == 0 {
		c.proxy = faultproxy.Start(t, es.URL(), r.Uint64())
		hosts, replicas = []string{c.proxy.URL()}, 0
	}
	es.Must("PUT", "/"+c.index+"?timeout=2m&wait_for_active_shards=all", fmt.Sprintf(settings, replicas))
	config := filepath.Join(dir, "torture.hcl")
	text := fmt.Sprintf(pipeline, c.log.path, `"`+strings.Join(hosts, `","`)+`"`, c.index)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	c.args = []string{"run", config, "--state", c.state, "--admin", "off"}
	if f.prepare != nil {
		f.prepare(c)
	}
	c.naru = c.program.Start(t, c.env, c.args...)
	return c
}

// run writes, rotates and breaks things at the same time, waits until all is
// well, and counts.
func (c *cell) run(s scheme, f fault, broken *breakage) result {
	ctx, cancel := context.WithTimeout(c.t.Context(), 6*time.Minute)
	defer cancel()
	over := make(chan struct{})
	var breaking error
	go func() {
		defer close(over)
		if f.run != nil {
			breaking = f.run(ctx, c)
		}
		if broken != nil {
			breaking = errors.Join(breaking, broken.wait())
		}
	}()
	err := c.fill(ctx, s, over)
	<-over
	if err != nil || breaking != nil {
		c.t.Fatalf("write the log: %v; break things: %v", err, breaking)
	}
	// Nothing more goes wrong; a few more lines must not find naru asleep.
	if err := c.log.write(100); err != nil {
		c.t.Fatal(err)
	}
	got := result{lines: c.log.next, kills: c.kills}
	c.settle(got.lines)
	c.naru.Stop()
	got.lost, got.doubled = c.count(got.lines)
	c.es.Must("DELETE", "/"+c.index, nil)
	if got.lost > 0 || got.doubled > 0 {
		c.t.Errorf("of %d lines %d are lost and %d doubled", got.lines, got.lost, got.doubled)
	}
	return got
}

// The log is rotated after so many steps, and so often at most: what logrotate
// deletes nobody can ship.
const (
	rotateEach   = 50
	mostRotation = 12
)

// fill writes at full speed at first, then slowly until nothing goes wrong any
// more, and rotates.
func (c *cell) fill(ctx context.Context, s scheme, over <-chan struct{}) error {
	const steps = 200
	rotations := 0
	for i := 0; ; i++ {
		n, rest := *lines/steps, 15*time.Millisecond
		if i >= steps {
			select {
			case <-over:
				return nil
			default:
			}
			n, rest = 10, 50*time.Millisecond
		}
		if err := c.log.write(n); err != nil {
			return err
		}
		if s.rotate != nil && i%rotateEach == 37 && rotations < mostRotation {
			rotations++
			if err := s.rotate(c); err != nil {
				return err
			}
		}
		c.supervise()
		if pause(ctx, rest); ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// supervise starts naru again when it has ended by itself, as the system's
// service manager would.
func (c *cell) supervise() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.naru.Ended() {
		c.again++
		if c.again > mostAgain {
			c.t.Fatalf("naru ended by itself %d times", c.again)
		}
		c.naru = c.program.Start(c.t, c.env, c.args...)
	}
}

// restart ends naru, does something in between, and starts it again.
func (c *cell) restart(end func(*e2e.Process), between func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	end(c.naru)
	err := between()
	c.naru = c.program.Start(c.t, c.env, c.args...)
	return err
}

// kill is kill -9, and another start after at most the given while.
func (c *cell) kill(ctx context.Context, down time.Duration) error {
	wait := time.Duration(c.rand.Int64N(int64(down)))
	return c.restart(func(p *e2e.Process) { p.Kill(); c.kills++ }, func() error { pause(ctx, wait); return ctx.Err() })
}

// delivered waits until the first lines are in the index.
func (c *cell) delivered(ctx context.Context) error {
	for {
		if err := c.es.Cluster().Refresh(ctx, c.index); err != nil {
			return err
		}
		if n, err := c.es.Cluster().Count(ctx, c.index); n > 0 || err != nil {
			return err
		}
		if pause(ctx, 50*time.Millisecond); ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// settle waits until the index holds as many documents as there are lines, or
// has not changed for a long while.
func (c *cell) settle(want int) {
	last, since := -1, time.Now()
	for time.Since(since) < 90*time.Second {
		c.supervise()
		n := c.es.Count(c.index)
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
func (c *cell) count(lines int) (lost, doubled int) {
	seen := make([]int, lines)
	c.es.Documents(c.index, func(h cluster.Hit) {
		var doc struct{ Seq *int }
		if err := json.NewDecoder(bytes.NewReader(h.Source)).Decode(&doc); err != nil || doc.Seq == nil || *doc.Seq >= lines {
			c.t.Errorf("a document that is no line: %s", h.Source)
			return
		}
		seen[*doc.Seq]++
	})
	for i, n := range seen {
		switch {
		case n == 0:
			lost++
		case n > 1:
			doubled += n - 1
		}
		if n != 1 && lost+doubled == 1 {
			c.t.Errorf("line %d is the first that is there %d times", i, n)
		}
	}
	return lost, doubled
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
