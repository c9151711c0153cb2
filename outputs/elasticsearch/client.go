package elasticsearch

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/elastic/elastic-transport-go/v8/elastictransport"
	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// client speaks to the nodes: it chooses one, adds credentials and headers, and
// says in errors which host it was. It uses the transport of Elastic's client
// without the client's product check, which OpenSearch would not pass, and
// without its retries, which know nothing of items. It is safe for concurrent
// use.
type client struct {
	hosts     []*url.URL
	transport *elastictransport.Client
	nodes     *nodes
	tripper   *tripper
	access    *credentials
	headers   map[string]string
}

const userAgent = "naru"

var _ esapi.Transport = (*client)(nil)

func newClient(c Config, log *slog.Logger) (*client, error) {
	cl := &client{headers: c.Headers}
	for _, h := range c.Hosts {
		u, err := parseHost(h)
		if err != nil {
			return nil, err
		}
		cl.hosts = append(cl.hosts, u)
	}
	var err error
	if cl.access, err = newCredentials(&c); err != nil {
		return nil, err
	}
	if cl.tripper, err = newTripper(c, cl.hosts, log); err != nil {
		return nil, err
	}
	cl.transport, err = elastictransport.NewClient(
		elastictransport.WithURLs(cl.hosts...),
		elastictransport.WithTransport(cl.tripper),
		elastictransport.WithDisableRetry(),
		elastictransport.WithUserAgent(userAgent),
		elastictransport.WithConnectionPoolFunc(func(conns []*elastictransport.Connection, _ elastictransport.Selector) elastictransport.ConnectionPool {
			cl.nodes = newNodes(conns)
			return cl.nodes
		}))
	if err != nil {
		return nil, fmt.Errorf("make the client of output elasticsearch: %w", err)
	}
	return cl, nil
}

// Perform sends a request to one node.
func (c *client) Perform(req *http.Request) (*http.Response, error) {
	c.authorize(req)
	if body, ok := req.Body.(*requestBody); ok {
		req.ContentLength = int64(len(body.data))
	}
	res, err := c.transport.Perform(req)
	if body, ok := req.Body.(*requestBody); ok {
		body.host = req.URL.Host
	}
	if err != nil {
		return nil, &connectionError{host: req.URL.Host, err: err}
	}
	switch res.StatusCode {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		c.nodes.failed(req.URL.Host)
	}
	return res, nil
}

func (c *client) authorize(req *http.Request) {
	for name, value := range c.headers {
		req.Header.Set(name, value)
	}
	if a := c.access.authorization(); a != "" {
		req.Header.Set("Authorization", a)
	}
}

// at gives a way to one node, whether it rests or not.
func (c *client) at(host *url.URL) esapi.Transport { return oneNode{c, host} }

type oneNode struct {
	client *client
	host   *url.URL
}

// Perform sends a request to the node.
func (n oneNode) Perform(req *http.Request) (*http.Response, error) {
	n.client.authorize(req)
	req.Header.Set("User-Agent", userAgent)
	req.URL.Scheme, req.URL.Host, req.URL.Path = n.host.Scheme, n.host.Host, n.host.Path+req.URL.Path
	res, err := n.client.tripper.RoundTrip(req)
	if err != nil {
		return nil, &connectionError{host: n.host.Host, err: err}
	}
	return res, nil
}

// bulk sends a request body, which the caller revokes when it is done.
func (c *client) bulk(ctx context.Context, o *bulkOptions, body *requestBody) (*esapi.Response, error) {
	header := http.Header{"Content-Type": {"application/x-ndjson"}}
	if o.encoding != "" {
		header.Set("Content-Encoding", o.encoding)
	}
	return esapi.BulkRequest{
		Index: o.index, Pipeline: o.pipeline, Routing: o.routing,
		FilterPath: []string{"errors", "items.*.status", "items.*.error"},
		Body:       body, Header: header,
	}.Do(ctx, c)
}

// bulkOptions is what bulk requests of an output have in common.
type bulkOptions struct {
	index, pipeline, routing, encoding string
}

// close gives up idle connections.
func (c *client) close() { c.tripper.closeIdle() }
