//go:build servers

package elasticsearch

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/servers/certs"
	es "github.com/naru-log/naru/internal/servers/elasticsearch"
)

// The user may only do what shipping takes.
const shipperRole = `shipper:
  indices:
  - names: ['logs-*']
    privileges: [create_doc, auto_configure, read, maintenance]
blind:
  indices:
  - names: ['logs-*']
    privileges: [create_doc, auto_configure]
stranger:
  indices:
  - names: ['other-*']
    privileges: [create_doc]
nobody:
  cluster: [monitor]
`

func TestAccess(t *testing.T) {
	server := es.Start(t, es.Options{Security: &es.Security{
		ClientAuth: true, Roles: shipperRole,
		Users: []es.User{
			{Name: "ship", Password: "right-password", Roles: []string{"shipper"}},
			{Name: "blind", Password: "right-password", Roles: []string{"blind"}},
			{Name: "stranger", Password: "right-password", Roles: []string{"stranger"}},
			{Name: "nobody", Password: "right-password", Roles: []string{"nobody"}},
		},
	}})
	client := server.Cluster().ClientCert()
	server.Must(http.MethodPut, "/_index_template/logs", `{"index_patterns":["logs-*"],"data_stream":{},"priority":500,"template":{"settings":{"number_of_replicas":0},"mappings":`+plainMappings+`}}`)
	good := func(t *testing.T) Config {
		c := serverConfig(t, server.URL())
		c.TLS = &TLS{CAFile: server.CAFile(), CertFile: client.CertFile, KeyFile: client.KeyFile}
		c.Username, c.Password = "ship", "right-password"
		return c
	}

	t.Run("right", func(t *testing.T) {
		c := good(t)
		r := run(t, c, true, lines(0, 50)...)
		if err := r.out.Check(t.Context()); err != nil {
			t.Errorf("Check: %v", err)
		}
		r.out.client.close()
		numbered(t, server, "logs-test-default", 50)
	})

	other, err := certs.New(t.TempDir(), "other")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		set  func(*Config)
		want string
	}{
		{"wrong password", func(c *Config) { c.Password = "wrong-password" }, "check username and password"},
		{"no user", func(c *Config) { c.Username, c.Password = "", "" }, "check username and password"},
		{"wrong CA", func(c *Config) { c.TLS.CAFile = other.File }, "not trusted"},
		{"system's CAs", func(c *Config) { c.TLS.CAFile = "" }, "not trusted"},
		{"no TLS", func(c *Config) { c.Hosts[0] = strings.Replace(c.Hosts[0], "https", "http", 1) }, "cut"},
		{"no client certificate", func(c *Config) { c.TLS.CertFile, c.TLS.KeyFile = "", "" }, "set tls.cert_file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := good(t)
			tt.set(&c)
			r := newRig(t, c)
			defer r.out.client.close()
			err := r.out.Check(t.Context())
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "127.0.0.1:") {
				t.Errorf("Check: %v, want the host and %q", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "-password") {
				t.Errorf("Check tells a password: %v", err)
			}
		})
	}

	t.Run("may not search", func(t *testing.T) {
		c := good(t)
		c.Username, c.DataStream = "blind", literal(t, "logs-blind-default")
		r := run(t, c, true, lines(0, 50)...)
		numbered(t, server, "logs-blind-default", 50)
		if !strings.Contains(r.log.String(), "read and maintenance") {
			t.Error("the log does not say which privileges are missing")
		}
	})

	t.Run("may not write anything", func(t *testing.T) {
		c := good(t)
		c.Username, c.DataStream = "nobody", literal(t, "logs-nobody-default")
		ctx, cancel := context.WithCancel(t.Context())
		r := newRig(t, c)
		r.start(ctx)
		r.dated(ctx, false, lines(0, 3)...)
		if err := r.w.Flush(ctx); err != nil {
			t.Fatal(err)
		}
		await(t, func() bool { return r.out.Ready() != nil })
		if err := r.out.Ready(); !strings.Contains(err.Error(), "create_doc") {
			t.Errorf("Ready: %v, want the privileges that are missing", err)
		}
		cancel()
		<-r.done
		if r.acknowledged() != 0 || len(r.dead.records) != 0 {
			t.Error("documents were given up for want of a privilege")
		}
	})

	t.Run("may not write to this stream", func(t *testing.T) {
		c := good(t)
		c.Username, c.DataStream = "stranger", literal(t, "logs-stranger-default")
		r := run(t, c, false, lines(0, 3)...)
		if len(r.dead.records) != 3 || r.dead.records[0].Status != 403 || r.dead.records[0].Type != "security_exception" {
			t.Errorf("dead letters: %+v", r.dead.records)
		}
	})

	t.Run("password and CA are corrected while it runs", func(t *testing.T) {
		c := good(t)
		dir := t.TempDir()
		put := func(name, content string) string {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}
		c.Password, c.PasswordFile = "", put("password", "wrong-password")
		c.DataStream = literal(t, "logs-corrected-default")
		r := newRig(t, c)
		r.start(t.Context())
		r.dated(t.Context(), false, lines(0, 10)...)
		if err := r.w.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		await(t, func() bool { return r.out.Ready() != nil })
		put("password", "right-password")
		r.finish(1)
		numbered(t, server, "logs-corrected-default", 10)
	})
}

// With one of three nodes gone, and then another instead, nothing is lost and
// the requests go to those that are left.
func TestNodesLost(t *testing.T) {
	server := es.Start(t, es.Options{Nodes: 3})
	c := serverConfig(t, server.URLs()...)
	c.MaxRequestDocuments = 100
	server.Must(http.MethodPut, "/_index_template/logs", `{"index_patterns":["logs-*"],"data_stream":{},"priority":500,"template":{"settings":{"number_of_replicas":1},"mappings":`+plainMappings+`}}`)
	r := newRig(t, c)
	r.start(t.Context())
	lost := make(chan struct{})
	go func() {
		defer close(lost)
		for _, n := range []int{20, 60} {
			for r.acknowledged() < n {
				time.Sleep(time.Millisecond)
			}
			server.KillNode(n / 30)
			time.Sleep(time.Second)
			if err := server.Cluster().RestartNode(t.Context(), n/30); err != nil {
				t.Error(err)
			}
		}
	}()
	for i := 0; i < 15_000; i += 50 {
		r.dated(t.Context(), false, lines(i, i+50)...)
	}
	<-lost
	r.finish(300)
	numbered(t, server, "logs-test-default", 15_000)
	if len(r.dead.records) != 0 {
		t.Errorf("%d dead letters: %+v", len(r.dead.records), r.dead.records[0])
	}
}
