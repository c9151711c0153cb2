package elasticsearch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// Setup prepares a cluster for documents. Every method may be repeated: what is
// there already is replaced, or left alone where replacing would lose
// documents. Bodies are the JSON of Elasticsearch's own APIs.
type Setup struct {
	client  *client
	timeout time.Duration
}

// NewSetup uses the hosts, credentials and certificates of a valid
// configuration. Close must be called.
func NewSetup(c Config, log *slog.Logger) (*Setup, error) {
	client, err := newClient(c, log)
	if err != nil {
		return nil, err
	}
	return &Setup{client: client, timeout: c.Timeout}, nil
}

// Close gives up the connections.
func (s *Setup) Close() { s.client.close() }

// RoundTripper sends requests with the credentials, headers and certificates of
// the configuration, for what belongs to the cluster: Kibana.
func (s *Setup) RoundTripper() http.RoundTripper { return authorized{s.client} }

type authorized struct{ client *client }

// RoundTrip is http.RoundTripper's.
func (a authorized) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	a.client.authorize(req)
	res, err := a.client.tripper.RoundTrip(req)
	if err != nil {
		return nil, &connectionError{host: req.URL.Host, err: err}
	}
	return res, nil
}

// PutComponentTemplate stores a component template.
func (s *Setup) PutComponentTemplate(ctx context.Context, name string, body []byte) error {
	err := s.client.call(ctx, s.timeout, esapi.ClusterPutComponentTemplateRequest{Name: url.PathEscape(name), Body: bytes.NewReader(body)}, nil)
	return named("put component template", name, err)
}

// PutTemplate stores an index template.
func (s *Setup) PutTemplate(ctx context.Context, name string, body []byte) error {
	err := s.client.call(ctx, s.timeout, esapi.IndicesPutIndexTemplateRequest{Name: url.PathEscape(name), Body: bytes.NewReader(body)}, nil)
	return named("put index template", name, err)
}

// PutLifecycle stores an index lifecycle policy. supported is false, without an
// error, when the cluster has no index lifecycle management: OpenSearch, and
// small distributions.
func (s *Setup) PutLifecycle(ctx context.Context, name string, body []byte) (supported bool, err error) {
	err = s.client.call(ctx, s.timeout, esapi.ILMPutLifecycleRequest{Policy: url.PathEscape(name), Body: bytes.NewReader(body)}, nil)
	if noSuchAPI(err) {
		return false, nil
	}
	return true, named("put lifecycle policy", name, err)
}

// noSuchAPI recognises the answers to a path that a server does not know: 405,
// or 400 with words, since a request must match some path to be a 404.
func noSuchAPI(err error) bool {
	var refused *statusError
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.status {
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return true
	case http.StatusBadRequest:
		return bytes.Contains([]byte(refused.reason), []byte("no handler found"))
	}
	return false
}

// CreateDataStream makes a data stream. One that exists stays as it is. A small
// distribution without the API makes it with the first document.
func (s *Setup) CreateDataStream(ctx context.Context, name string) error {
	if err := ValidName(name); err != nil {
		return err
	}
	err := s.client.call(ctx, s.timeout, esapi.IndicesCreateDataStreamRequest{Name: url.PathEscape(name)}, nil)
	var refused *statusError
	if noSuchAPI(err) || errors.As(err, &refused) && refused.kind == "resource_already_exists_exception" {
		return nil
	}
	return named("create data stream", name, err)
}

func named(verb, name string, err error) error {
	if err != nil {
		return fmt.Errorf("%s %q: %w", verb, name, err)
	}
	return nil
}
