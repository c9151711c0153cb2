package elasticsearch

import (
	"bytes"

	"github.com/klauspost/compress/gzip"
)

// compressor makes gzip of request bodies, in memory that it uses again.
type compressor struct {
	to  *gzip.Writer
	buf bytes.Buffer
}

// newCompressor takes a level between 1 and 9.
func newCompressor(level int) *compressor {
	c := &compressor{}
	c.to, _ = gzip.NewWriterLevel(&c.buf, level) // fails only for levels that Validate refuses
	return c
}

// compress gives the gzip of data, which is valid until the next call.
func (c *compressor) compress(data []byte) []byte {
	c.buf.Reset()
	c.to.Reset(&c.buf)
	_, _ = c.to.Write(data) // writes to memory do not fail
	_ = c.to.Close()
	return c.buf.Bytes()
}
