package elasticsearch

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/naru-log/naru/internal/servers"
)

// layout says where the nodes of a cluster keep their things and listen.
type layout struct {
	home, dir, java, heap string
	http, transport       []int // ports, by node
}

func nodeName(i int) string { return fmt.Sprintf("node-%d", i) }

func (l layout) node(i int, parts ...string) string {
	return filepath.Join(append([]string{l.dir, nodeName(i)}, parts...)...)
}

// writeNode writes the configuration directory of node i: the distribution's
// own files, and an elasticsearch.yml.
func (l layout) writeNode(i int, o Options) error {
	for _, d := range []string{"data", "logs", "tmp"} {
		if err := os.MkdirAll(l.node(i, d), 0o755); err != nil {
			return err
		}
	}
	config := l.node(i, "config")
	if err := os.CopyFS(config, os.DirFS(filepath.Join(l.home, "config"))); err != nil {
		return err
	}
	lines := l.settings(i)
	if o.Security != nil {
		more, err := o.Security.writeNode(l.dir, config)
		if err != nil {
			return err
		}
		lines = append(lines, more...)
	} else {
		lines = append(lines, "xpack.security.enabled: false")
	}
	lines = append(lines, o.Settings...)
	return os.WriteFile(filepath.Join(config, "elasticsearch.yml"), []byte(strings.Join(lines, "\n")+"\n"), 0o644)
}

// settings are the lines of node i's elasticsearch.yml that every cluster has.
func (l layout) settings(i int) []string {
	lines := []string{
		"cluster.name: naru-test",
		"node.name: " + nodeName(i),
		"path.data: " + l.node(i, "data"),
		"path.logs: " + l.node(i, "logs"),
		"network.host: 127.0.0.1",
		fmt.Sprintf("http.port: %d", l.http[i]),
		fmt.Sprintf("transport.port: %d", l.transport[i]),
		// a developer's disk is often fuller than production's may be
		"cluster.routing.allocation.disk.threshold_enabled: false",
	}
	if len(l.http) == 1 {
		return append(lines, "discovery.type: single-node")
	}
	var seeds, names []string
	for j, port := range l.transport {
		seeds = append(seeds, fmt.Sprintf("\"127.0.0.1:%d\"", port))
		names = append(names, nodeName(j))
	}
	return append(lines,
		"discovery.seed_hosts: ["+strings.Join(seeds, ", ")+"]",
		"cluster.initial_master_nodes: ["+strings.Join(names, ", ")+"]",
		// a killed node's absence shows soon
		"cluster.fault_detection.follower_check.interval: 1s",
		"cluster.fault_detection.leader_check.interval: 1s",
	)
}

func (l layout) command(i int) servers.Command {
	return servers.Command{
		Name: "Elasticsearch " + nodeName(i),
		Path: filepath.Join(l.home, "bin", "elasticsearch"),
		Env: []string{
			"ES_PATH_CONF=" + l.node(i, "config"),
			"ES_JAVA_HOME=" + l.java,
			"ES_JAVA_OPTS=-Xms" + l.heap + " -Xmx" + l.heap,
			"ES_TMPDIR=" + l.node(i, "tmp"),
			"HOME=" + l.node(i),
		},
		Dir:          l.node(i),
		Log:          l.node(i, "console.log"),
		Unprivileged: true,
	}
}
