package elasticsearch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"github.com/naru-log/naru/deadletter"
)

// sender takes bodies from the queue and sees each through until everything in
// it is decided. One goroutine runs it.
type sender struct {
	out    *Output
	bulk   bulkOptions
	gzip   *compressor // nil for none
	answer answer
	wait   *backoff
}

func newSender(o *Output) *sender {
	s := &sender{out: o, wait: newBackoff(o.config.RetryInitialBackoff, o.config.RetryMaxBackoff)}
	s.bulk = bulkOptions{index: o.static, pipeline: o.config.Pipeline, routing: o.config.Routing}
	if level := o.config.CompressionLevel; level > 0 {
		s.gzip = newCompressor(level)
		s.bulk.encoding = "gzip"
	}
	return s
}

// run works until the queue is closed and empty, or ctx ends.
func (s *sender) run(ctx context.Context) error {
	for {
		select {
		case b, ok := <-s.out.queue:
			if !ok {
				return nil
			}
			queued := float64(len(b.buf))
			if err := s.deliver(ctx, b); err != nil {
				return err
			}
			s.out.metrics.queued.Sub(queued)
			s.out.pool.put(b)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// deliver sends what is in the body until all of it is decided, then
// acknowledges. The error is that ctx ended.
func (s *sender) deliver(ctx context.Context, b *body) error {
	s.wait.reset()
	for most := len(b.items); len(b.items) > 0; {
		if b.doubtful {
			if err := s.resolve(ctx, b); err != nil {
				return err
			}
			continue
		}
		n := min(most, len(b.items))
		next, err := s.attempt(ctx, b, n)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			s.out.health.fail(err)
		}
		switch next {
		case proceed:
			s.wait.reset()
			continue
		case divide:
			most = max(1, n/2)
			continue
		}
		if err := s.wait.sleep(ctx); err != nil {
			return err
		}
	}
	for _, batch := range b.batches {
		batch.Done()
	}
	return nil
}

// step is how delivery goes on after an attempt.
type step uint8

const (
	proceed step = iota // with what is left
	pause               // back off, then send what is left
	divide              // send fewer documents at once
)

// attempt sends the first n items once and takes those out that are decided.
// The error says why nothing at all was decided, when that is not the fault of
// documents.
func (s *sender) attempt(ctx context.Context, b *body, n int) (step, error) {
	if err := s.out.limiter.acquire(ctx); err != nil {
		return pause, err
	}
	start := time.Now()
	status, left, err := s.send(ctx, b, n)
	took := time.Since(start)
	answered := err == nil
	s.out.limiter.release(took, answered, status == http.StatusTooManyRequests || answered && anyStatus(b.items[:n], http.StatusTooManyRequests))
	s.out.metrics.limit.Set(s.out.limiter.allowed())
	if answered {
		return s.decide(ctx, b, n)
	}
	s.out.metrics.retried.Add(float64(n))
	var refused *statusError
	if !errors.As(err, &refused) {
		if left {
			b.doubt(n)
		}
		return pause, err
	}
	switch {
	case status == http.StatusRequestEntityTooLarge, status == http.StatusBadRequest:
		return s.tooMuch(ctx, b, n, refused)
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return s.denied(err)
	case status >= 500 && status != http.StatusServiceUnavailable, status == http.StatusRequestTimeout:
		b.doubt(n) // a proxy may have lost the answer; 503 says that nothing was begun
	}
	return pause, err
}

// send sends the first n items. A nil error means that each has a status. left
// says whether any byte of the request left this machine.
func (s *sender) send(ctx context.Context, b *body, n int) (status int, left bool, err error) {
	payload := b.bytes(n)
	if s.gzip != nil {
		payload = s.gzip.compress(payload)
	}
	ctx, cancel := context.WithTimeout(ctx, s.out.config.Timeout)
	body := &requestBody{data: payload}
	defer func() {
		cancel()
		left = body.revoke()
	}()
	start := time.Now()
	defer func() { s.out.metrics.request(status, len(payload), time.Since(start)) }()
	res, err := s.out.client.bulk(ctx, &s.bulk, body)
	if err != nil {
		return 0, false, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		err := readStatusError(res.StatusCode, res.Body)
		drain(res)
		return res.StatusCode, false, fmt.Errorf("%s: %w", body.host, err)
	}
	if err := s.answer.read(res.Body, b.items[:n]); err != nil {
		return res.StatusCode, false, fmt.Errorf("%s: read the answer to a bulk request: %w", body.host, err)
	}
	return res.StatusCode, false, nil
}

// drain reads the rest of a short answer, so that the connection can be used
// again.
func drain(res *esapi.Response) {
	_, _ = io.CopyN(io.Discard, res.Body, maxErrorBody) // best effort
}

// decide acts on the verdicts of an answer.
func (s *sender) decide(ctx context.Context, b *body, n int) (step, error) {
	var dead []deadletter.Record
	delivered, duplicate, again := 0, 0, 0
	for i := range n {
		switch judge(b.items[i].status) {
		case accepted:
			delivered++
		case present:
			duplicate++
		case refused:
			index, document := b.parts(i)
			r := s.out.record(index, b.id(i), document)
			r.Status = int(b.items[i].status)
			r.Type, r.Reason = s.answer.why(i)
			dead = append(dead, r)
		case undecided:
			again++
		}
	}
	if len(dead) > 0 {
		if err := s.out.bury(ctx, dead); err != nil {
			return pause, err
		}
	}
	m := s.out.metrics
	m.delivered.Add(float64(delivered))
	m.duplicate.Add(float64(duplicate))
	m.refused.Add(float64(len(dead)))
	if again < n {
		s.out.health.ok()
	}
	if again == 0 && n == len(b.items) {
		b.items = b.items[:0]
		return proceed, nil
	}
	b.keep(n, func(i int) bool { return judge(b.items[i].status) == undecided })
	if again == 0 {
		return proceed, nil
	}
	m.retried.Add(float64(again))
	if again < n {
		s.wait.reset()
		return pause, nil
	}
	kind, reason := s.answer.why(0)
	return pause, fmt.Errorf("the cluster puts off every document: HTTP status %d %s: %s", b.items[0].status, kind, clip(reason))
}

// tooMuch acts on a request that was refused for its size or form: fewer
// documents at once, down to the one that is at fault.
func (s *sender) tooMuch(ctx context.Context, b *body, n int, why *statusError) (step, error) {
	if n > 1 {
		if why.status == http.StatusRequestEntityTooLarge {
			s.out.shrink(len(b.bytes(n)))
		}
		return divide, nil
	}
	index, document := b.parts(0)
	r := s.out.record(index, b.id(0), document)
	r.Status, r.Type, r.Reason = why.status, why.kind, why.reason
	if r.Type == "" {
		r.Type = "bad_request"
		if why.status == http.StatusRequestEntityTooLarge {
			r.Type = "document_too_large"
		}
	}
	if err := s.out.bury(ctx, []deadletter.Record{r}); err != nil {
		return pause, err
	}
	s.out.metrics.refused.Inc()
	b.keep(1, func(int) bool { return false })
	return proceed, nil
}

// denied acts on a request that was refused for its credentials: files with new
// ones are read at once, and nothing is dropped.
func (s *sender) denied(why error) (step, error) {
	changed, err := s.out.client.access.reload()
	if err != nil {
		return pause, errors.Join(why, err)
	}
	if changed {
		s.out.log.Info("credentials were read again")
	}
	return pause, why
}

// shrink makes further requests smaller than one that was too large.
func (o *Output) shrink(size int) {
	const least = 64 << 10
	now := o.requestBytes.Load()
	next := max(int64(size)/2, least)
	if next < now && o.requestBytes.CompareAndSwap(now, next) {
		o.log.Warn("the cluster, or a proxy before it, refuses requests of this size; sending smaller ones: raise its limit or lower max_request_bytes",
			"refused_bytes", size, "request_bytes", next)
	}
}

func anyStatus(items []item, status uint16) bool {
	for i := range items {
		if items[i].status == status {
			return true
		}
	}
	return false
}
