// Package cluster holds what Elasticsearch and OpenSearch have in common as
// servers of tests: nodes that are killed and come back, and the few questions
// that a test asks them.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/naru-log/naru/internal/servers"
	"github.com/naru-log/naru/internal/servers/certs"
)

// Spec describes a cluster to launch.
type Spec struct {
	Name      string // for messages
	Dir       string // everything of this cluster; removed by Stop
	Nodes     []Node
	User      string // basic authentication, none when empty
	Password  string
	Authority *certs.Authority // of https nodes
	Client    certs.Pair       // what to show to https nodes
}

// Node is one server process of a cluster.
type Node struct {
	URL     string
	Command servers.Command
}

// Cluster is a running set of nodes. Its methods may be called from several
// goroutines.
type Cluster struct {
	spec   Spec
	client *http.Client

	mu       sync.Mutex
	running  []*servers.Process // nil: this node is down
	reported []int              // bytes of each node's log that failures have shown
}

// startLimit is how long a cluster may take to form on a busy small machine.
const startLimit = 10 * time.Minute

// Launch starts every node and returns when the cluster is formed. Stop must be
// called. When it fails, spec.Dir is removed.
func Launch(ctx context.Context, spec Spec) (*Cluster, error) {
	c := &Cluster{spec: spec, running: make([]*servers.Process, len(spec.Nodes)), reported: make([]int, len(spec.Nodes))}
	client, err := newClient(spec)
	if err == nil {
		c.client = client
		err = c.Restart(ctx)
	}
	if err != nil {
		c.Stop()
		return nil, fmt.Errorf("start %s: %w", spec.Name, err)
	}
	return c, nil
}

// newClient makes a client that leaves no idle connections, whose goroutines
// leak detectors would take for the tested program's.
func newClient(spec Spec) (*http.Client, error) {
	transport := &http.Transport{DisableKeepAlives: true}
	if spec.Authority != nil {
		config, err := spec.Authority.ClientConfig(spec.Client)
		if err != nil {
			return nil, err
		}
		transport.TLSClientConfig = config
	}
	return &http.Client{Transport: transport}, nil
}

// URLs gives the address of every node, whether it runs or not.
func (c *Cluster) URLs() []string {
	urls := make([]string, len(c.spec.Nodes))
	for i, n := range c.spec.Nodes {
		urls[i] = n.URL
	}
	return urls
}

// URL is the address of the first node.
func (c *Cluster) URL() string { return c.spec.Nodes[0].URL }

// User and Password are the superuser's; empty without security.
func (c *Cluster) User() string     { return c.spec.User }
func (c *Cluster) Password() string { return c.spec.Password }

// Authority signed the nodes' certificates; nil without TLS.
func (c *Cluster) Authority() *certs.Authority { return c.spec.Authority }

// ClientCert is a certificate for clients, by the same authority; empty without
// TLS.
func (c *Cluster) ClientCert() certs.Pair { return c.spec.Client }

// Kill sends SIGKILL to every node.
func (c *Cluster) Kill() {
	for i := range c.spec.Nodes {
		c.KillNode(i)
	}
}

// KillNode sends SIGKILL to node i and returns when it is gone.
func (c *Cluster) KillNode(i int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running[i] != nil {
		c.running[i].Kill()
		c.running[i] = nil
	}
}

// Restart starts the nodes that are down, at their old addresses and with their
// old data, and returns when all of them are in the cluster.
func (c *Cluster) Restart(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for i := range c.spec.Nodes {
		if err := c.launchNode(i); err != nil {
			return err
		}
	}
	for i := range c.spec.Nodes {
		if err := c.awaitNode(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// RestartNode starts node i again and returns when it is in the cluster.
func (c *Cluster) RestartNode(ctx context.Context, i int) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	if err := c.launchNode(i); err != nil {
		return err
	}
	return c.awaitNode(ctx, i)
}

func (c *Cluster) launchNode(i int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running[i] != nil {
		return nil
	}
	p, err := servers.Launch(c.spec.Nodes[i].Command)
	if err != nil {
		return err
	}
	c.running[i] = p
	return nil
}

// awaitNode waits until node i sees a cluster of all nodes that run, with every
// primary shard at hand. `GET /` is not asked: small distributions answer 405.
func (c *Cluster) awaitNode(ctx context.Context, i int) error {
	c.mu.Lock()
	process := c.running[i]
	up := 0
	for _, p := range c.running {
		if p != nil {
			up++
		}
	}
	c.mu.Unlock()
	if process == nil {
		return errors.New("the node was killed while it started")
	}
	path := fmt.Sprintf("/_cluster/health?wait_for_nodes=%d&wait_for_status=yellow&timeout=2s", up)
	return process.Await(ctx, func(ctx context.Context) error {
		a, err := c.ask(ctx, i, http.MethodGet, path, nil)
		if err != nil {
			return err
		}
		return a.Err()
	})
}

// AwaitGreen returns when every copy of every shard is at hand.
func (c *Cluster) AwaitGreen(ctx context.Context) error {
	for {
		a, err := c.Do(ctx, http.MethodGet, "/_cluster/health?wait_for_status=green&timeout=30s", nil)
		if err == nil {
			err = a.Err()
		}
		if err == nil {
			return nil
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("wait for every copy: %w", err)
		}
	}
}

// Stop ends every node and removes the cluster's directory.
func (c *Cluster) Stop() {
	c.Kill() // nothing of it is kept, so nothing needs an orderly end
	os.RemoveAll(c.spec.Dir)
}

// anyUp gives a node that runs.
func (c *Cluster) anyUp() (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, p := range c.running {
		if p != nil {
			return i, nil
		}
	}
	return 0, fmt.Errorf("every node of %s is down", c.spec.Name)
}
