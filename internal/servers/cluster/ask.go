package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Answer is what a node said.
type Answer struct {
	Status int
	Body   []byte
}

// Err is an error with the answer's text when the status is not 2xx.
func (a Answer) Err() error {
	if a.Status/100 == 2 {
		return nil
	}
	return fmt.Errorf("status %d: %s", a.Status, a.Body)
}

// withoutShards reports whether the node had no shard to ask.
func (a Answer) withoutShards() bool {
	return a.Status == http.StatusServiceUnavailable && bytes.Contains(a.Body, []byte("no_shard_available_action_exception"))
}

// Do asks a node that runs. The body is a string or []byte sent as it is, or
// anything else sent as JSON; nil sends none. An answer of any status is no
// error.
func (c *Cluster) Do(ctx context.Context, method, path string, body any) (Answer, error) {
	i, err := c.anyUp()
	if err != nil {
		return Answer{}, err
	}
	return c.ask(ctx, i, method, path, body)
}

func (c *Cluster) ask(ctx context.Context, node int, method, path string, body any) (Answer, error) {
	sent, err := encode(body)
	if err != nil {
		return Answer{}, fmt.Errorf("%s %s: %w", method, path, err)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.spec.Nodes[node].URL+path, bytes.NewReader(sent))
	if err != nil {
		return Answer{}, err
	}
	if len(sent) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.spec.User != "" {
		req.SetBasicAuth(c.spec.User, c.spec.Password)
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		return Answer{}, fmt.Errorf("%s %s: read the answer: %w", method, path, err)
	}
	return Answer{Status: resp.StatusCode, Body: got}, nil
}

func encode(body any) ([]byte, error) {
	switch b := body.(type) {
	case nil:
		return nil, nil
	case string:
		return []byte(b), nil
	case []byte:
		return b, nil
	}
	return json.Marshal(body)
}

// shardPatience is how long request waits for the shards of an index, which a
// busy server has not started yet when the index was made a moment ago.
const shardPatience = 20 * time.Second

// request asks, takes every status but 2xx for an error, and decodes the answer
// into out unless that is nil.
func (c *Cluster) request(ctx context.Context, method, path string, body, out any) error {
	a, err := c.Do(ctx, method, path, body)
	for start := time.Now(); err == nil && a.withoutShards() && time.Since(start) < shardPatience; {
		time.Sleep(100 * time.Millisecond)
		a, err = c.Do(ctx, method, path, body)
	}
	if err != nil {
		return err
	}
	if err := a.Err(); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(a.Body, out); err != nil {
		return fmt.Errorf("%s %s: decode the answer: %w", method, path, err)
	}
	return nil
}

// Hit is a document that a search found.
type Hit struct {
	Index  string          `json:"_index"`
	ID     string          `json:"_id"`
	Source json.RawMessage `json:"_source"`
}

// Result is what a search gave.
type Result struct {
	Total        int // exact
	Hits         []Hit
	Aggregations json.RawMessage
}

type searchAnswer struct {
	ScrollID string `json:"_scroll_id"`
	Hits     struct {
		Total struct{ Value int }
		Hits  []Hit
	}
	Aggregations json.RawMessage
}

const mayBeAbsent = "ignore_unavailable=true&allow_no_indices=true"

// Refresh makes what was indexed so far visible to searches. An index that does
// not exist is no error.
func (c *Cluster) Refresh(ctx context.Context, index string) error {
	return c.request(ctx, http.MethodPost, "/"+index+"/_refresh?"+mayBeAbsent, nil, nil)
}

// Count counts the documents that are visible in an index, a data stream or a
// pattern of them; none when it does not exist.
func (c *Cluster) Count(ctx context.Context, index string) (int, error) {
	var out struct{ Count int }
	err := c.request(ctx, http.MethodGet, "/"+index+"/_count?"+mayBeAbsent, nil, &out)
	return out.Count, err
}

// Search runs a query; the body is as Do takes it.
func (c *Cluster) Search(ctx context.Context, index string, body any) (Result, error) {
	var out searchAnswer
	err := c.request(ctx, http.MethodPost, "/"+index+"/_search?track_total_hits=true", body, &out)
	return Result{Total: out.Hits.Total.Value, Hits: out.Hits.Hits, Aggregations: out.Aggregations}, err
}

// Documents calls visit with every visible document of an index, in no order,
// until it returns an error.
func (c *Cluster) Documents(ctx context.Context, index string, visit func(Hit) error) error {
	var page searchAnswer
	err := c.request(ctx, http.MethodPost, "/"+index+"/_search?scroll=1m", `{"size":5000,"sort":["_doc"]}`, &page)
	for err == nil && len(page.Hits.Hits) > 0 {
		for _, h := range page.Hits.Hits {
			if err := visit(h); err != nil {
				return err
			}
		}
		next := map[string]string{"scroll": "1m", "scroll_id": page.ScrollID}
		page = searchAnswer{}
		err = c.request(ctx, http.MethodPost, "/_search/scroll", next, &page)
	}
	if err != nil {
		return err
	}
	return c.request(ctx, http.MethodDelete, "/_search/scroll", map[string]string{"scroll_id": page.ScrollID}, nil)
}
