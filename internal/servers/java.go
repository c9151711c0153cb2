package servers

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// JavaHome gives the home directory of the machine's Java: JAVA_HOME, or where
// the java in the PATH really lies.
func JavaHome() (string, error) {
	if home := os.Getenv("JAVA_HOME"); home != "" {
		if _, err := os.Stat(filepath.Join(home, "bin", "java")); err != nil {
			return "", fmt.Errorf("JAVA_HOME names no Java: %w", err)
		}
		return home, nil
	}
	java, err := exec.LookPath("java")
	if err != nil {
		return "", errors.New("no java in the PATH, 17 or newer is needed: run go run ./internal/servers/install")
	}
	java, err = filepath.EvalSymlinks(java)
	if err != nil {
		return "", fmt.Errorf("find Java's home: %w", err)
	}
	return filepath.Dir(filepath.Dir(java)), nil
}
