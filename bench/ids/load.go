package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/naru-log/naru/internal/servers/cluster"
	output "github.com/naru-log/naru/outputs/elasticsearch"
)

// kind is one way to make ids.
type kind struct {
	name  string
	files int // that the lines come from, in turn
	ours  bool
}

// cost is what a million documents cost the server, and how many it took a
// second.
type cost struct{ cpu, rate float64 }

const index = "ids"

const settings = `{"settings":{"number_of_replicas":0,"number_of_shards":1,"refresh_interval":%q},
"mappings":{"dynamic_templates":[{"strings":{"match_mapping_type":"string","mapping":{"type":"keyword","ignore_above":1024}}}]}}`

// load indexes the documents and measures until the server is done with them,
// its merges included.
func load(ctx context.Context, es *cluster.Cluster, o options, k kind, documents [][]byte) (cost, error) {
	if err := ask(ctx, es, http.MethodDelete, "/"+index+"?ignore_unavailable=true", nil); err != nil {
		return cost{}, err
	}
	if err := ask(ctx, es, http.MethodPut, "/"+index, fmt.Sprintf(settings, o.refresh)); err != nil {
		return cost{}, err
	}
	before, err := cpu(ctx, es)
	if err != nil {
		return cost{}, err
	}
	start := time.Now()
	if err := send(ctx, es, o, k, documents); err != nil {
		return cost{}, err
	}
	took := time.Since(start).Seconds()
	if err := settle(ctx, es); err != nil {
		return cost{}, err
	}
	after, err := cpu(ctx, es)
	millions := float64(len(documents)) / 1e6
	return cost{cpu: (after - before) / millions, rate: float64(len(documents)) / took}, err
}

// settle waits until everything is on disk and merged.
func settle(ctx context.Context, es *cluster.Cluster) error {
	if err := ask(ctx, es, http.MethodPost, "/"+index+"/_flush?wait_if_ongoing=true", nil); err != nil {
		return err
	}
	for {
		a, err := es.Do(ctx, http.MethodGet, "/"+index+"/_stats/merge?filter_path=_all.total.merges.current", nil)
		if err != nil {
			return err
		}
		if bytes.Contains(a.Body, []byte(`"current":0}`)) {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// send keeps a few requests under way, which hold the documents in order.
func send(ctx context.Context, es *cluster.Cluster, o options, k kind, documents [][]byte) error {
	ids := newIDs(k)
	bodies := make(chan []byte)
	sending, ctx := errgroup.WithContext(ctx)
	sending.Go(func() error {
		defer close(bodies)
		for len(documents) > 0 {
			n := min(o.bulk, len(documents))
			var body []byte
			for _, d := range documents[:n] {
				body = append(ids.action(body, len(d)), d...)
			}
			documents = documents[n:]
			select {
			case bodies <- body:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	for range o.senders {
		sending.Go(func() error {
			for body := range bodies {
				if err := ask(ctx, es, http.MethodPost, "/"+index+"/_bulk?filter_path=errors", body); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return sending.Wait()
}

func ask(ctx context.Context, es *cluster.Cluster, method, path string, body any) error {
	a, err := es.Do(ctx, method, path, body)
	if err != nil {
		return err
	}
	if err := a.Err(); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if bytes.Contains(a.Body, []byte(`"errors":true`)) {
		return fmt.Errorf("%s %s: some documents were refused", method, path)
	}
	return nil
}

// ids makes action lines.
type ids struct {
	kind
	sources []uint64
	offsets []int64
	next    int
	at      time.Time
}

func newIDs(k kind) *ids {
	i := &ids{kind: k, offsets: make([]int64, k.files), at: time.Now()}
	for range k.files {
		i.sources = append(i.sources, rand.Uint64())
	}
	return i
}

func (i *ids) action(to []byte, size int) []byte {
	if !i.ours {
		return append(to, "{\"create\":{}}\n"...)
	}
	file := i.next % i.files
	i.next++
	i.at = i.at.Add(time.Millisecond)
	to = append(to, `{"create":{"_id":"`...)
	to = output.AppendID(to, i.at.UnixNano(), i.sources[file], i.offsets[file])
	i.offsets[file] += int64(size)
	return append(to, "\"}}\n"...)
}
