package elasticsearch

import (
	"errors"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/expr"
	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/bytesize"
)

// Config is the block output "elasticsearch".
type Config struct {
	Hosts      []string        `hcl:"hosts" doc:"URLs of the nodes, such as https://es1:9200; requests go to each in turn, and nodes that fail rest for a while"`
	DataStream expr.Expression `hcl:"data_stream,optional" doc:"data stream that takes the documents, such as logs-apache.access-default; may depend on fields: \"logs-${service.name}-default\""`
	Index      expr.Expression `hcl:"index,optional" doc:"index or alias that takes the documents, instead of data_stream; may depend on fields"`
	Pipeline   string          `hcl:"pipeline,optional" doc:"ingest pipeline that the documents go through"`
	Routing    string          `hcl:"routing,optional" doc:"routing value of all documents"`

	Headers map[string]string `hcl:"headers,optional" doc:"HTTP headers added to every request"`
	Proxy   string            `hcl:"proxy,optional" doc:"URL of an HTTP proxy; without it the environment's HTTPS_PROXY, HTTP_PROXY and NO_PROXY count; \"none\" for no proxy"`

	Username     string `hcl:"username,optional" doc:"user for basic authentication"`
	UsernameFile string `hcl:"username_file,optional" doc:"file that holds the user, read again when access is refused"`
	Password     string `hcl:"password,optional" doc:"password for basic authentication" secret:"true"`
	PasswordFile string `hcl:"password_file,optional" doc:"file that holds the password, read again when access is refused"`
	APIKey       string `hcl:"api_key,optional" doc:"API key, encoded or as id:key" secret:"true"`
	APIKeyFile   string `hcl:"api_key_file,optional" doc:"file that holds the API key, read again when access is refused"`

	TLS *TLS `hcl:"tls,block" doc:"how the nodes' certificates are checked, and our own certificate"`

	CompressionLevel    int           `hcl:"compression_level,optional" doc:"gzip level of requests, 1 to 9; 0 sends them as they are, which costs a quarter of the processor time"`
	MaxRequestBytes     bytesize.Size `hcl:"max_request_bytes,optional" doc:"size at which a request is sent, before compression; a single larger document goes alone"`
	MaxRequestDocuments int           `hcl:"max_request_documents,optional" doc:"number of documents at which a request is sent"`
	FlushInterval       time.Duration `hcl:"flush_interval,optional" doc:"longest time a document waits for more before it is sent"`
	MaxConcurrency      int           `hcl:"max_concurrency,optional" doc:"most requests at the same time; fewer while the cluster is overloaded"`
	Timeout             time.Duration `hcl:"timeout,optional" doc:"longest time for a request and its answer"`
	RetryInitialBackoff time.Duration `hcl:"retry_initial_backoff,optional" doc:"longest wait before the first retry; doubled for each further one"`
	RetryMaxBackoff     time.Duration `hcl:"retry_max_backoff,optional" doc:"longest wait before a retry"`
}

// TLS is the block tls.
type TLS struct {
	CAFile             string `hcl:"ca_file,optional" doc:"PEM file of the authorities that sign the nodes' certificates, instead of the system's"`
	CAFingerprint      string `hcl:"ca_fingerprint,optional" doc:"SHA-256 in hex of an authority's certificate that the nodes present"`
	CertFile           string `hcl:"cert_file,optional" doc:"PEM file of our own certificate"`
	KeyFile            string `hcl:"key_file,optional" doc:"PEM file of its key"`
	InsecureSkipVerify bool   `hcl:"insecure_skip_verify,optional" doc:"accept any certificate: whoever can redirect traffic can read and change it"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config {
	return Config{
		MaxRequestBytes:     1 << 20,
		MaxRequestDocuments: 5000,
		FlushInterval:       time.Second,
		MaxConcurrency:      4,
		Timeout:             90 * time.Second,
		RetryInitialBackoff: 500 * time.Millisecond,
		RetryMaxBackoff:     30 * time.Second,
	}
}

// maxDocuments keeps the ids of one request below the largest result that a
// search gives (index.max_result_window).
const maxDocuments = 10000

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	errs := []error{c.validateHosts(), c.validateTarget(), c.validateAccess(), c.TLS.validate()}
	if c.Proxy != "" && c.Proxy != "none" {
		if u, err := url.Parse(c.Proxy); err != nil || u.Host == "" {
			errs = append(errs, attr.Errorf("proxy", "write a URL such as http://proxy:3128"))
		}
	}
	for name := range c.Headers {
		if !validHeader(name) {
			errs = append(errs, attr.Entry("headers", name, errors.New("is not the name of an HTTP header")))
		}
	}
	check := func(ok bool, name, format string, args ...any) {
		if !ok {
			errs = append(errs, attr.Errorf(name, format, args...))
		}
	}
	check(c.CompressionLevel >= 0 && c.CompressionLevel <= 9, "compression_level", "%d is not between 0 and 9", c.CompressionLevel)
	check(c.MaxRequestBytes >= 1<<10 && c.MaxRequestBytes <= 1<<30, "max_request_bytes", "%v is not between 1KiB and 1GiB", c.MaxRequestBytes)
	check(c.MaxRequestDocuments >= 1 && c.MaxRequestDocuments <= maxDocuments, "max_request_documents", "%d is not between 1 and %d", c.MaxRequestDocuments, maxDocuments)
	check(c.MaxConcurrency >= 1 && c.MaxConcurrency <= 256, "max_concurrency", "%d is not between 1 and 256", c.MaxConcurrency)
	check(c.FlushInterval > 0, "flush_interval", "%v is not a positive duration", c.FlushInterval)
	check(c.Timeout > 0, "timeout", "%v is not a positive duration", c.Timeout)
	check(c.RetryInitialBackoff > 0, "retry_initial_backoff", "%v is not a positive duration", c.RetryInitialBackoff)
	check(c.RetryMaxBackoff >= c.RetryInitialBackoff, "retry_max_backoff", "%v is shorter than retry_initial_backoff, %v", c.RetryMaxBackoff, c.RetryInitialBackoff)
	return errors.Join(errs...)
}

func (c *Config) validateHosts() error {
	if len(c.Hosts) == 0 {
		return attr.Errorf("hosts", "name at least one node, such as http://localhost:9200")
	}
	var errs []error
	for i, h := range c.Hosts {
		if _, err := parseHost(h); err != nil {
			errs = append(errs, attr.At("hosts", i, err))
		}
	}
	return errors.Join(errs...)
}

// parseHost reads an element of hosts. The errors do not repeat it whole, since
// it may hold a password.
func parseHost(host string) (*url.URL, error) {
	u, err := url.Parse(host)
	switch {
	case err != nil, u.Host == "", u.Hostname() == "":
		return nil, errors.New("is not a URL: write it with its scheme, such as http://localhost:9200")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("the scheme must be http or https")
	case u.User != nil:
		return nil, errors.New("must not hold a user or password: use username and password, or their files")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("must end after the path: use headers, pipeline and routing for the rest")
	}
	u.Path = strings.TrimSuffix(u.Path, "/")
	if u.Port() == "" {
		if u.Scheme == "https" {
			u.Host += ":443"
		} else {
			u.Host += ":80"
		}
	}
	return u, nil
}

func (c *Config) validateTarget() error {
	attribute, name := c.target()
	switch {
	case c.DataStream.IsSet() && c.Index.IsSet():
		return attr.Errorf("index", "name a data stream or an index, not both")
	case !name.IsSet():
		return attr.Errorf("data_stream", "name a data stream, such as logs-apache.access-default")
	}
	if static, ok := c.StaticName(); ok {
		if err := ValidName(static); err != nil {
			return attr.Errorf(attribute, "%w", err)
		}
	}
	return nil
}

// target is the attribute that names where documents go.
func (c *Config) target() (attribute string, value expr.Expression) {
	if c.DataStream.IsSet() {
		return "data_stream", c.DataStream
	}
	return "index", c.Index
}

// StaticName is the data stream or index of all documents, false when it depends
// on their fields.
func (c *Config) StaticName() (string, bool) {
	_, value := c.target()
	p, err := value.Compile(event.NewSchema())
	if err != nil {
		return "", false
	}
	v, ok := p.Constant()
	return string(v.Bytes()), ok && v.Kind() == event.String
}

func (c *Config) validateAccess() error {
	var errs []error
	for _, pair := range []struct{ name, value, file string }{
		{"username", c.Username, c.UsernameFile}, {"password", c.Password, c.PasswordFile}, {"api_key", c.APIKey, c.APIKeyFile},
	} {
		if pair.value != "" && pair.file != "" {
			errs = append(errs, attr.Errorf(pair.name, "write %s or %s_file, not both", pair.name, pair.name))
		}
		if pair.file != "" {
			if _, err := os.Stat(pair.file); err != nil {
				errs = append(errs, attr.Errorf(pair.name+"_file", "%w", err))
			}
		}
	}
	user, password := c.Username+c.UsernameFile != "", c.Password+c.PasswordFile != ""
	if user != password {
		errs = append(errs, attr.Errorf("username", "username and password belong together"))
	}
	if user && c.APIKey+c.APIKeyFile != "" {
		errs = append(errs, attr.Errorf("api_key", "use an API key or a user, not both"))
	}
	return errors.Join(errs...)
}

// validHeader checks for a token of RFC 9110, section 5.6.2.
func validHeader(name string) bool {
	for i := range len(name) {
		c := name[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return name != ""
}
