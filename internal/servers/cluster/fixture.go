package cluster

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/naru-log/naru/internal/servers"
)

// Fixture is a cluster as one test uses it: what goes wrong fails the test.
type Fixture struct {
	c *Cluster
	t testing.TB
}

// For binds the cluster to a test, and shows the end of the nodes' logs when it
// fails: once, when tests within it use the cluster too.
func (c *Cluster) For(t testing.TB) *Fixture {
	t.Cleanup(func() {
		if t.Failed() {
			c.report(t)
		}
	})
	return &Fixture{c: c, t: t}
}

// report shows what the nodes have logged since the last report.
func (c *Cluster) report(t testing.TB) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, n := range c.spec.Nodes {
		b, err := os.ReadFile(n.Command.Log)
		if err != nil {
			t.Logf("%v", err)
			continue
		}
		if len(b) > c.reported[i] {
			t.Logf("end of %s:\n%s", n.Command.Log, servers.TailOf(string(b[c.reported[i]:]), servers.ReportLines))
		}
		c.reported[i] = len(b)
	}
}

// Cluster gives the cluster itself, for what must not fail the test.
func (f *Fixture) Cluster() *Cluster { return f.c }

// URL is the address of the first node.
func (f *Fixture) URL() string { return f.c.URL() }

// URLs gives the address of every node.
func (f *Fixture) URLs() []string { return f.c.URLs() }

// User is the superuser; empty without security.
func (f *Fixture) User() string { return f.c.User() }

// Password is the superuser's; empty without security.
func (f *Fixture) Password() string { return f.c.Password() }

// CAFile is the certificate of the authority that signed the nodes', PEM; empty
// without TLS.
func (f *Fixture) CAFile() string {
	if a := f.c.Authority(); a != nil {
		return a.File
	}
	return ""
}

// Kill sends SIGKILL to every node.
func (f *Fixture) Kill() { f.c.Kill() }

// KillNode sends SIGKILL to node i.
func (f *Fixture) KillNode(i int) { f.c.KillNode(i) }

// Stop ends the cluster before the test does.
func (f *Fixture) Stop() { f.c.Stop() }

// Restart starts what is down and waits until the cluster is whole.
func (f *Fixture) Restart() {
	f.t.Helper()
	f.check(f.c.Restart(f.t.Context()))
}

// RestartNode starts node i and waits until it is in the cluster.
func (f *Fixture) RestartNode(i int) {
	f.t.Helper()
	f.check(f.c.RestartNode(f.t.Context(), i))
}

// Do asks a node that runs and gives the answer whatever its status.
func (f *Fixture) Do(method, path string, body any) Answer {
	f.t.Helper()
	a, err := f.c.Do(f.t.Context(), method, path, body)
	f.check(err)
	return a
}

// Must is Do that fails the test when the status is not 2xx.
func (f *Fixture) Must(method, path string, body any) Answer {
	f.t.Helper()
	a := f.Do(method, path, body)
	if err := a.Err(); err != nil {
		f.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

// Refresh makes what was indexed so far visible to searches.
func (f *Fixture) Refresh(index string) {
	f.t.Helper()
	f.check(f.c.Refresh(f.t.Context(), index))
}

// Count refreshes the index and counts its documents; 0 when it does not exist.
func (f *Fixture) Count(index string) int {
	f.t.Helper()
	f.Refresh(index)
	n, err := f.c.Count(f.t.Context(), index)
	f.check(err)
	return n
}

// Search refreshes the index and runs a query.
func (f *Fixture) Search(index string, body any) Result {
	f.t.Helper()
	f.Refresh(index)
	r, err := f.c.Search(f.t.Context(), index, body)
	f.check(err)
	return r
}

// Documents refreshes the index and calls visit with each document.
func (f *Fixture) Documents(index string, visit func(Hit)) {
	f.t.Helper()
	f.Refresh(index)
	f.check(f.c.Documents(f.t.Context(), index, func(h Hit) error { visit(h); return nil }))
}

func (f *Fixture) check(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// Shared is one cluster for all tests of a package, because a start takes many
// seconds. It starts when a test first asks for it; TestMain must call Stop
// after m.Run.
type Shared struct {
	start func(context.Context) (*Cluster, error)

	mu sync.Mutex
	c  *Cluster // nil until the first test asks
}

// NewShared makes a Shared around the function that starts its cluster.
func NewShared(start func(context.Context) (*Cluster, error)) *Shared {
	return &Shared{start: start}
}

// For gives the cluster to a test, whole: nodes that an earlier test killed are
// started again.
func (s *Shared) For(t testing.TB) *Fixture {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	if s.c == nil {
		s.c, err = s.start(context.WithoutCancel(t.Context()))
	} else {
		err = s.c.Restart(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return s.c.For(t)
}

// Stop ends the cluster if it was ever started.
func (s *Shared) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.c != nil {
		s.c.Stop()
		s.c = nil
	}
}
