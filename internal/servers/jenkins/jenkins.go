// Package jenkins writes the logs of Jenkins without Jenkins, which is in no
// package registry: a small Java program logs through java.util.logging in its two
// formats.
package jenkins

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/naru-log/naru/internal/servers"
)

//go:embed Records.java
var records []byte

// Logs are the files that WriteLogs has written.
type Logs struct {
	Recent string // a line for each record, with the thread's number
	Old    string // two lines for each record, as SimpleFormatter has it
}

// WriteLogs logs n builds into files in dir, three records each, of which one has
// an exception with its cause.
func WriteLogs(ctx context.Context, dir string, n int) (Logs, error) {
	home, err := servers.JavaHome()
	if err != nil {
		return Logs{}, err
	}
	source := filepath.Join(dir, "Records.java")
	if err := os.WriteFile(source, records, 0o644); err != nil {
		return Logs{}, fmt.Errorf("write the program that logs: %w", err)
	}
	logs := Logs{Recent: filepath.Join(dir, "jenkins.log"), Old: filepath.Join(dir, "jenkins-old.log")}
	cmd := exec.CommandContext(ctx, filepath.Join(home, "bin", "java"), "-Duser.language=en", source, logs.Recent, logs.Old, strconv.Itoa(n))
	if out, err := cmd.CombinedOutput(); err != nil {
		return Logs{}, fmt.Errorf("log as Jenkins does: %w\n%s", err, out)
	}
	return logs, nil
}
