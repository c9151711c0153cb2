package apache

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/naru-log/naru/internal/servers"
	"github.com/naru-log/naru/internal/servers/certs"
)

// Secure is a virtual host that speaks TLS.
type Secure struct {
	URL     string
	Modules []string // for Config
	Extra   string   // for Config

	authority *certs.Authority
	pair      certs.Pair
}

// NewSecure makes a virtual host with a certificate of its own and further
// directives inside.
func NewSecure(t testing.TB, inside string) Secure {
	t.Helper()
	ports, err := servers.FreePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	h := Secure{URL: fmt.Sprintf("https://localhost:%d", ports[0]), Modules: []string{"ssl", "socache_shmcb"}}
	if h.authority, err = certs.New(t.TempDir(), "ca"); err != nil {
		t.Fatal(err)
	}
	if h.pair, err = h.authority.Issue("server", "localhost"); err != nil {
		t.Fatal(err)
	}
	h.Extra = fmt.Sprintf("Listen 127.0.0.1:%d https\n<VirtualHost 127.0.0.1:%[1]d>\nSSLEngine on\nSSLCertificateFile %[2]q\nSSLCertificateKeyFile %[3]q\n%[4]s\n</VirtualHost>\n",
		ports[0], h.pair.CertFile, h.pair.KeyFile, inside)
	return h
}

// Client makes a client that trusts the host, of one version of TLS, or of any
// when it is 0. It opens a connection for each request.
func (h Secure) Client(t testing.TB, version uint16) *http.Client {
	t.Helper()
	config, err := h.authority.ClientConfig(h.pair)
	if err != nil {
		t.Fatal(err)
	}
	config.MinVersion, config.MaxVersion = version, version
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: config}}
}
