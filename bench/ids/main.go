// Command ids measures what documents with naru's ids cost a real Elasticsearch,
// against documents whose ids the server makes: the processor time of the server
// and the rate, from one file and from many files whose lines come in turn.
//
//	go run ./bench/ids -docs 400000
//
// It starts an Elasticsearch of its own on a loopback port. The machine should
// have nothing else to do.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/naru-log/naru/internal/demolog"
	"github.com/naru-log/naru/internal/servers/cluster"
	"github.com/naru-log/naru/internal/servers/elasticsearch"
)

type options struct {
	docs    int
	rounds  int
	bulk    int
	senders int
	refresh string
	heap    string
}

func main() {
	var o options
	flag.IntVar(&o.docs, "docs", 400_000, "documents of each measurement")
	flag.IntVar(&o.rounds, "rounds", 2, "measurements of each kind, in turn; the best is shown")
	flag.IntVar(&o.bulk, "bulk", 1500, "documents of a request")
	flag.IntVar(&o.senders, "senders", 2, "requests at the same time")
	flag.StringVar(&o.refresh, "refresh", "1s", "refresh_interval of the index")
	flag.StringVar(&o.heap, "heap", "1g", "heap of the server")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := measure(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "ids:", err)
		os.Exit(1)
	}
}

// measure runs every kind in turn and prints the best of each.
func measure(ctx context.Context, o options) error {
	documents, err := documents(ctx, o.docs)
	if err != nil {
		return err
	}
	es, err := elasticsearch.New(ctx, elasticsearch.Options{Heap: o.heap})
	if err != nil {
		return err
	}
	defer es.Stop()
	kinds := []kind{{"the server's", 1, false}, {"naru's", 1, true}, {"the server's", 64, false}, {"naru's", 64, true}}
	best := make([]cost, len(kinds))
	if _, err := load(ctx, es, o, kinds[0], documents); err != nil { // warms the server up
		return err
	}
	for range o.rounds {
		for i, k := range kinds {
			c, err := load(ctx, es, o, k, documents)
			if err != nil {
				return fmt.Errorf("ids %s, %d files: %w", k.name, k.files, err)
			}
			if best[i].cpu == 0 || c.cpu < best[i].cpu {
				best[i].cpu = c.cpu
			}
			if c.rate > best[i].rate {
				best[i].rate = c.rate
			}
			fmt.Fprintf(os.Stderr, "%s, %d files: %.1f CPU-s, %.0f documents/s\n", k.name, k.files, c.cpu, c.rate)
		}
	}
	fmt.Println("| files | ids | CPU-s of the server per million | against its own ids | documents/s | against its own ids |")
	fmt.Println("|---:|---|---:|---:|---:|---:|")
	for i, k := range kinds {
		own := best[i/2*2]
		fmt.Printf("| %d | %s | %.1f | %+.0f %% | %.0f | %+.0f %% |\n", k.files, k.name,
			best[i].cpu, 100*(best[i].cpu/own.cpu-1), best[i].rate, 100*(best[i].rate/own.rate-1))
	}
	return nil
}

// documents makes n documents as the Apache pipeline makes them.
func documents(ctx context.Context, n int) ([][]byte, error) {
	dir, err := os.MkdirTemp("", "naru-ids-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	naru, log := filepath.Join(dir, "naru"), filepath.Join(dir, "access.log")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", naru, "./cmd/naru").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build naru: %w: %s", err, out)
	}
	var text []byte
	gen, at := demolog.New(1), time.Now()
	for i := range n {
		text = gen.Append(text, at.Add(time.Duration(i)*time.Millisecond))
	}
	if err := os.WriteFile(log, text, 0o600); err != nil {
		return nil, err
	}
	out, err := exec.CommandContext(ctx, naru, "run", "apache", "--once", "--stdout", "--var", "paths="+log).Output()
	if err != nil {
		return nil, fmt.Errorf("run naru: %w", err)
	}
	docs := bytes.SplitAfter(bytes.TrimSuffix(out, []byte("\n")), []byte("\n"))
	if len(docs) != n {
		return nil, fmt.Errorf("%d documents of %d lines", len(docs), n)
	}
	docs[n-1] = append(docs[n-1], '\n')
	return docs, nil
}

// cpu is what the server's process has used so far, in seconds.
func cpu(ctx context.Context, es *cluster.Cluster) (float64, error) {
	a, err := es.Do(ctx, http.MethodGet, "/_nodes/stats/process", nil)
	if err != nil {
		return 0, err
	}
	var stats struct {
		Nodes map[string]struct {
			Process struct {
				CPU struct {
					Millis float64 `json:"total_in_millis"`
				}
			}
		}
	}
	if err := json.Unmarshal(a.Body, &stats); err != nil {
		return 0, fmt.Errorf("read the statistics of the server: %w", err)
	}
	total := 0.0
	for _, n := range stats.Nodes {
		total += n.Process.CPU.Millis / 1e3
	}
	return total, nil
}
