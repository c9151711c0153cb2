package elasticsearch

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/naru-log/naru/internal/attr"
)

func (t *TLS) validate() error {
	if t == nil {
		return nil
	}
	var errs []error
	if (t.CertFile == "") != (t.KeyFile == "") {
		errs = append(errs, attr.Errorf("cert_file", "cert_file and key_file belong together"))
	}
	for _, f := range []struct{ name, path string }{{"ca_file", t.CAFile}, {"cert_file", t.CertFile}, {"key_file", t.KeyFile}} {
		if f.path != "" {
			if _, err := os.Stat(f.path); err != nil {
				errs = append(errs, attr.Errorf(f.name, "%w", err))
			}
		}
	}
	if t.CAFingerprint != "" {
		if _, err := parseFingerprint(t.CAFingerprint); err != nil {
			errs = append(errs, attr.Errorf("ca_fingerprint", "%w", err))
		}
	}
	return errors.Join(errs...)
}

func parseFingerprint(s string) (sum [sha256.Size]byte, err error) {
	b, err := hex.DecodeString(strings.ReplaceAll(s, ":", ""))
	if err != nil || len(b) != len(sum) {
		return sum, fmt.Errorf("%q is not a SHA-256 in hex: write 64 digits, colons allowed", s)
	}
	return [sha256.Size]byte(b), nil
}

// files lists what the configuration is read from.
func (t *TLS) files() []string {
	var paths []string
	for _, p := range []string{t.CAFile, t.CertFile, t.KeyFile} {
		if p != "" {
			paths = append(paths, p)
		}
	}
	return paths
}

// load reads the files. hosts are the nodes' URLs.
func (t *TLS) load(hosts []*url.URL) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: t.InsecureSkipVerify}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read tls.ca_file: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read tls.ca_file: %s holds no certificate in PEM", t.CAFile)
		}
	}
	if t.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("read tls.cert_file and tls.key_file: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	if t.CAFingerprint != "" && !t.InsecureSkipVerify {
		sum, err := parseFingerprint(t.CAFingerprint)
		if err != nil {
			return nil, err
		}
		c.InsecureSkipVerify = true // crypto/tls does not know the root; VerifyConnection checks instead
		c.VerifyConnection = func(s tls.ConnectionState) error { return verifyPinned(s, sum, c.RootCAs, hosts) }
	}
	return c, nil
}

// errFingerprint says that no presented certificate is the one we trust.
var errFingerprint = errors.New("no certificate of the server has the fingerprint tls.ca_fingerprint")

// verifyPinned checks the chain and the name as crypto/tls would if the
// presented certificate with the fingerprint were one of the trusted roots.
func verifyPinned(s tls.ConnectionState, sum [sha256.Size]byte, roots *x509.CertPool, hosts []*url.URL) error {
	o := x509.VerifyOptions{Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool()}
	if roots != nil {
		o.Roots = roots.Clone()
	}
	pinned := false
	for _, cert := range s.PeerCertificates {
		if sha256.Sum256(cert.Raw) == sum {
			o.Roots.AddCert(cert)
			pinned = true
		}
		o.Intermediates.AddCert(cert)
	}
	if !pinned {
		return errFingerprint
	}
	leaf := s.PeerCertificates[0]
	if _, err := leaf.Verify(o); err != nil {
		return err
	}
	if s.ServerName != "" {
		return leaf.VerifyHostname(s.ServerName)
	}
	// An address is not sent as a server name: it must be one of ours.
	for _, h := range hosts {
		if net.ParseIP(h.Hostname()) != nil && leaf.VerifyHostname(h.Hostname()) == nil {
			return nil
		}
	}
	return fmt.Errorf("the certificate is valid for none of the addresses in hosts: %w", leaf.VerifyHostname(hosts[0].Hostname()))
}
