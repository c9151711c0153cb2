// Package stdout prints documents, one JSON object per line.
package stdout

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/outputs/internal/ndjson"
)

// A terminal shows lines soon; a pipe gets them in chunks that suit it.
const (
	chunkBytes = 64 << 10
	chunkAge   = 100 * time.Millisecond
)

// Config is the block output "stdout".
type Config struct{}

// Defaults gives the values of attributes that are not written.
func Defaults() Config { return Config{} }

// Output prints documents at least once: a line is acknowledged when the
// io.Writer has taken it, whatever happens to it there.
type Output struct{ *ndjson.Output }

var _ event.Output = (*Output)(nil)

// New returns an output that prints to w, which gets one Write for many lines
// and none concurrently. When w fails, Run returns the error.
func New(_ Config, w io.Writer) *Output {
	return &Output{ndjson.New(func(_ context.Context, chunk []byte) error {
		if _, err := w.Write(chunk); err != nil {
			return fmt.Errorf("print documents: %w", err)
		}
		return nil
	}, chunkBytes, chunkAge)}
}
