//go:build servers

package torture

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/naru-log/naru/internal/e2e"
	"github.com/naru-log/naru/internal/servers/cluster"
	"github.com/naru-log/naru/internal/servers/faultproxy"
)

// fault is what goes wrong while the log is written. It ends with everything
// well again.
type fault struct {
	name string
	// prepare changes how naru is run.
	prepare func(*cell)
	// run breaks things around the naru of one cell.
	run func(context.Context, *cell) error
	// cluster breaks the cluster under all cells of the row.
	cluster func(context.Context, *cluster.Cluster, *rand.Rand) error
	// nodes is the size of the cluster that the row has for itself; 0 for the one
	// node that rows share, behind a proxy.
	nodes int
}

var faults = []fault{
	{name: "nothing"},
	{name: "kill -9", run: killOften},
	{name: "SIGTERM", run: func(ctx context.Context, c *cell) error {
		return often(ctx, c, func() error { return c.restart((*e2e.Process).End, func() error { return nil }) })
	}},
	{name: "429 storms", run: inject(faultproxy.Status(429), 0.6)},
	{name: "503", run: inject(faultproxy.Status(503), 0.6)},
	{name: "half of the items fail", run: inject(faultproxy.FailItems(0.5, 429), 1)},
	{name: "slow answers", run: inject(faultproxy.Delay(300*time.Millisecond), 1)},
	{name: "requests cut", run: inject(faultproxy.CutRequest(), 0.3)},
	{name: "answers cut", run: inject(faultproxy.CutAnswer(), 0.3)},
	{name: "answers cut, kill -9", run: func(ctx context.Context, c *cell) error {
		c.proxy.Inject(faultproxy.Rule{Path: "/_bulk", Fault: faultproxy.CutAnswer(), Share: 0.3})
		defer c.proxy.Clear()
		return killOften(ctx, c)
	}},
	{name: "network down", run: func(ctx context.Context, c *cell) error {
		for range 4 {
			c.proxy.Down()
			pause(ctx, time.Duration(c.rand.IntN(700))*time.Millisecond)
			if err := c.proxy.Up(); err != nil {
				return err
			}
			pause(ctx, time.Duration(c.rand.IntN(500))*time.Millisecond)
		}
		return ctx.Err()
	}},
	{name: "disk full for state", prepare: smallStateDisk, run: fillStateDisk},
	{name: "disk full for state, kill -9", prepare: smallStateDisk, run: func(ctx context.Context, c *cell) error {
		if err := c.delivered(ctx); err != nil {
			return err
		}
		return often(ctx, c, func() error {
			return withFullDisk(ctx, c, func() error { return c.kill(ctx, 200*time.Millisecond) })
		})
	}},
	{name: "clock steps", prepare: steppedClock, run: stepClock},
	{name: "clock steps, kill -9", prepare: steppedClock, run: func(ctx context.Context, c *cell) error {
		return often(ctx, c, func() error {
			if err := c.setClock(); err != nil {
				return err
			}
			return c.kill(ctx, 200*time.Millisecond)
		})
	}},
	{name: "Elasticsearch killed and restarted", cluster: killCluster},
	{name: "Elasticsearch and naru killed", cluster: killCluster, run: func(ctx context.Context, c *cell) error {
		pause(ctx, time.Duration(c.rand.IntN(2000))*time.Millisecond)
		return c.kill(ctx, 2*time.Second)
	}},
	{name: "a node of three lost", cluster: loseNode, nodes: 3},
}

// often does something to naru at random moments.
func often(ctx context.Context, c *cell, what func() error) error {
	for range *kills {
		pause(ctx, time.Duration(c.rand.IntN(600))*time.Millisecond)
		if err := what(); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func killOften(ctx context.Context, c *cell) error {
	return often(ctx, c, func() error { return c.kill(ctx, 200*time.Millisecond) })
}

// inject lets a share of the bulks meet a fault for the time of writing.
func inject(f faultproxy.Fault, share float64) func(context.Context, *cell) error {
	return func(ctx context.Context, c *cell) error {
		c.proxy.Inject(faultproxy.Rule{Path: "/_bulk", Fault: f, Share: share})
		pause(ctx, 4*time.Second)
		c.proxy.Clear()
		return ctx.Err()
	}
}

func killCluster(ctx context.Context, c *cluster.Cluster, r *rand.Rand) error {
	pause(ctx, 500*time.Millisecond+time.Duration(r.IntN(1500))*time.Millisecond)
	c.Kill()
	return c.Restart(ctx)
}

// loseNode kills one node at a time, while the others go on.
func loseNode(ctx context.Context, c *cluster.Cluster, r *rand.Rand) error {
	for _, i := range r.Perm(3)[:2] {
		pause(ctx, 500*time.Millisecond+time.Duration(r.IntN(1000))*time.Millisecond)
		c.KillNode(i)
		pause(ctx, 2*time.Second)
		if err := c.RestartNode(ctx, i); err != nil {
			return err
		}
		// Until its copies are whole again the next node holds the only ones.
		if err := c.AwaitGreen(ctx); err != nil {
			return err
		}
	}
	return nil
}

// steppedClock runs naru on a clock that the test sets.
func steppedClock(c *cell) {
	c.program = &stepped
	c.env = append(c.env, clockVariable+"="+c.clockFile())
}

func (c *cell) clockFile() string { return filepath.Join(filepath.Dir(c.state), "clock") }

// setClock sets naru's clock off by up to two hours to either side.
func (c *cell) setClock() error {
	off := strconv.Itoa(c.rand.IntN(4*3600) - 2*3600)
	tmp := c.clockFile() + ".new"
	if err := os.WriteFile(tmp, []byte(off), 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, c.clockFile())
}

func stepClock(ctx context.Context, c *cell) error {
	for range 20 {
		pause(ctx, time.Duration(c.rand.IntN(400))*time.Millisecond)
		if err := c.setClock(); err != nil {
			return err
		}
	}
	return ctx.Err()
}
