package elasticsearch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// Check asks whether the cluster would take documents. It uses no GET /, which
// some distributions do not answer. The error names the host, what failed and
// what to do. It is enough that one of several nodes answers; those that do not
// are logged.
func (o *Output) Check(ctx context.Context) error {
	defer o.client.close()
	var failed []error
	for _, host := range o.client.hosts {
		if err := o.checkHost(ctx, host); err != nil {
			failed = append(failed, err)
		}
	}
	err := errors.Join(failed...)
	if len(failed) == len(o.client.hosts) {
		return err
	}
	if err != nil {
		o.log.Warn("some nodes do not answer; the others are used", "error", err)
	}
	return nil
}

// checkHost asks one node for the health of the cluster.
func (o *Output) checkHost(ctx context.Context, host *url.URL) error {
	ctx, cancel := context.WithTimeout(ctx, o.config.Timeout)
	defer cancel()
	res, err := esapi.ClusterHealthRequest{FilterPath: []string{"status"}}.Do(ctx, o.client.at(host))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusOK:
		_, err := io.Copy(io.Discard, io.LimitReader(res.Body, maxErrorBody))
		return err
	case res.StatusCode == http.StatusForbidden:
		drain(res)
		return nil // the user is known; writing needs no right to monitor
	}
	err = fmt.Errorf("%s: %w", host.Host, readStatusError(res.StatusCode, res.Body))
	if res.StatusCode == http.StatusUnauthorized {
		_, reloadErr := o.client.access.reload()
		err = errors.Join(err, reloadErr)
	}
	return err
}
