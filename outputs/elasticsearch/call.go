package elasticsearch

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// call makes one request that is not a bulk. read takes the answer when the
// status is 2xx; another status is a *statusError.
func (c *client) call(ctx context.Context, t time.Duration, r esapi.Request, read func(io.Reader) error) error {
	ctx, cancel := context.WithTimeout(ctx, t)
	defer cancel()
	res, err := r.Do(ctx, c)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.IsError() || res.StatusCode >= 300 {
		return readStatusError(res.StatusCode, res.Body)
	}
	if read != nil {
		err = read(res.Body)
	}
	drain(res)
	return err
}

func isStatus(err error, status int) bool {
	var refused *statusError
	return errors.As(err, &refused) && refused.status == status
}

func ignoreStatus(err error, status int) error {
	if isStatus(err, status) {
		return nil
	}
	return err
}
