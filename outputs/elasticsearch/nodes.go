package elasticsearch

import (
	"net/url"
	"sync"
	"time"

	"github.com/elastic/elastic-transport-go/v8/elastictransport"
)

// A node that failed rests, each time longer, so that requests do not wait for
// it again and again.
const (
	firstRest = time.Second
	lastRest  = time.Minute
)

// nodes picks the node of each request: in turn, leaving out those that rest.
// When all rest, the one that has done so longest is tried. The pool of the
// transport rests a node for at least a minute and keeps a goroutine for it,
// hence our own. It is safe for concurrent use.
type nodes struct {
	mu   sync.Mutex
	all  []*node
	next int
}

type node struct {
	conn  *elastictransport.Connection
	rest  time.Duration // of the last rest, 0 for none
	until time.Time     // when it may be tried again
}

var _ elastictransport.ConcurrentSafeConnectionPool = (*nodes)(nil)

func newNodes(conns []*elastictransport.Connection) *nodes {
	n := &nodes{}
	for _, c := range conns {
		n.all = append(n.all, &node{conn: c})
	}
	return n
}

// Next picks a node.
func (n *nodes) Next() (*elastictransport.Connection, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	var best *node
	for range n.all {
		candidate := n.all[n.next%len(n.all)]
		n.next++
		if !now.Before(candidate.until) {
			if candidate.rest > 0 { // one request tries it; the others leave it alone until then
				candidate.until = now.Add(candidate.rest)
			}
			return candidate.conn, nil
		}
		if best == nil || candidate.until.Before(best.until) {
			best = candidate
		}
	}
	return best.conn, nil
}

// OnSuccess ends a node's rest.
func (n *nodes) OnSuccess(c *elastictransport.Connection) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if node := n.find(c); node != nil {
		node.rest, node.until = 0, time.Time{}
	}
	return nil
}

// OnFailure lets a node rest.
func (n *nodes) OnFailure(c *elastictransport.Connection) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if node := n.find(c); node != nil {
		node.rest = min(max(2*node.rest, firstRest), lastRest)
		node.until = time.Now().Add(node.rest)
	}
	return nil
}

// failed lets the node at a host rest, which answered, but only that it cannot.
func (n *nodes) failed(host string) {
	for _, node := range n.all {
		if node.conn.URL.Host == host {
			n.OnFailure(node.conn) // never fails
			return
		}
	}
}

// URLs lists the nodes.
func (n *nodes) URLs() []*url.URL {
	var urls []*url.URL
	for _, node := range n.all {
		urls = append(urls, node.conn.URL)
	}
	return urls
}

// ConcurrentSafe says that the transport need not lock.
func (n *nodes) ConcurrentSafe() {}

func (n *nodes) find(c *elastictransport.Connection) *node {
	for _, node := range n.all {
		if node.conn == c {
			return node
		}
	}
	return nil
}
