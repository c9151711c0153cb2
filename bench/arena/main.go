// Command arena measures naru as a whole process, on the same work as its
// peers: the arena's programs write the log, are the far end of the shipping and
// take the time; naru has one core and the far end another.
//
// The arena's programs are in the folder bench of ../shared, or of what
// NARU_SHARED names.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

type options struct {
	lines  int
	runs   int
	only   string
	shared string
	naru   string
	keep   bool
}

func main() {
	var o options
	flag.IntVar(&o.lines, "n", 2_000_000, "lines in the log")
	flag.IntVar(&o.runs, "runs", 1, "runs of each job, of which the best is shown")
	flag.StringVar(&o.only, "only", "", "jobs to run, by the name of their pipeline, separated by commas; all when empty")
	flag.StringVar(&o.shared, "shared", sharedDir(), "the folder that holds bench/")
	flag.StringVar(&o.naru, "naru", "", "the naru to measure; built from ./cmd/naru when empty")
	flag.BoolVar(&o.keep, "keep", false, "keep the working directory, with naru's logs")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := measure(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "arena:", err)
		os.Exit(1)
	}
}

func sharedDir() string {
	if dir := os.Getenv("NARU_SHARED"); dir != "" {
		return dir
	}
	return filepath.Join("..", "shared")
}

// measure runs every job and prints its row as soon as it is there.
func measure(ctx context.Context, o options) error {
	if runtime.NumCPU() < 2 {
		return fmt.Errorf("two cores are needed, one for naru and one for the far end; this machine has %d", runtime.NumCPU())
	}
	jobs, err := chosen(o.only)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "naru-arena-")
	if err != nil {
		return fmt.Errorf("make a working directory: %w", err)
	}
	if o.keep {
		fmt.Fprintln(os.Stderr, "working directory:", dir)
	} else {
		defer os.RemoveAll(dir)
	}
	a, err := prepare(ctx, o, dir)
	if err != nil {
		return err
	}
	defer a.stopSink()

	fmt.Printf("%d lines, %.0f MB; the floor (read and count lines) takes %.3f CPU-seconds per million lines here\n\n",
		o.lines, float64(a.size)/1e6, a.floor)
	printHead()
	for _, j := range jobs {
		var best *result
		for range max(o.runs, 1) {
			r, err := a.run(ctx, j)
			if err != nil {
				return fmt.Errorf("job %s: %w", j.pipeline, err)
			}
			if best == nil || r.CPU < best.CPU {
				best = r
			}
		}
		printRow(j, best, a.floor)
	}
	printFoot()
	return nil
}

// chosen gives the jobs of the table that the user wants.
func chosen(only string) ([]job, error) {
	if only == "" {
		return table, nil
	}
	var out []job
	for name := range strings.SplitSeq(only, ",") {
		found := false
		for _, j := range table {
			if j.pipeline == name {
				out, found = append(out, j), true
			}
		}
		if !found {
			return nil, fmt.Errorf("there is no job %q", name)
		}
	}
	return out, nil
}
