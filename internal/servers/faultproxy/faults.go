package faultproxy

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Status answers with a status, such as 429 or 503, without asking the target.
func Status(code int) Fault {
	return func(x *exchange) error {
		// Elasticsearch reads a request to its end before it refuses it.
		if _, err := io.Copy(io.Discard, x.r.Body); err != nil {
			return err
		}
		x.w.Header().Set("Content-Type", "application/json")
		x.w.WriteHeader(code)
		_, err := fmt.Fprintf(x.w, `{"error":{"type":"injected","reason":"%s"},"status":%d}`, http.StatusText(code), code)
		return err
	}
}

// Delay waits before it passes the request on.
func Delay(d time.Duration) Fault {
	return func(x *exchange) error {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-x.released:
		}
		return x.pass()
	}
}

// BlackHole takes the request and never answers, until the client goes away or
// the proxy is cleared or shut down.
func BlackHole() Fault {
	return func(x *exchange) error {
		// The server only notices that the client has left once it has read the body.
		if _, err := io.Copy(io.Discard, x.r.Body); err != nil {
			return err
		}
		select {
		case <-x.r.Context().Done():
		case <-x.released:
		}
		return errCut
	}
}

// CutRequest passes a random part of the request's body on and then cuts both
// connections: the target never gets the whole.
func CutRequest() Fault {
	return func(x *exchange) error {
		length := x.r.ContentLength
		at := x.random.Int64N(max(length, 1))
		body := io.MultiReader(io.LimitReader(x.r.Body, at), cut{})
		resp, err := x.forward(body, length)
		if err == nil { // the target answered before it had everything
			resp.Body.Close()
		}
		return errCut
	}
}

// CutAnswer lets the target do the whole request, gives the client a random
// part of the answer, at times not even its head, and cuts the connection.
func CutAnswer() Fault {
	return func(x *exchange) error {
		resp, err := x.forward(x.r.Body, x.r.ContentLength)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return err
		}
		at := x.random.IntN(max(len(body), 1))
		if at == 0 {
			return errCut
		}
		resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
		x.head(resp)
		if _, err := x.w.Write(body[:at]); err != nil {
			return err
		}
		if err := http.NewResponseController(x.w).Flush(); err != nil {
			return err
		}
		return errCut
	}
}

// DropAnswer lets the target do the whole request and cuts the client's
// connection without a byte of the answer.
func DropAnswer() Fault {
	return func(x *exchange) error {
		resp, err := x.forward(x.r.Body, x.r.ContentLength)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			return err
		}
		return errCut
	}
}

// cut is a body that breaks off.
type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, errCut }
