// Package modjk writes the configuration with which an Apache of package apache
// spreads requests over Tomcats through mod_jk.
package modjk

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/naru-log/naru/internal/servers"
)

// LogFormat is combined with %D and the balancer's facts behind it: the worker
// asked for, the one that answered, and seconds it took.
const LogFormat = `%h %l %u %t \"%r\" %>s %b %D \"%{Referer}i\" \"%{User-Agent}i\" %{JK_WORKER_NAME}n %{JK_LB_LAST_NAME}n %{JK_REQUEST_DURATION}n`

// Worker is a Tomcat behind the balancer. Name is its jvmRoute.
type Worker struct {
	Name string
	Port int // of its AJP connector on 127.0.0.1
}

// Balancer is what Apache needs to know.
type Balancer struct {
	Modules []string // for apache.Config
	Extra   string   // for apache.Config
	Log     string   // mod_jk.log
}

// New makes a balancer named "balancer" that takes every path but the readiness
// probe's. Its files are removed when the test ends, so make it before Apache.
// A worker that fails is tried again after a second.
func New(t testing.TB, workers ...Worker) Balancer {
	t.Helper()
	dir, err := servers.NewDir("modjk", false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	properties := filepath.Join(dir, "workers.properties")
	if err := os.WriteFile(properties, []byte(workersFile(workers)), 0o644); err != nil {
		t.Fatal(err)
	}
	b := Balancer{Modules: []string{"jk"}, Log: filepath.Join(dir, "mod_jk.log")}
	b.Extra = fmt.Sprintf(`JkWorkersFile %q
JkLogFile %q
JkShmFile %q
JkLogLevel info
JkWatchdogInterval 1
JkMount /* balancer
JkUnMount /.naru-ready balancer
`, properties, b.Log, filepath.Join(dir, "jk.shm"))
	return b
}

// workersFile writes workers.properties for the workers.
func workersFile(workers []Worker) string {
	var b strings.Builder
	var names []string
	for _, w := range workers {
		names = append(names, w.Name)
		fmt.Fprintf(&b, "worker.%s.type=ajp13\nworker.%s.host=127.0.0.1\nworker.%s.port=%d\n", w.Name, w.Name, w.Name, w.Port)
	}
	fmt.Fprintf(&b, `worker.list=balancer
worker.balancer.type=lb
worker.balancer.balance_workers=%s
worker.balancer.method=R
worker.balancer.recover_time=1
worker.maintain=1
`, strings.Join(names, ","))
	return b.String()
}
