package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// healthCommand asks a running naru. Containers without a shell use it as their
// health check.
func healthCommand() *cobra.Command {
	var addr string
	var ready bool
	cmd := &cobra.Command{
		Use:   "health",
		Short: "Ask a running naru whether it is well",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path := "/healthz"
			if ready {
				path = "/readyz"
			}
			client := &http.Client{Timeout: 3 * time.Second}
			resp, err := client.Get("http://" + addr + path)
			if err != nil {
				return fmt.Errorf("ask %s: %w (is naru running with --admin %s?)", addr, err, addr)
			}
			defer resp.Body.Close()
			text, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
			if err != nil {
				return fmt.Errorf("read the answer of %s: %w", addr, err)
			}
			answer := strings.TrimSpace(string(text))
			if resp.StatusCode != http.StatusOK {
				return fmt.Errorf("not ready: %s", answer)
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), answer)
			return err
		},
	}
	cmd.Flags().StringVar(&addr, "admin", "127.0.0.1:9600", "admin `address` of the naru to ask")
	cmd.Flags().BoolVar(&ready, "ready", false, "ask whether it can deliver, not only whether it runs")
	return cmd
}
