package apache

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"
)

// Hang opens n connections that send nothing and waits until the server has
// closed each with 408 Request Timeout, after RequestReadTimeout: each leaves a
// real `"-" 408` line in the access log. (Apache logs it when it closes, so all
// n lines are written soon after Hang returns.)
func (s *Server) Hang(ctx context.Context, n int) error {
	conns := make([]net.Conn, 0, n)
	defer func() {
		for _, c := range conns {
			c.Close()
		}
	}()
	var d net.Dialer
	for range n {
		c, err := d.DialContext(ctx, "tcp", s.Addr)
		if err != nil {
			return fmt.Errorf("open a connection that sends nothing: %w", err)
		}
		conns = append(conns, c)
	}
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(time.Minute)
	}
	for _, c := range conns {
		if err := c.SetReadDeadline(deadline); err != nil {
			return fmt.Errorf("wait for a request timeout: %w", err)
		}
		if _, err := io.Copy(io.Discard, c); err != nil {
			return fmt.Errorf("wait for a request timeout: %w", err)
		}
	}
	return nil
}
