// Package faultproxy is an HTTP proxy in front of a real server that breaks
// things on purpose: it cuts connections in the middle of requests and answers,
// refuses, delays, swallows, and lets some items of a bulk fail.
//
// What it breaks is decided by rules, and by a random source with a seed: the
// same sequence of requests meets the same faults. Requests that are under way
// at the same time draw in the order in which they come.
package faultproxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// Rule says which requests meet a fault.
type Rule struct {
	Path  string  // the request's path ends so; any path when empty
	Times int     // for so many requests, then never again; without end when 0
	Share float64 // each request is hit with this probability; always when 0
	Fault Fault
}

// Fault does something to a request instead of passing it on faithfully.
type Fault func(x *exchange) error

// Injection is a rule in force.
type Injection struct {
	rule Rule
	hits atomic.Int64
}

// Hits counts the requests that met the fault.
func (i *Injection) Hits() int { return int(i.hits.Load()) }

// Proxy listens on a loopback port of its own. Its methods may be called from
// several goroutines.
type Proxy struct {
	target    *url.URL
	addr      string
	transport *http.Transport

	mu       sync.Mutex
	random   *rand.Rand
	rules    []*Injection
	server   *http.Server  // nil while the proxy is down
	served   chan struct{} // closed when server has ended
	released chan struct{} // closed when black holes give up
}

// Start puts a proxy in front of target, http://host:port, until the test ends.
func Start(t testing.TB, target string, seed uint64) *Proxy {
	t.Helper()
	p, err := New(target, seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Down)
	return p
}

// New puts a proxy in front of target. Down must be called.
func New(target string, seed uint64) (*Proxy, error) {
	u, err := url.Parse(target)
	if err != nil {
		return nil, fmt.Errorf("start fault proxy: %w", err)
	}
	if u.Scheme != "http" || u.Host == "" {
		return nil, fmt.Errorf("start fault proxy: target %q is not http://host:port", target)
	}
	p := &Proxy{
		target:    u,
		addr:      "127.0.0.1:0",
		transport: &http.Transport{DisableCompression: true},
		random:    rand.New(rand.NewPCG(seed, 0)),
	}
	if err := p.Up(); err != nil {
		return nil, err
	}
	return p, nil
}

// URL is where clients reach the proxy; it stays the same through Down and Up.
func (p *Proxy) URL() string { return "http://" + p.addr }

// Inject adds a rule. A request meets the first rule that hits it.
func (p *Proxy) Inject(r Rule) *Injection {
	i := &Injection{rule: r}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules = append(p.rules, i)
	return i
}

// Clear removes every rule and lets go of the requests in black holes.
func (p *Proxy) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules = nil
	close(p.released)
	p.released = make(chan struct{})
}

// Down closes every connection and refuses new ones. Down twice is no error.
func (p *Proxy) Down() {
	p.mu.Lock()
	server, served := p.server, p.served
	p.server = nil
	if server != nil {
		close(p.released)
	}
	p.mu.Unlock()
	if server == nil {
		return
	}
	server.Close() // closes the listener, whose only error is to be closed already
	<-served
	p.transport.CloseIdleConnections()
}

// Up listens again, at the same address.
func (p *Proxy) Up() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.server != nil {
		return nil
	}
	l, err := net.Listen("tcp", p.addr)
	if err != nil {
		return fmt.Errorf("listen for the fault proxy: %w", err)
	}
	p.addr = l.Addr().String()
	p.released = make(chan struct{})
	p.server = &http.Server{Handler: http.HandlerFunc(p.handle)}
	p.served = make(chan struct{})
	go func(server *http.Server, served chan struct{}) {
		defer close(served)
		server.Serve(l) // ends with http.ErrServerClosed
	}(p.server, p.served)
	return nil
}

func (p *Proxy) handle(w http.ResponseWriter, r *http.Request) {
	x := &exchange{proxy: p, w: w, r: r}
	fault := p.choose(r, x)
	var err error
	if fault == nil {
		err = x.pass()
	} else {
		err = fault(x)
	}
	if err != nil {
		// A client of a broken connection sees just that: no answer at all.
		panic(http.ErrAbortHandler)
	}
}

// choose finds the fault that a request meets, if any, and draws for it.
func (p *Proxy) choose(r *http.Request, x *exchange) Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	x.random = rand.New(rand.NewPCG(p.random.Uint64(), 0))
	x.released = p.released
	for _, i := range p.rules {
		if !strings.HasSuffix(r.URL.Path, i.rule.Path) {
			continue
		}
		if i.rule.Times > 0 && i.Hits() >= i.rule.Times {
			continue
		}
		if i.rule.Share > 0 && x.random.Float64() >= i.rule.Share {
			continue
		}
		i.hits.Add(1)
		return i.rule.Fault
	}
	return nil
}

// exchange is one request on its way.
type exchange struct {
	proxy    *Proxy
	w        http.ResponseWriter
	r        *http.Request
	random   *rand.Rand // this request's own
	released <-chan struct{}
}

var errCut = errors.New("cut on purpose")

// pass forwards the request and its answer as they are.
func (x *exchange) pass() error {
	resp, err := x.forward(x.r.Body, x.r.ContentLength)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	x.head(resp)
	_, err = io.Copy(x.w, resp.Body)
	return err
}

// forward sends the request to the target with the given body.
func (x *exchange) forward(body io.Reader, length int64) (*http.Response, error) {
	u := *x.r.URL
	u.Scheme, u.Host = x.proxy.target.Scheme, x.proxy.target.Host
	req, err := http.NewRequestWithContext(context.WithoutCancel(x.r.Context()), x.r.Method, u.String(), body)
	if err != nil {
		return nil, err
	}
	req.Header = x.r.Header.Clone()
	req.ContentLength = length
	if length == 0 {
		req.Body = http.NoBody
	}
	return x.proxy.transport.RoundTrip(req)
}

// head writes the status and the headers of an answer.
func (x *exchange) head(resp *http.Response) {
	for name, values := range resp.Header {
		x.w.Header()[name] = values
	}
	x.w.WriteHeader(resp.StatusCode)
}
