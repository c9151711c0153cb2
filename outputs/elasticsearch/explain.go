package elasticsearch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
)

// connectionError is a request that got no answer.
type connectionError struct {
	host string
	err  error
}

// Error names the host, what failed and what to do.
func (e *connectionError) Error() string { return e.host + ": " + e.advice() }

// Unwrap gives the cause.
func (e *connectionError) Unwrap() error { return e.err }

func (e *connectionError) advice() string {
	var (
		dns      *net.DNSError
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
		plain    tls.RecordHeaderError
		timeout  net.Error
	)
	switch err := e.err; {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "the host name is not known: check hosts"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused: check that Elasticsearch listens there and that hosts is right"
	case errors.As(err, &unknown):
		return "the certificate is signed by an authority that is not trusted: set tls.ca_file or tls.ca_fingerprint to the cluster's own"
	case errors.As(err, &hostname):
		return fmt.Sprintf("the certificate does not fit: %v: check hosts", hostname)
	case errors.As(err, &invalid):
		return fmt.Sprintf("the certificate is not valid: %v: check the clock and the certificate", invalid)
	case errors.As(err, &plain):
		return "the server does not speak TLS: write http:// in hosts, or turn TLS on in the server"
	case strings.Contains(err.Error(), "remote error: tls:"): // crypto/tls has no type for it
		return fmt.Sprintf("the server refused the TLS connection (%v): if it wants a client certificate, set tls.cert_file and tls.key_file", err)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return "no answer in time: check the network, or raise timeout"
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Sprintf("no answer in time (%v): check the network and firewalls", err)
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return fmt.Sprintf("the connection was cut (%v): check the server's log, and https:// in hosts if it expects TLS", err)
	}
	return e.err.Error()
}

// statusError is a request that was refused as a whole.
type statusError struct {
	status int
	kind   string // error type, when the answer names one
	reason string
}

// Error says what was refused and what to do.
func (e *statusError) Error() string {
	what := fmt.Sprintf("HTTP status %d", e.status)
	if e.kind != "" {
		what += " " + e.kind
	}
	if e.reason != "" {
		what += ": " + e.reason
	}
	switch {
	case e.status == http.StatusUnauthorized:
		return "access refused: check username and password or api_key (" + what + ")"
	case e.status == http.StatusForbidden:
		return "access forbidden: give the user the privileges create_doc and auto_configure on the data stream (" + what + ")"
	case e.status >= 300 && e.status < 400, e.status == http.StatusNotFound, e.status == http.StatusMethodNotAllowed:
		return "this is not the bulk API: check the path in hosts, and the proxy in between (" + what + ")"
	}
	return what
}

// maxErrorBody is how much of an error's answer is read.
const maxErrorBody = 16 << 10

// readStatusError makes an error of a refusal. It reads Elasticsearch's form of
// errors; of anything else it quotes the beginning.
func readStatusError(status int, body io.Reader) *statusError {
	e := &statusError{status: status}
	text, err := io.ReadAll(io.LimitReader(body, maxErrorBody))
	if err != nil && len(text) == 0 {
		return e
	}
	var answer struct{ Error json.RawMessage }
	if json.Unmarshal(text, &answer) == nil && len(answer.Error) > 0 {
		var cause cause
		if json.Unmarshal(answer.Error, &cause) == nil {
			e.kind, e.reason = cause.Type, clip(cause.text())
			return e
		}
		if json.Unmarshal(answer.Error, &e.reason) == nil {
			return e
		}
	}
	e.reason = clip(fmt.Sprintf("%.200q", text))
	return e
}

// cause is an error as Elasticsearch writes it, with what lies behind it.
type cause struct {
	Type, Reason string
	CausedBy     *cause `json:"caused_by"`
}

// text joins the reasons, the innermost of which is often the one that helps.
func (c *cause) text() string {
	text := c.Reason
	for c = c.CausedBy; c != nil; c = c.CausedBy {
		if c.Reason != "" && !strings.Contains(text, c.Reason) {
			text += ": " + c.Reason
		}
	}
	return text
}

// clip bounds a message.
func clip(s string) string {
	if len(s) > 500 {
		return s[:500] + "…"
	}
	return s
}
