package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// arena is everything that the jobs share.
type arena struct {
	dir      string
	program  string // naru
	lines    int
	size     int64
	numbered int // lines that carry a number by which a loss shows
	floor    float64
	sinkURL  string
	sink     *exec.Cmd
}

// result is what the arena's run program prints, as far as it is shown.
type result struct {
	CPU            float64 `json:"cpu_s_per_mline"`
	LinesPerSecond int     `json:"lines_per_s"`
	PeakMB         float64 `json:"rss_mb"`
	Docs           int     `json:"docs"`
	Lost           int     `json:"lost_seq"`
	Doubled        int     `json:"seq_dup"`
	Why            string  `json:"why"`
}

func (a *arena) path(name string) string { return filepath.Join(a.dir, name) }

// prepare builds the programs, writes the log, measures the floor and starts
// the sink.
func prepare(ctx context.Context, o options, dir string) (*arena, error) {
	a := &arena{dir: dir, lines: o.lines}
	say := func(what string) { fmt.Fprintln(os.Stderr, what, "...") }
	say("building the arena and naru")
	bin := a.path("bin") + string(filepath.Separator)
	if err := command(ctx, "go", "build", "-C", filepath.Join(o.shared, "bench"), "-o", bin, "./..."); err != nil {
		return nil, fmt.Errorf("build the arena (is %s the right folder? -shared or NARU_SHARED names another): %w", o.shared, err)
	}
	if a.program = o.naru; a.program == "" {
		a.program = a.path("bin/naru")
		if err := command(ctx, "go", "build", "-trimpath", "-o", bin, "./cmd/naru"); err != nil {
			return nil, fmt.Errorf("build naru: %w", err)
		}
	}
	say("writing the log and the GeoIP database")
	if err := command(ctx, a.path("bin/gen"), "-n", strconv.Itoa(o.lines), "-seq", "-o", a.path("access.log")); err != nil {
		return nil, fmt.Errorf("write the log: %w", err)
	}
	if err := command(ctx, a.path("bin/mkmmdb"), "-o", a.path("city.mmdb")); err != nil {
		return nil, fmt.Errorf("write the GeoIP database: %w", err)
	}
	if err := a.survey(ctx); err != nil {
		return nil, err
	}
	return a, a.startSink(ctx)
}

// command runs a program to its end; its output is part of the error.
func command(ctx context.Context, name string, args ...string) error {
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, bytes.TrimSpace(out))
	}
	return nil
}

// survey counts the numbered lines and measures the floor: the best of three.
func (a *arena) survey(ctx context.Context) error {
	f, err := os.Open(a.path("access.log"))
	if err != nil {
		return fmt.Errorf("open the log: %w", err)
	}
	defer f.Close()
	scanner := bufio.NewScanner(f)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		a.size += int64(len(scanner.Bytes())) + 1
		if bytes.Contains(scanner.Bytes(), []byte("seq=")) {
			a.numbered++
		}
	}
	if err := scanner.Err(); err != nil {
		return fmt.Errorf("read the log: %w", err)
	}
	for range 3 {
		c := exec.CommandContext(ctx, "taskset", "-c", "0", a.path("bin/scan"), a.path("access.log"))
		if err := c.Run(); err != nil {
			return fmt.Errorf("measure the floor: %w", err)
		}
		cpu := (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds() / float64(a.lines) * 1e6
		if a.floor == 0 || cpu < a.floor {
			a.floor = cpu
		}
	}
	return nil
}

func (a *arena) startSink(ctx context.Context) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("find a port for the sink: %w", err)
	}
	addr := l.Addr().String()
	l.Close()
	a.sinkURL = "http://" + addr
	a.sink = exec.Command("taskset", "-c", "1", a.path("bin/sink"), "-addr", addr, "-track")
	a.sink.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := a.sink.Start(); err != nil {
		return fmt.Errorf("start the sink: %w", err)
	}
	for range 100 {
		if resp, err := http.Get(a.sinkURL + "/_stats"); err == nil {
			resp.Body.Close()
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return errors.New("the sink does not answer")
}

func (a *arena) stopSink() {
	a.sink.Process.Kill() // an error means that it is gone already
	a.sink.Wait()
}

// run measures one job once, with a state directory of its own.
func (a *arena) run(ctx context.Context, j job) (*result, error) {
	state, err := os.MkdirTemp(a.dir, "state-")
	if err != nil {
		return nil, err
	}
	log := a.path(j.pipeline + ".log")
	args := []string{"-name", j.pipeline, "-cpu", "0", "-log", log, "-sink", a.sinkURL}
	if j.null {
		args = append(args, "-null", "-lines", strconv.Itoa(a.lines))
	} else {
		args = append(args, "-expect", strconv.Itoa(a.lines),
			"-exp-seq", strconv.Itoa(a.numbered), "-exp-noseq", strconv.Itoa(a.lines-a.numbered))
	}
	args = append(append(args, "--", a.program), a.naru(j, state)...)
	c := exec.CommandContext(ctx, a.path("bin/run"), args...)
	c.Env = append(os.Environ(), "ELASTICSEARCH_HOSTS="+a.sinkURL)
	out, err := c.Output()
	if err != nil {
		return nil, err
	}
	var r result
	if err := json.Unmarshal(out, &r); err != nil {
		return nil, fmt.Errorf("read the result %q: %w", out, err)
	}
	if j.null && r.Why != "exited" || !j.null && r.Docs != a.lines {
		return nil, fmt.Errorf("ended (%s) with %d documents of %d; end of naru's log:\n%s", r.Why, r.Docs, a.lines, tail(log))
	}
	return &r, nil
}

// naru is the command line of a job, without the program.
func (a *arena) naru(j job, state string) []string {
	args := []string{"run", "--state", state, "--admin", "off"}
	log, database := a.path("access.log"), a.path("city.mmdb")
	if j.builtin != "" {
		return append(args, j.builtin, "--var", fmt.Sprintf("paths=[%q]", log), "--var", fmt.Sprintf("geoip_databases=[%q]", database))
	}
	args = append(args, filepath.Join("bench", "pipelines", j.pipeline+".hcl"), "--var", "path="+log)
	if j.null {
		return append(args, "--once")
	}
	args = append(args, "--var", "sink="+a.sinkURL)
	if j.geoip {
		args = append(args, "--var", "database="+database)
	}
	return args
}

func tail(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(b[max(0, len(b)-3000):])
}
