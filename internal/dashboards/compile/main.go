// Command compile writes pipelines/kibana/*.ndjson from the YAML beside it. Run
// it from the root of the repository, as make dashboards does.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/naru-log/naru/internal/dashboards"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := compile(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func compile(ctx context.Context) error {
	compiler, err := dashboards.Compiler(ctx)
	if err != nil {
		return err
	}
	objects, err := dashboards.Compile(ctx, compiler, "pipelines/kibana/src")
	if err != nil {
		return err
	}
	return os.WriteFile("pipelines/kibana/access.ndjson", objects, 0o644)
}
