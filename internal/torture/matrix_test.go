//go:build servers

package torture

import (
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/e2e"
	"github.com/naru-log/naru/internal/servers/cluster"
	"github.com/naru-log/naru/internal/servers/elasticsearch"
)

var (
	seed   = flag.Uint64("seed", 0, "replay this run; 0 draws one")
	rounds = flag.Int("rounds", 1, "times that each cell of the matrix is run")
	lines  = flag.Int("lines", 6000, "lines that each cell writes at full speed")
	kills  = flag.Int("kills", 6, "times that a cell which kills naru does so")
	report = flag.String("report", "", "document that the table of results is written to, between its marks")

	binary  e2e.Binary
	stepped = e2e.Binary{Prepare: overlayClock}
	shared  = elasticsearch.NewShared(elasticsearch.Options{})
)

func TestMain(m *testing.M) {
	flag.Parse()
	// The cells of a row mostly wait, and share the cluster that breaks.
	if err := flag.Set("test.parallel", fmt.Sprint(len(schemes))); err != nil {
		panic(err)
	}
	status := m.Run()
	shared.Stop()
	binary.Remove()
	stepped.Remove()
	os.Exit(status)
}

// table is what was counted, by row and column.
type table struct {
	mu    sync.Mutex
	cells map[[2]string]result
}

// result is what a cell came to.
type result struct {
	lines, lost, doubled, kills int
}

func (t *table) add(fault, scheme string, r result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	sum := t.cells[[2]string{fault, scheme}]
	t.cells[[2]string{fault, scheme}] = result{sum.lines + r.lines, sum.lost + r.lost, sum.doubled + r.doubled, sum.kills + r.kills}
}

// markdown is the table of docs/reliability.md: lines, then lost and doubled of
// each cell.
func (t *table) markdown() string {
	var b strings.Builder
	b.WriteString("| what goes wrong |")
	for _, s := range schemes {
		fmt.Fprintf(&b, " %s |", s.name)
	}
	b.WriteString(" kills of naru | lines | lost | doubled |\n|---|" + strings.Repeat(":---:|", len(schemes)) + "---:|---:|---:|---:|\n")
	var all result
	for _, f := range faults {
		var row result
		var cells strings.Builder
		for _, s := range schemes {
			r, ok := t.cells[[2]string{f.name, s.name}]
			if !ok {
				cells.WriteString(" |")
				continue
			}
			fmt.Fprintf(&cells, " %d / %d |", r.lost, r.doubled)
			row = result{row.lines + r.lines, row.lost + r.lost, row.doubled + r.doubled, row.kills + r.kills}
		}
		if row.lines > 0 {
			fmt.Fprintf(&b, "| %s |%s %d | %d | %d | %d |\n", f.name, &cells, row.kills, row.lines, row.lost, row.doubled)
		}
		all = result{all.lines + row.lines, all.lost + row.lost, all.doubled + row.doubled, all.kills + row.kills}
	}
	fmt.Fprintf(&b, "| **all** |%s **%d** | **%d** | **%d** | **%d** |\n", strings.Repeat(" |", len(schemes)), all.kills, all.lines, all.lost, all.doubled)
	return b.String()
}

// The marks between which a document holds the table.
const (
	beginMark = "<!-- the matrix, written by make torture -->\n"
	endMark   = "<!-- the end of the matrix -->\n"
)

// publish puts the table into a document, with what repeats it.
func publish(path, table string) error {
	doc, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	head, rest, ok := strings.Cut(string(doc), beginMark)
	_, tail, ended := strings.Cut(rest, endMark)
	if !ok || !ended {
		return fmt.Errorf("publish the matrix: %s lacks the lines %q and %q", path, beginMark, endMark)
	}
	how := fmt.Sprintf("`go test -tags servers -timeout 0 -run TestMatrix ./internal/torture -args -seed %d -rounds %d -kills %d -lines %d`, %s:\n\n",
		*seed, *rounds, *kills, *lines, time.Now().Format("2 January 2006"))
	return os.WriteFile(path, []byte(head+beginMark+how+table+endMark+tail), 0o644)
}

// TestMatrix runs the rows one after the other, the cells of a row at the same
// time.
func TestMatrix(t *testing.T) {
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	t.Logf("replay with -seed %d", *seed)
	results := &table{cells: map[[2]string]result{}}
	t.Cleanup(func() {
		text := results.markdown()
		t.Log("\n" + text)
		if *report == "" {
			return
		}
		if err := publish(*report, text); err != nil {
			t.Error(err)
		}
	})
	for _, f := range faults { // by fault, so that a cluster of its own starts once
		t.Run(f.name, func(t *testing.T) {
			es := shared.For
			if f.nodes > 0 {
				shared.Stop() // two clusters at once are too much for a small machine
				own := elasticsearch.NewShared(elasticsearch.Options{Nodes: f.nodes})
				t.Cleanup(own.Stop)
				es = own.For
			}
			for round := range *rounds {
				t.Run(fmt.Sprint(round), func(t *testing.T) { row(t, f, round, es(t).Cluster(), results) })
			}
		})
	}
}

// row runs one fault against every scheme.
func row(t *testing.T, f fault, round int, c *cluster.Cluster, results *table) {
	var broken *breakage
	if f.cluster != nil {
		broken = &breakage{done: make(chan struct{}), run: func() error { return f.cluster(t.Context(), c, random(f.name, round)) }}
	}
	for _, s := range schemes {
		t.Run(s.name, func(t *testing.T) {
			c := newCell(t, f, c.For(t), random(s.name+"/"+f.name, round))
			t.Parallel() // every cell of the row is ready before anything breaks
			results.add(f.name, s.name, c.run(s, f, broken))
		})
	}
}

// random is the source of one cell, whatever else is run.
func random(name string, round int) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprint(h, name, round)
	return rand.New(rand.NewPCG(*seed, h.Sum64()))
}

// breakage is a fault that the cells of a row have in common.
type breakage struct {
	run  func() error
	once sync.Once
	done chan struct{}
	err  error // set before done is closed
}

// wait lets the fault take its course, once for all cells, and returns when all
// is well again.
func (b *breakage) wait() error {
	b.once.Do(func() {
		defer close(b.done)
		b.err = b.run()
	})
	<-b.done
	return b.err
}
