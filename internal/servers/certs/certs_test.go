package certs

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"testing"
)

// client trusts only what a issued.
func client(t *testing.T, a *Authority) *http.Client {
	t.Helper()
	pair, err := a.Issue("client")
	if err != nil {
		t.Fatal(err)
	}
	config, err := a.ClientConfig(pair)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: config}}
}

func TestIssuedCertificatesAreTrustedByTheirAuthorityOnly(t *testing.T) {
	dir := t.TempDir()
	ours, err := New(dir, "ours")
	if err != nil {
		t.Fatal(err)
	}
	other, err := New(dir, "other")
	if err != nil {
		t.Fatal(err)
	}
	pair, err := ours.Issue("server", "127.0.0.1", "localhost")
	if err != nil {
		t.Fatal(err)
	}
	cert, err := tls.LoadX509KeyPair(pair.CertFile, pair.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	s.StartTLS()
	defer s.Close()

	resp, err := client(t, ours).Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if _, err := client(t, other).Get(s.URL); err == nil {
		t.Error("a certificate of another authority is trusted")
	}
}
