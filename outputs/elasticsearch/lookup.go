package elasticsearch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// lookupIDs is how many documents one search asks for.
const lookupIDs = 1000

// resolve finds out which doubtful items are stored already and takes those out
// as delivered, however often that has to be tried. The error is that ctx ended.
func (s *sender) resolve(ctx context.Context, b *body) error {
	for {
		err := s.lookUp(ctx, b)
		if err == nil {
			s.wait.reset()
			s.out.health.ok()
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if refused := (*statusError)(nil); errors.As(err, &refused) && refused.status == http.StatusUnauthorized {
			_, err = s.denied(err)
		}
		s.out.health.fail(fmt.Errorf("look up what is stored already: %w", err))
		if err := s.wait.sleep(ctx); err != nil {
			return err
		}
	}
}

// lookUp asks for all doubtful items, over every index of their data streams.
func (s *sender) lookUp(ctx context.Context, b *body) error {
	ids := make(map[string][][]byte) // by name of index or data stream
	for i := range b.items {
		if b.items[i].doubtful {
			name := s.bulk.index
			if index, _ := b.parts(i); index != nil {
				name = string(index)
			}
			ids[name] = append(ids[name], b.id(i))
		}
	}
	stored := make(map[string]bool)
	for name, ids := range ids {
		err := s.out.client.stored(ctx, s.out.config.Timeout, name, ids, stored)
		if refused := (*statusError)(nil); errors.As(err, &refused) && cannotLookUp(refused.status) {
			s.out.cannotLook.Do(func() {
				s.out.log.Warn("cannot look up what an earlier run stored; if the data stream rolled over since, documents may be there twice: give the user the privileges read and maintenance", "index", name, "error", err)
			})
			continue
		}
		if err != nil {
			return err
		}
	}
	s.out.metrics.found.Add(float64(len(stored)))
	if len(stored) > 0 {
		b.keep(len(b.items), func(i int) bool { return !stored[string(b.id(i))] })
	}
	for i := range b.items {
		b.items[i].doubtful = false
	}
	b.doubtful = false
	return nil
}

// cannotLookUp says that trying again would not help. Creating the documents is
// safe all the same as long as they are in the index that is written to.
func cannotLookUp(status int) bool {
	return status == http.StatusForbidden || status == http.StatusBadRequest
}

// stored adds to found those ids that an index or data stream holds.
func (c *client) stored(ctx context.Context, t time.Duration, name string, ids [][]byte, found map[string]bool) error {
	exists, err := c.refresh(ctx, t, name)
	if err != nil || !exists {
		return err
	}
	for len(ids) > 0 {
		n := min(lookupIDs, len(ids))
		if err := c.search(ctx, t, name, ids[:n], found); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// refresh makes everything that was stored visible to searches.
func (c *client) refresh(ctx context.Context, t time.Duration, name string) (exists bool, err error) {
	err = c.call(ctx, t, esapi.IndicesRefreshRequest{Index: []string{url.PathEscape(name)}, FilterPath: []string{"_shards.failed"}}, checkShards)
	return !isStatus(err, http.StatusNotFound), ignoreStatus(err, http.StatusNotFound)
}

func (c *client) search(ctx context.Context, t time.Duration, name string, ids [][]byte, found map[string]bool) error {
	body := fmt.Appendf(nil, `{"size":%d,"_source":false,"track_total_hits":false,"sort":["_doc"],"query":{"ids":{"values":[`, len(ids))
	for i, id := range ids {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(append(append(body, '"'), id...), '"')
	}
	body = append(body, `]}}}`...)
	whole := false
	return ignoreStatus(c.call(ctx, t, esapi.SearchRequest{
		Index: []string{url.PathEscape(name)}, Body: bytes.NewReader(body), AllowPartialSearchResults: &whole,
		FilterPath: []string{"timed_out", "_shards.failed", "hits.hits._id"},
	}, func(r io.Reader) error {
		var answer struct {
			Shards struct{ Failed int } `json:"_shards"`
			Hits   struct {
				Hits []struct {
					ID string `json:"_id"`
				}
			}
			TimedOut bool `json:"timed_out"`
		}
		if err := json.NewDecoder(r).Decode(&answer); err != nil {
			return fmt.Errorf("read the answer to a search: %w", err)
		}
		if answer.Shards.Failed > 0 || answer.TimedOut {
			return errShards
		}
		for _, hit := range answer.Hits.Hits {
			found[hit.ID] = true
		}
		return nil
	}), http.StatusNotFound)
}

// errShards says that an answer does not speak for the whole index.
var errShards = errors.New("some shards did not answer")

func checkShards(r io.Reader) error {
	var answer struct {
		Shards struct{ Failed int } `json:"_shards"`
	}
	if err := json.NewDecoder(r).Decode(&answer); err != nil {
		return fmt.Errorf("read the answer to a refresh: %w", err)
	}
	if answer.Shards.Failed > 0 {
		return errShards
	}
	return nil
}
