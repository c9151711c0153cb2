// Package elasticsearch starts the real Elasticsearch 8.19, in the small
// distribution that Maven Central has: no ILM, no ingest processors, no
// painless, and `GET /` answers 405.
package elasticsearch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/naru-log/naru/internal/servers"
	"github.com/naru-log/naru/internal/servers/cluster"
	"github.com/naru-log/naru/internal/servers/maven"
)

// Artifact is the distribution, as Maven names it.
const Artifact = "org.elasticsearch.distribution.integ-test-zip:elasticsearch:8.19.21:zip"

// Options says what cluster to start. The zero value is one open node.
type Options struct {
	Nodes    int      // 1 when zero
	Port     int      // of the first node; a free one when zero
	Heap     string   // of each node, as -Xmx takes it; 512m when empty
	Settings []string // further lines of every node's elasticsearch.yml
	Security *Security
}

// Start starts a cluster that is stopped when the test ends. A start takes some
// 15 s: tests of one package share one through NewShared where they can.
func Start(t testing.TB, o Options) *cluster.Fixture {
	t.Helper()
	c, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Stop)
	return c.For(t)
}

// NewShared makes a cluster that the tests of a package share.
func NewShared(o Options) *cluster.Shared {
	return cluster.NewShared(func(ctx context.Context) (*cluster.Cluster, error) { return New(ctx, o) })
}

// New starts a cluster and returns when it is formed. Its Stop must be called.
func New(ctx context.Context, o Options) (*cluster.Cluster, error) {
	home, err := distribution(ctx)
	if err != nil {
		return nil, fmt.Errorf("get Elasticsearch: %w", err)
	}
	dir, err := servers.NewDir("elasticsearch", false)
	if err != nil {
		return nil, err
	}
	spec, err := o.spec(home, dir)
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("prepare Elasticsearch: %w", err)
	}
	return cluster.Launch(ctx, spec)
}

// Prepare downloads and unpacks the distribution, so that starts need not.
func Prepare(ctx context.Context) error {
	_, err := distribution(ctx)
	return err
}

// distribution gives the directory of the unpacked distribution.
func distribution(ctx context.Context) (string, error) {
	dir, err := maven.FetchUnzipped(ctx, Artifact)
	if err != nil {
		return "", err
	}
	if dir, err = servers.Readable(dir); err != nil {
		return "", err
	}
	found, err := filepath.Glob(filepath.Join(dir, "*", "bin", "elasticsearch"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("%s holds no Elasticsearch (%d bin/elasticsearch found)", dir, len(found))
	}
	return filepath.Dir(filepath.Dir(found[0])), nil
}

// spec writes what every node needs below dir.
func (o Options) spec(home, dir string) (cluster.Spec, error) {
	spec := cluster.Spec{Name: "Elasticsearch", Dir: dir}
	nodes := max(o.Nodes, 1)
	ports, err := servers.FreePorts(2 * nodes)
	if err != nil {
		return spec, err
	}
	if o.Port != 0 {
		ports[0] = o.Port
	}
	java, err := servers.JavaHome()
	if err != nil {
		return spec, err
	}
	l := layout{home: home, dir: dir, java: java, heap: cmp.Or(o.Heap, "512m"), http: ports[:nodes], transport: ports[nodes:]}
	scheme := "http"
	if o.Security != nil {
		scheme = "https"
		if err := o.Security.prepare(dir, &spec); err != nil {
			return spec, err
		}
	}
	for i := range nodes {
		if err := l.writeNode(i, o); err != nil {
			return spec, fmt.Errorf("configure node %d: %w", i, err)
		}
		spec.Nodes = append(spec.Nodes, cluster.Node{
			URL:     scheme + "://127.0.0.1:" + strconv.Itoa(ports[i]),
			Command: l.command(i),
		})
	}
	return spec, servers.GiveToNobody(dir)
}

var errBadUser = errors.New("a user needs a name without ':' or ',', a password of six characters or more, and a role")
