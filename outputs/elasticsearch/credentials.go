package elasticsearch

import (
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
)

// credentials is the Authorization header, made of values and files. It is safe
// for concurrent use.
type credentials struct {
	config *Config
	header atomic.Pointer[string] // empty for none
}

// newCredentials reads the files of a configuration.
func newCredentials(c *Config) (*credentials, error) {
	cr := &credentials{config: c}
	_, err := cr.reload()
	return cr, err
}

// authorization is the header's value, empty for none.
func (cr *credentials) authorization() string { return *cr.header.Load() }

// reload reads the files again and reports whether anything changed. With an
// error the last header stays.
func (cr *credentials) reload() (changed bool, err error) {
	header, err := cr.read()
	if err != nil {
		if cr.header.Load() == nil {
			empty := ""
			cr.header.Store(&empty)
		}
		return false, err
	}
	old := cr.header.Swap(&header)
	return old == nil || *old != header, nil
}

func (cr *credentials) read() (string, error) {
	c := cr.config
	key, err := valueOrFile("API key", c.APIKey, c.APIKeyFile)
	if err != nil {
		return "", err
	}
	if key != "" {
		if strings.Contains(key, ":") { // id:key, as Beats writes it
			key = base64.StdEncoding.EncodeToString([]byte(key))
		}
		return "ApiKey " + key, nil
	}
	user, err := valueOrFile("user name", c.Username, c.UsernameFile)
	if err != nil {
		return "", err
	}
	password, err := valueOrFile("password", c.Password, c.PasswordFile)
	if err != nil {
		return "", err
	}
	if user == "" {
		return "", nil
	}
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password)), nil
}

// valueOrFile gives the value, or the content of the file without the line end.
func valueOrFile(what, value, path string) (string, error) {
	if path == "" {
		return value, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read the %s: %w", what, err)
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}
