// Package file appends documents to a file, one JSON object per line.
package file

import (
	"errors"
	"log/slog"
	"time"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/attr"
	"github.com/naru-log/naru/internal/bytesize"
	"github.com/naru-log/naru/outputs/internal/ndjson"
)

// chunkBytes is how much one worker gathers for one write and one fsync.
const chunkBytes = 1 << 20

// Config is the block output "file".
type Config struct {
	Path          string        `hcl:"path" doc:"file to append to; it and its directory are made when missing"`
	MaxBytes      bytesize.Size `hcl:"max_bytes,optional" doc:"size at which the file is rotated to path.1; 0 never rotates"`
	Keep          int           `hcl:"keep,optional" doc:"rotated files to keep"`
	FlushInterval time.Duration `hcl:"flush_interval,optional" doc:"longest time a document waits for more before it is written"`
}

// Defaults gives the values of attributes that are not written.
func Defaults() Config { return Config{Keep: 5, FlushInterval: time.Second} }

// Validate checks what the types do not say.
func (c *Config) Validate() error {
	var errs []error
	if c.Path == "" {
		errs = append(errs, attr.Errorf("path", "name a file"))
	}
	if c.MaxBytes < 0 {
		errs = append(errs, attr.Errorf("max_bytes", "%d is negative; 0 never rotates", c.MaxBytes))
	}
	if c.Keep < 1 {
		errs = append(errs, attr.Errorf("keep", "keep at least 1 rotated file"))
	}
	if c.FlushInterval <= 0 {
		errs = append(errs, attr.Errorf("flush_interval", "%v is not a positive duration", c.FlushInterval))
	}
	return errors.Join(errs...)
}

// Output appends documents at least once: a chunk is acknowledged after fsync.
// A chunk that a crash cut short is written again, so that lines may be there
// twice; a line that was cut in the middle is ended by a newline first.
type Output struct{ *ndjson.Output }

var _ event.Output = (*Output)(nil)

// New opens the file of a valid configuration. A disk that is full or broken
// later does not stop the output: it says so and tries again for ever.
func New(c Config, log *slog.Logger) (*Output, error) {
	l, err := openLog(c, log)
	if err != nil {
		return nil, err
	}
	return &Output{ndjson.New(l.write, chunkBytes, c.FlushInterval)}, nil
}
