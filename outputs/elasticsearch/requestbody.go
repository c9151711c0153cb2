package elasticsearch

import (
	"io"
	"net"
	"net/http"
	"sync"
)

// conn hands a request body to the kernel in one piece. Left to itself net/http
// copies it through a buffer of 32 KiB.
type conn struct{ net.Conn }

// ReadFrom writes what r holds.
func (c conn) ReadFrom(r io.Reader) (int64, error) {
	if limited, ok := r.(*io.LimitedReader); ok {
		if body, ok := limited.R.(*requestBody); ok {
			n, err := body.writeTo(c.Conn, limited.N)
			limited.N -= n
			return n, err
		}
	}
	return io.Copy(struct{ io.Writer }{c.Conn}, r)
}

// requestBody is a request's body that lies in memory. net/http may go on
// reading it after it has given an answer or an error; revoke ends that.
type requestBody struct {
	mu   sync.Mutex // held while data is read
	data []byte
	at   int

	host string // the node that was chosen
}

// Read is io.Reader's.
func (b *requestBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.data == nil {
		return 0, http.ErrBodyReadAfterClose
	}
	if b.at == len(b.data) {
		return 0, io.EOF
	}
	n := copy(p, b.data[b.at:])
	b.at += n
	return n, nil
}

func (b *requestBody) writeTo(w io.Writer, most int64) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.data == nil {
		return 0, http.ErrBodyReadAfterClose
	}
	rest := b.data[b.at:min(b.at+int(most), len(b.data))]
	b.at += len(rest) // a part may arrive whatever becomes of the write
	n, err := w.Write(rest)
	return int64(n), err
}

// Close does nothing: the memory is not the transport's.
func (b *requestBody) Close() error { return nil }

// revoke returns when nobody reads the data any more, so that it may change, and
// reports whether any of it may have left this machine. The request's context
// must have ended, or its answer been read to the end, so that a write that
// hangs is over soon.
func (b *requestBody) revoke() (left bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.data = nil
	return b.at > 0
}
