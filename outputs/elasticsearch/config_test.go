package elasticsearch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/expr"
	"github.com/naru-log/naru/internal/attr"
)

func TestDefaultsAreValid(t *testing.T) {
	c := Defaults()
	c.Hosts, c.Index = []string{"http://localhost:9200"}, literal(t, "logs")
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
}

func TestValidate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		set  func(*Config)
		want string // attribute: part of the message
	}{
		{"no hosts", func(c *Config) { c.Hosts = nil }, "hosts: name at least one"},
		{"host without scheme", func(c *Config) { c.Hosts = []string{"http://a:1", "es:9200"} }, "hosts[1]: "},
		{"host without name", func(c *Config) { c.Hosts = []string{"http://:9200"} }, "hosts[0]: is not a URL"},
		{"host with password", func(c *Config) { c.Hosts = []string{"http://u:hunter2@h:1"} }, "hosts[0]: must not hold a user"},
		{"host with query", func(c *Config) { c.Hosts = []string{"http://h:1/?pipeline=x"} }, "hosts[0]: must end after the path"},
		{"other scheme", func(c *Config) { c.Hosts = []string{"ftp://h"} }, "hosts[0]: the scheme"},
		{"no target", func(c *Config) { c.DataStream = expr.Expression{} }, "data_stream: name a data stream"},
		{"two targets", func(c *Config) { c.Index = literal(t, "x") }, "index: name a data stream or an index"},
		{"bad name", func(c *Config) { c.DataStream = literal(t, "Logs") }, `data_stream: the name "Logs" must be in lower case`},
		{"bad index", func(c *Config) { c.DataStream, c.Index = expr.Expression{}, literal(t, "a b") }, "index: the name"},
		{"bad proxy", func(c *Config) { c.Proxy = "proxy" }, "proxy: write a URL"},
		{"bad header", func(c *Config) { c.Headers = map[string]string{"a b": ""} }, `headers["a b"]: is not`},
		{"two passwords", func(c *Config) { c.Username, c.Password, c.PasswordFile = "u", "hunter2", file }, "password: write password or password_file"},
		{"no such file", func(c *Config) { c.APIKeyFile = file + "x" }, "api_key_file: stat"},
		{"user without password", func(c *Config) { c.Username = "u" }, "username: username and password"},
		{"user and key", func(c *Config) { c.Username, c.Password, c.APIKey = "u", "hunter2", "k" }, "api_key: use an API key or a user"},
		{"key without certificate", func(c *Config) { c.TLS = &TLS{KeyFile: file} }, "cert_file: cert_file and key_file"},
		{"no CA file", func(c *Config) { c.TLS = &TLS{CAFile: file + "x"} }, "ca_file: stat"},
		{"bad fingerprint", func(c *Config) { c.TLS = &TLS{CAFingerprint: "abc"} }, "ca_fingerprint: "},
		{"level", func(c *Config) { c.CompressionLevel = 10 }, "compression_level: 10"},
		{"bytes", func(c *Config) { c.MaxRequestBytes = 3 }, "max_request_bytes: 3"},
		{"documents", func(c *Config) { c.MaxRequestDocuments = 10_001 }, "max_request_documents: 10001"},
		{"concurrency", func(c *Config) { c.MaxConcurrency = 0 }, "max_concurrency: 0"},
		{"interval", func(c *Config) { c.FlushInterval = 0 }, "flush_interval: 0s"},
		{"timeout", func(c *Config) { c.Timeout = -1 }, "timeout: -1ns"},
		{"back-off", func(c *Config) { c.RetryInitialBackoff = 0 }, "retry_initial_backoff: 0s"},
		{"back-offs", func(c *Config) { c.RetryMaxBackoff = time.Nanosecond }, "retry_max_backoff: 1ns"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := config(t, "http://h:1")
			tt.set(&c)
			err := c.Validate()
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Fatalf("Validate: %v, want %q", err, tt.want)
			}
			if len(attr.All(err)) == 0 {
				t.Error("the error names no attribute")
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Error("the error tells the password")
			}
		})
	}
}

func TestParseHost(t *testing.T) {
	for in, want := range map[string]string{
		"http://localhost:9200":   "http://localhost:9200",
		"https://es":              "https://es:443",
		"http://[::1]/":           "http://[::1]:80",
		"https://es:9243/prefix/": "https://es:9243/prefix",
	} {
		if u, err := parseHost(in); err != nil || u.String() != want {
			t.Errorf("parseHost(%q) = %v, %v; want %s", in, u, err, want)
		}
	}
}

func TestStaticName(t *testing.T) {
	c := config(t, "http://h:1")
	if name, ok := c.StaticName(); !ok || name != "logs-test-default" {
		t.Errorf("StaticName = %q, %v", name, ok)
	}
	c.DataStream = parse(t, `"logs-${service.name}"`)
	if name, ok := c.StaticName(); ok {
		t.Errorf("StaticName = %q of a name made of fields", name)
	}
	c.DataStream = parse(t, "7")
	if _, err := New(c, event.NewSchema(), Options{}); err == nil || !strings.Contains(err.Error(), "a name is a string") {
		t.Errorf("New with a number for a name: %v", err)
	}
}

func TestValidName(t *testing.T) {
	for name, want := range map[string]string{
		"logs-apache.access-default": "", ".hidden": "", "한국": "", "a%b": "", strings.Repeat("a", 255): "",
		"": "empty", "..": "not allowed", ".": "not allowed", "-a": "begin", "_a": "begin", "+a": "begin",
		"A": "lower case", "a/b": `hold "/"`, "a b": `hold " "`, "a*": `hold "*"`, "a:b": `hold ":"`, "a,b": `hold ","`, "a#": `hold "#"`,
		"a\"b": "hold", "a\x00": "hold", "a\nb": "hold", "a\xff": "UTF-8", strings.Repeat("한", 86): "258 bytes",
	} {
		err := ValidName(name)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("ValidName(%.20q): %v, want %q", name, err, want)
		}
	}
}

func TestCredentials(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	tests := []struct {
		name string
		c    Config
		want string
	}{
		{"none", Config{}, ""},
		{"user", Config{Username: "u", Password: "p"}, "Basic dTpw"},
		{"files", Config{UsernameFile: write("u", "u\r\n"), PasswordFile: write("p", "p\n")}, "Basic dTpw"},
		{"encoded key", Config{APIKey: "aWQ6a2V5"}, "ApiKey aWQ6a2V5"},
		{"key file", Config{APIKeyFile: write("k", "id:key\n")}, "ApiKey aWQ6a2V5"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cr, err := newCredentials(&tt.c)
			if err != nil || cr.authorization() != tt.want {
				t.Errorf("%q, %v; want %q", cr.authorization(), err, tt.want)
			}
			if changed, err := cr.reload(); changed || err != nil {
				t.Errorf("reload of the same: %v, %v", changed, err)
			}
		})
	}
	cr, err := newCredentials(&Config{APIKeyFile: write("k", "one")})
	if err != nil {
		t.Fatal(err)
	}
	write("k", "two")
	if changed, err := cr.reload(); !changed || err != nil || cr.authorization() != "ApiKey two" {
		t.Errorf("reload: %v, %v, %q", changed, err, cr.authorization())
	}
	if err := os.Remove(filepath.Join(dir, "k")); err != nil {
		t.Fatal(err)
	}
	if changed, err := cr.reload(); changed || err == nil || cr.authorization() != "ApiKey two" {
		t.Errorf("reload of a missing file: %v, %v, %q; the last key must stay", changed, err, cr.authorization())
	}
}
