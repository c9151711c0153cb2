// Package drop leaves events out. With a condition it keeps noise such as
// health checks away from the outputs; what it drops counts as delivered.
//
//	filter "drop" {
//	  when = startswith(url.path, "/health")
//	}
package drop

import "github.com/naru-log/naru/event"

// Config is the block filter "drop". It has no attributes of its own.
type Config struct{}

// Defaults gives the values of attributes that are not written.
func Defaults() Config { return Config{} }

// Validate checks what the types do not say.
func (c *Config) Validate() error { return nil }

// Filter drops every event that reaches it. It is shared by the workers.
type Filter struct{}

// New declares no fields.
func New(Config, *event.Schema) (*Filter, error) { return &Filter{}, nil }

// Processor returns an instance for one worker.
func (f *Filter) Processor() event.Processor { return processor{} }

type processor struct{}

// Process drops the event.
func (processor) Process(*event.Event) event.Verdict { return event.Drop }
