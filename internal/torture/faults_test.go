//go:build servers

package torture

import (
	"context"
	"time"

	"github.com/naru-log/naru/internal/servers/faultproxy"
)

var faults = []fault{
	{name: "nothing", run: func(context.Context, *cell) error { return nil }},
	{name: "kill -9", run: func(ctx context.Context, c *cell) error {
		return c.often(ctx, 8, func() { c.naru.Kill(); c.kills++ })
	}},
	{name: "SIGTERM", run: func(ctx context.Context, c *cell) error {
		return c.often(ctx, 5, func() { c.naru.Stop() })
	}},
	{name: "429 storms", run: inject(faultproxy.Status(429), 0.6)},
	{name: "503", run: inject(faultproxy.Status(503), 0.6)},
	{name: "half of the items fail", run: inject(faultproxy.FailItems(0.5, 429), 1)},
	{name: "slow answers", run: inject(faultproxy.Delay(300*time.Millisecond), 1)},
	{name: "requests cut", run: inject(faultproxy.CutRequest(), 0.3)},
	{name: "answers cut", run: inject(faultproxy.CutAnswer(), 0.3)},
	{name: "answers cut, kill -9", run: func(ctx context.Context, c *cell) error {
		c.proxy.Inject(faultproxy.Rule{Fault: faultproxy.CutAnswer(), Share: 0.3})
		err := c.often(ctx, 8, func() { c.naru.Kill(); c.kills++ })
		c.proxy.Clear()
		return err
	}},
	{name: "network down", run: func(ctx context.Context, c *cell) error {
		for range 3 {
			c.proxy.Down()
			pause(ctx, time.Duration(c.rand.IntN(700))*time.Millisecond)
			if err := c.proxy.Up(); err != nil {
				return err
			}
			pause(ctx, time.Duration(c.rand.IntN(500))*time.Millisecond)
		}
		return nil
	}},
	{name: "Elasticsearch killed and restarted", slow: true, run: func(ctx context.Context, c *cell) error {
		pause(ctx, time.Second)
		c.es.Kill()
		pause(ctx, time.Second)
		return c.es.Cluster().Restart(ctx)
	}},
	{name: "Elasticsearch and naru killed", slow: true, run: func(ctx context.Context, c *cell) error {
		pause(ctx, time.Second)
		c.es.Kill()
		c.naru.Kill()
		c.kills++
		c.naru = binary.Start(c.t, nil, c.args...)
		return c.es.Cluster().Restart(ctx)
	}},
}

// often stops naru n times at random moments and starts it again after a random
// while.
func (c *cell) often(ctx context.Context, n int, stop func()) error {
	for range n {
		pause(ctx, time.Duration(c.rand.IntN(600))*time.Millisecond)
		stop()
		pause(ctx, time.Duration(c.rand.IntN(200))*time.Millisecond)
		c.naru = binary.Start(c.t, nil, c.args...)
	}
	return ctx.Err()
}

// inject lets a share of the requests meet a fault for the time of writing.
func inject(f faultproxy.Fault, share float64) func(context.Context, *cell) error {
	return func(ctx context.Context, c *cell) error {
		c.proxy.Inject(faultproxy.Rule{Fault: f, Share: share})
		pause(ctx, 4*time.Second)
		c.proxy.Clear()
		return nil
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
