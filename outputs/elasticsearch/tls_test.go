package elasticsearch

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/servers/certs"
)

// authority makes an authority and a certificate of it for a server.
func authority(t *testing.T, hosts ...string) (*certs.Authority, certs.Pair) {
	t.Helper()
	a, err := certs.New(t.TempDir(), "ca")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := a.Issue("server", hosts...)
	if err != nil {
		t.Fatal(err)
	}
	return a, pair
}

// secure starts a fake that shows a certificate, with the authority's in the
// chain as Elasticsearch sends it.
func secure(t *testing.T, a *certs.Authority, pair certs.Pair) *fake {
	t.Helper()
	f := &fake{t: t, stored: make(map[string]string)}
	f.Server = httptest.NewUnstartedServer(f)
	f.TLS = &tls.Config{Certificates: []tls.Certificate{load(t, a, pair)}}
	f.Config.ErrorLog = log.New(io.Discard, "", 0) // tests fail handshakes on purpose
	f.StartTLS()
	t.Cleanup(f.Close)
	return f
}

func load(t *testing.T, a *certs.Authority, pair certs.Pair) tls.Certificate {
	t.Helper()
	chain := filepath.Join(t.TempDir(), "chain.pem")
	if err := os.WriteFile(chain, append(read(t, pair.CertFile), read(t, a.File)...), 0o600); err != nil {
		t.Fatal(err)
	}
	cert, err := tls.LoadX509KeyPair(chain, pair.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTLS(t *testing.T) {
	a, pair := authority(t, "127.0.0.1", "localhost")
	other, _ := authority(t, "127.0.0.1")
	f := secure(t, a, pair)
	elsewhere, elsewherePair := authority(t, "elsewhere.example", "127.0.0.2")
	wrongName := secure(t, elsewhere, elsewherePair)
	leaf := sha256.Sum256(load(t, a, pair).Certificate[0])

	tests := []struct {
		name string
		url  string
		tls  *TLS
		want string // part of the error, "" for none
	}{
		{"authority", f.URL, &TLS{CAFile: a.File}, ""},
		{"authority, by name", strings.Replace(f.URL, "127.0.0.1", "localhost", 1), &TLS{CAFile: a.File}, ""},
		{"fingerprint", f.URL, &TLS{CAFingerprint: a.Fingerprint}, ""},
		{"fingerprint, by name", strings.Replace(f.URL, "127.0.0.1", "localhost", 1), &TLS{CAFingerprint: a.Fingerprint}, ""},
		{"fingerprint in upper case with colons", f.URL, &TLS{CAFingerprint: colons(strings.ToUpper(a.Fingerprint))}, ""},
		{"fingerprint of the server's own certificate", f.URL, &TLS{CAFingerprint: hex.EncodeToString(leaf[:])}, ""},
		{"no verification", wrongName.URL, &TLS{InsecureSkipVerify: true}, ""},
		{"system's authorities", f.URL, nil, "not trusted"},
		{"another authority", f.URL, &TLS{CAFile: other.File}, "not trusted"},
		{"another fingerprint", f.URL, &TLS{CAFingerprint: other.Fingerprint}, "no certificate of the server has the fingerprint"},
		{"another name", wrongName.URL, &TLS{CAFile: elsewhere.File}, "does not fit"},
		{"fingerprint, another address", wrongName.URL, &TLS{CAFingerprint: elsewhere.Fingerprint}, "does not fit"},
		{"fingerprint, another name", strings.Replace(wrongName.URL, "127.0.0.1", "localhost", 1), &TLS{CAFingerprint: elsewhere.Fingerprint}, "does not fit"},
		{"plain HTTP to a TLS port", strings.Replace(f.URL, "https", "http", 1), nil, "400"},
		{"TLS to a plain port", strings.Replace(newFake(t).URL, "http", "https", 1), nil, "does not speak TLS"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := config(t, tt.url)
			c.TLS = tt.tls
			r := newRig(t, c)
			defer r.out.client.close()
			err := r.out.Check(t.Context())
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Check: %v, want %q", err, tt.want)
			}
			if warned := strings.Contains(r.log.String(), "insecure_skip_verify"); warned != (tt.tls != nil && tt.tls.InsecureSkipVerify) {
				t.Errorf("warned of missing verification: %v", warned)
			}
		})
	}
}

func colons(s string) string {
	var parts []string
	for ; len(s) > 0; s = s[2:] {
		parts = append(parts, s[:2])
	}
	return strings.Join(parts, ":")
}

func TestCertificatesAreReadAgain(t *testing.T) {
	a, pair := authority(t, "127.0.0.1")
	f := secure(t, a, pair)
	other, _ := authority(t, "127.0.0.1")
	file := filepath.Join(t.TempDir(), "ca.pem")
	put := func(text []byte) {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(read(t, other.File))
	c := config(t, f.URL)
	c.TLS = &TLS{CAFile: file}
	r := newRig(t, c)
	defer func() { r.out.client.close() }()
	check := func() error {
		r.out.client.tripper.looked = time.Time{} // as if the interval were over
		return r.out.Check(t.Context())
	}
	if err := check(); err == nil {
		t.Error("Check with another authority succeeds")
	}
	put([]byte("half a cert"))
	if err := check(); err == nil || !strings.Contains(r.log.String(), "the old ones stay") {
		t.Errorf("Check with a broken file: %v; log: %s", err, &r.log)
	}
	put(append(read(t, a.File), '\n'))
	if err := check(); err != nil {
		t.Errorf("Check with the right authority: %v", err)
	}
}

func TestUnusableCertificatesAtStart(t *testing.T) {
	junk := filepath.Join(t.TempDir(), "junk.pem")
	if err := os.WriteFile(junk, []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		tls  TLS
		want string
	}{{TLS{CAFile: junk}, "holds no certificate in PEM"}, {TLS{CertFile: junk, KeyFile: junk}, "tls.cert_file"}} {
		c := config(t, "https://h:1")
		c.TLS = &tt.tls
		if _, err := newClient(c, logger(&lockedBuffer{})); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("newClient: %v, want %q", err, tt.want)
		}
	}
}
