package config

import (
	"errors"
	"time"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/expr"
	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/bytesize"
)

// The components of the tests have an attribute of every type.

type fileInput struct {
	Paths   []string      `hcl:"paths" doc:"files to follow"`
	Exclude []string      `hcl:"exclude,optional" doc:"files to leave alone"`
	MaxLine bytesize.Size `hcl:"max_line_bytes" doc:"longest line"`
	Poll    time.Duration `hcl:"poll_interval,optional" doc:"how often"`
	Rate    float64       `hcl:"rate,optional" doc:"a share"`
	Limit   *int          `hcl:"limit,optional" doc:"a number or nothing"`
}

type dateFilter struct {
	Field   string   `hcl:"field" doc:"field that holds the time"`
	Formats []string `hcl:"formats" doc:"how it is written"`
	Target  string   `hcl:"target" doc:"where it goes"`
	Keep    bool     `hcl:"keep_source" doc:"keep the field"`
}

func (c *dateFilter) Validate() error {
	var errs []error
	for i, f := range c.Formats {
		if f == "" {
			errs = append(errs, attr.At("formats", i, errors.New("the format is empty")))
		}
	}
	return errors.Join(errs...)
}

type setFilter struct {
	Fields expr.Fields `hcl:"fields" doc:"field to value"`
}

type renameFilter struct {
	Fields map[string]string   `hcl:"fields" doc:"old name to new name"`
	Groups map[string][]string `hcl:"groups,optional" doc:"name to names"`
}

type dropFilter struct {
	Condition expr.Expression `hcl:"condition,optional" doc:"which events"`
}

type esOutput struct {
	Hosts    []string          `hcl:"hosts" doc:"URLs of the nodes"`
	Password string            `hcl:"password,optional" doc:"the password" secret:"true"`
	Headers  map[string]string `hcl:"headers,optional" doc:"HTTP headers"`
	Level    int8              `hcl:"level,optional" doc:"a small number"`
	TLS      *tlsBlock         `hcl:"tls,block" doc:"how the nodes are checked"`
	Routes   []route           `hcl:"route,block" doc:"where documents go"`
}

type tlsBlock struct {
	CAFile  string `hcl:"ca_file" doc:"authorities"`
	Version string `hcl:"version" doc:"oldest version"`
}

func (t *tlsBlock) SetDefaults() { t.Version = "1.2" }

type route struct {
	Name  string `hcl:"name,label"`
	Index string `hcl:"index" doc:"the index"`
}

func (c *esOutput) Validate() error {
	if c.Password == "wrong horse" {
		return attr.Errorf("password", "%q is not a password, %q neither", c.Password, "battery")
	}
	if c.TLS != nil && c.TLS.CAFile == "bad" {
		return attr.Errorf("tls.ca_file", "it cannot be read")
	}
	return nil
}

func kind[T any](doc string, config T) Kind {
	return Kind{Doc: doc, Config: func() any {
		c := config
		return &c
	}}
}

var testKinds = Kinds{
	Inputs: map[string]Kind{
		"file": kind("follows files", fileInput{MaxLine: 1 << 20, Poll: time.Second}),
	},
	Filters: map[string]Kind{
		"date":   kind("reads times", dateFilter{Target: "@timestamp"}),
		"set":    kind("sets fields", setFilter{}),
		"rename": kind("renames fields", renameFilter{}),
		"drop":   kind("drops events", dropFilter{}),
	},
	Outputs: map[string]Kind{
		"elasticsearch": kind("ships documents", esOutput{Hosts: []string{"http://localhost:9200"}}),
		"stdout":        kind("prints documents", struct{}{}),
	},
}

// compileAll does what the agent does with a pipeline's expressions.
func compileAll(p *Pipeline) (s *event.Schema, errs map[*Block]error) {
	s = event.NewSchema()
	if _, err := s.Slot("http.response.status_code", event.Int); err != nil {
		panic(err)
	}
	errs = make(map[*Block]error)
	for _, b := range p.Filters {
		var all []error
		if b.When.IsSet() {
			_, err := b.When.CompileCondition(s)
			all = append(all, err)
		}
		if set, ok := b.Config.(*setFilter); ok {
			for _, f := range set.Fields {
				if _, err := f.Value.Compile(s); err != nil {
					all = append(all, attr.Entry("fields", f.Name, err))
				}
				if _, err := s.Read(f.Name); err != nil {
					all = append(all, attr.Entry("fields", f.Name, err))
				}
			}
		}
		errs[b] = errors.Join(all...)
	}
	return s, errs
}
