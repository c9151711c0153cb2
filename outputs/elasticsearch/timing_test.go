package elasticsearch

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/elastic/elastic-transport-go/v8/elastictransport"
)

func TestBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBackoff(time.Second, 10*time.Second)
		bound := time.Second
		longest := time.Duration(0)
		for range 200 {
			start := time.Now()
			if err := b.sleep(t.Context()); err != nil {
				t.Fatal(err)
			}
			took := time.Since(start)
			if took <= 0 || took > bound+1 {
				t.Fatalf("waited %v, want more than nothing and at most %v", took, bound)
			}
			longest = max(longest, took)
			bound = min(2*bound, 10*time.Second)
		}
		if longest < 8*time.Second {
			t.Errorf("of 200 waits up to 10 s the longest is %v: the jitter is not full", longest)
		}
		b.reset()
		start := time.Now()
		if err := b.sleep(t.Context()); err != nil || time.Since(start) > time.Second+1 {
			t.Errorf("after a reset waited %v, %v", time.Since(start), err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := b.sleep(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("sleep in an ended context: %v", err)
		}
	})
}

func TestLimiterGrowsAndShrinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(8)
		once := func(took time.Duration, answered, overloaded bool) {
			if err := l.acquire(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(took)
			l.release(took, answered, overloaded)
		}
		if l.allowed() != 1 {
			t.Errorf("begins with %v", l.allowed())
		}
		for range 100 {
			once(20*time.Millisecond, true, false)
		}
		if l.allowed() != 8 {
			t.Errorf("after 100 good answers %v are allowed, want 8", l.allowed())
		}
		once(20*time.Millisecond, true, true)
		if got := l.allowed(); got < 5.5 || got > 5.7 {
			t.Errorf("after a 429 %v are allowed, want 5.6", got)
		}
		once(20*time.Millisecond, false, false)
		if got := l.allowed(); got > 5.7 {
			t.Errorf("no answer at all let the limit grow to %v", got)
		}
		once(3*time.Second, true, false)
		if got := l.allowed(); got > 4 {
			t.Errorf("after an answer that took 150 times as long %v are allowed", got)
		}
		for range 50 {
			once(time.Second, false, true)
		}
		if l.allowed() != 1 {
			t.Errorf("after 50 refusals %v are allowed, want 1", l.allowed())
		}
	})
}

// Requests that ran at the same time and were refused together count once.
func TestLimiterShrinksOncePerRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(100)
		l.limit = 100
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				if err := l.acquire(t.Context()); err != nil {
					t.Error(err)
				}
				time.Sleep(time.Second)
				l.release(time.Second, true, true)
			})
		}
		all.Wait()
		if l.allowed() != 70 {
			t.Errorf("%v are allowed, want 70", l.allowed())
		}
	})
}

func TestLimiterLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(3)
		l.limit = 3
		running, most, done := 0, 0, 0
		var mu sync.Mutex
		var all sync.WaitGroup
		for i := range 50 {
			all.Go(func() {
				ctx := t.Context()
				if i%5 == 0 { // some give up waiting
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, time.Duration(i)*time.Second/10)
					defer cancel()
				}
				if l.acquire(ctx) != nil {
					return
				}
				mu.Lock()
				running++
				most = max(most, running)
				mu.Unlock()
				time.Sleep(time.Second)
				mu.Lock()
				running--
				done++
				mu.Unlock()
				l.release(time.Second, true, false)
			})
		}
		all.Wait()
		if most != 3 || done < 40 || l.running != 0 || len(l.waiting) != 0 {
			t.Errorf("at most %d at once, %d done, %d running, %d waiting", most, done, l.running, len(l.waiting))
		}
	})
}

// A turn that comes at the moment at which its request gives up is not lost.
func TestLimiterTurnForNobody(t *testing.T) {
	for range 500 {
		synctest.Test(t, func(t *testing.T) {
			l := newLimiter(1)
			if err := l.acquire(t.Context()); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				if l.acquire(ctx) == nil {
					l.release(time.Second, true, false)
				}
			}()
			synctest.Wait()
			cancel()
			l.release(time.Second, true, false)
			synctest.Wait()
			if l.running != 0 {
				t.Fatalf("%d requests run for nobody", l.running)
			}
		})
	}
}

func TestNodesRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var conns []*elastictransport.Connection
		for _, host := range []string{"a", "b", "c"} {
			conns = append(conns, &elastictransport.Connection{URL: &url.URL{Scheme: "http", Host: host}})
		}
		n := newNodes(conns)
		next := func(times int) string {
			var got string
			for range times {
				c, err := n.Next()
				if err != nil {
					t.Fatal(err)
				}
				got += c.URL.Host
			}
			return got
		}
		if got := next(4); got != "abca" {
			t.Errorf("nodes in turn: %s, want abca", got)
		}
		n.failed("b")
		if got := next(4); got != "caca" {
			t.Errorf("while b rests: %s, want caca", got)
		}
		time.Sleep(firstRest)
		if got := next(4); got != "bcac" {
			t.Errorf("after its rest b is tried once until it answers: %s, want bcac", got)
		}
		if err := n.OnSuccess(conns[1]); err != nil {
			t.Fatal(err)
		}
		if got := next(3); got != "abc" {
			t.Errorf("after b answered: %s, want abc", got)
		}
		for range 3 {
			for _, host := range []string{"c", "a", "b"} {
				n.failed(host)
				time.Sleep(time.Millisecond)
			}
		}
		if got := next(1); got != "c" {
			t.Errorf("when all rest: %s, want the one that rests since longest, c", got)
		}
		for range 20 {
			n.failed("a")
		}
		if n.all[0].rest != lastRest {
			t.Errorf("a node rests %v, want at most %v", n.all[0].rest, lastRest)
		}
		if len(n.URLs()) != 3 {
			t.Errorf("URLs: %v", n.URLs())
		}
	})
}

func TestHealthSaysEachThingOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log lockedBuffer
		h := newHealth(logger(&log))
		said := func() int { return log.lines() }
		one, other := errors.New("one"), errors.New("other")
		h.ok()
		if h.reason() != nil || said() != 0 || !h.known() {
			t.Errorf("ok says something: %s", &log)
		}
		for range 30 {
			h.fail(one)
			time.Sleep(time.Second)
		}
		if said() != 1 || h.reason() != one {
			t.Errorf("30 s of the same: %s", &log)
		}
		time.Sleep(time.Minute)
		h.fail(one)
		if said() != 2 {
			t.Errorf("after a minute: %s", &log)
		}
		for range 10 {
			h.fail(other)
			h.fail(one)
			time.Sleep(time.Second)
		}
		if said() > 5 {
			t.Errorf("two reasons in turn: %s", &log)
		}
		h.ok()
		if h.reason() != nil || said() == 2 {
			t.Errorf("after recovery: %s", &log)
		}
	})
}
