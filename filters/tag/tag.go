// Package tag adds tags to events and takes them away.
//
//	filter "tag" {
//	  when = http.response.status_code == 408
//	  add  = ["slow_client"]
//	}
package tag

import (
	"errors"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/tagset"
)

// Config is the block filter "tag".
type Config struct {
	Add    []string `hcl:"add,optional" doc:"tags to add; one that is there already stays once"`
	Remove []string `hcl:"remove,optional" doc:"tags to take away, before any are added"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config { return Config{} }

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	if len(c.Add)+len(c.Remove) == 0 {
		return attr.Errorf("add", "name a tag to add or to remove")
	}
	return errors.Join(checkNames("add", c.Add), checkNames("remove", c.Remove))
}

func checkNames(name string, tags []string) error {
	var errs []error
	for i, t := range tags {
		if t == "" {
			errs = append(errs, attr.At(name, i, errors.New("a tag cannot be empty")))
		}
	}
	return errors.Join(errs...)
}

// Filter is the block with its tags numbered. It is shared by the workers.
type Filter struct {
	add, remove tagset.Set
}

// New declares the tags of a valid configuration.
func New(c Config, s *event.Schema) (*Filter, error) {
	return &Filter{add: tagset.Declare(s, c.Add), remove: tagset.Declare(s, c.Remove)}, nil
}

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor { return processor{f} }

type processor struct{ f *Filter }

// Process changes the tags.
func (p processor) Process(ev *event.Event) event.Verdict {
	p.f.remove.Remove(ev)
	p.f.add.Add(ev)
	return event.Keep
}
