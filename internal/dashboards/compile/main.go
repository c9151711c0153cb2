// Command compile writes pipelines/kibana/*.ndjson from the YAML beside it. It
// needs kb-dashboard-cli (PyPI) on the PATH or in KB_DASHBOARD.
package main

import (
	"cmp"
	"context"
	"fmt"
	"os"

	"github.com/naru-log/naru/internal/dashboards"
)

func main() {
	objects, err := dashboards.Compile(context.Background(), cmp.Or(os.Getenv("KB_DASHBOARD"), "kb-dashboard"), "pipelines/kibana/src")
	if err == nil {
		err = os.WriteFile("pipelines/kibana/access.ndjson", objects, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
