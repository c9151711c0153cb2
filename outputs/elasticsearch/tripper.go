package elasticsearch

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"
)

// fileInterval is how often the files of block tls are looked at.
const fileInterval = 10 * time.Second

// tripper makes round trips over connections that are kept, and starts with new
// ones when the files of block tls have changed. It is safe for concurrent use.
type tripper struct {
	log   *slog.Logger
	files []string
	build func() (*http.Transport, error)

	mu      sync.Mutex
	current *http.Transport
	stamps  []stamp
	looked  time.Time
}

// stamp tells one state of a file from the next.
type stamp struct {
	modified time.Time
	size     int64
}

func newTripper(c Config, hosts []*url.URL, log *slog.Logger) (*tripper, error) {
	t := &tripper{log: log, looked: time.Now()}
	if c.TLS != nil {
		t.files = c.TLS.files()
		if c.TLS.InsecureSkipVerify {
			log.Warn("tls.insecure_skip_verify is on: certificates are not checked, and whoever can redirect traffic can read and change it")
		}
	}
	t.build = func() (*http.Transport, error) { return newTransport(c, hosts) }
	t.stamps = t.look()
	var err error
	t.current, err = t.build()
	return t, err
}

// RoundTrip sends one request. It owns the request's body from here on.
func (t *tripper) RoundTrip(req *http.Request) (*http.Response, error) {
	return t.transport().RoundTrip(req)
}

func (t *tripper) closeIdle() { t.transport().CloseIdleConnections() }

// transport is the present one, or a new one when a file has changed. Files that
// do not fit together yet, since they are being replaced, are tried again.
func (t *tripper) transport() *http.Transport {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if len(t.files) == 0 || now.Sub(t.looked) < fileInterval {
		return t.current
	}
	t.looked = now
	stamps := t.look()
	changed := false
	for i := range stamps {
		changed = changed || !stamps[i].modified.Equal(t.stamps[i].modified) || stamps[i].size != t.stamps[i].size
	}
	if !changed {
		return t.current
	}
	fresh, err := t.build()
	if err != nil {
		t.log.Error("certificates have changed but cannot be used; the old ones stay", "error", err)
		return t.current
	}
	t.log.Info("certificates were loaded again")
	old := t.current
	t.current, t.stamps = fresh, stamps
	old.CloseIdleConnections() // requests under way end on the old one
	return fresh
}

// look gives the present stamps of the files, the zero one for a missing file.
func (t *tripper) look() []stamp {
	stamps := make([]stamp, len(t.files))
	for i, path := range t.files {
		if info, err := os.Stat(path); err == nil {
			stamps[i] = stamp{info.ModTime(), info.Size()}
		}
	}
	return stamps
}

func newTransport(c Config, hosts []*url.URL) (*http.Transport, error) {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}
	t := &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return conn{c}, nil
		},
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: c.MaxConcurrency + 1,
		IdleConnTimeout:     30 * time.Second, // shorter than the usual 60 s of load balancers
		DisableCompression:  true,             // answers are short
		WriteBufferSize:     32 << 10,
		ReadBufferSize:      16 << 10,
	}
	switch c.Proxy {
	case "":
	case "none":
		t.Proxy = nil
	default:
		u, err := url.Parse(c.Proxy)
		if err != nil {
			return nil, err
		}
		t.Proxy = http.ProxyURL(u)
	}
	if c.TLS != nil {
		config, err := c.TLS.load(hosts)
		if err != nil {
			return nil, err
		}
		t.TLSClientConfig = config
	}
	return t, nil
}
