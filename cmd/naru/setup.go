package main

import "github.com/spf13/cobra"

func setupCommand() *cobra.Command  { return &cobra.Command{Use: "setup"} }
func replayCommand() *cobra.Command { return &cobra.Command{Use: "replay"} }
