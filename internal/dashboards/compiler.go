package dashboards

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/naru-log/naru/internal/servers"
)

// compilerPackage is the compiler, as PyPI names it.
const compilerPackage = "kb-dashboard-cli==0.4.1"

// Compiler gives the command of the dashboard compiler, which is installed into
// a virtual environment in the cache the first time. It needs Python 3.12 or
// newer and, that first time, PyPI.
func Compiler(ctx context.Context) ([]string, error) {
	env, err := servers.Cached("python/"+compilerPackage, func(dir string) error { return install(ctx, dir) })
	if err != nil {
		return nil, fmt.Errorf("get the dashboard compiler: %w", err)
	}
	// The environment was moved after it was made, so that the scripts in it name
	// an interpreter that is gone; the interpreter itself does not mind.
	return []string{filepath.Join(env, "bin", "python"), "-c", "from dashboard_compiler.cli import cli; cli()"}, nil
}

func install(ctx context.Context, dir string) error {
	python, err := findPython(ctx)
	if err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, python, "-m", "venv", dir).CombinedOutput(); err != nil {
		return fmt.Errorf("make a virtual environment with %s: %w\n%s", python, err, out)
	}
	pip := exec.CommandContext(ctx, filepath.Join(dir, "bin", "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", compilerPackage)
	if out, err := pip.CombinedOutput(); err != nil {
		return fmt.Errorf("pip install %s: %w\n%s", compilerPackage, err, out)
	}
	return nil
}

// findPython looks for a Python that is new enough and can make virtual
// environments, in the PATH and among pyenv's.
func findPython(ctx context.Context) (string, error) {
	candidates := []string{"python3.14", "python3.13", "python3.12", "python3"}
	home, err := os.UserHomeDir()
	if err == nil {
		root := os.Getenv("PYENV_ROOT")
		if root == "" {
			root = filepath.Join(home, ".pyenv")
		}
		found, err := filepath.Glob(filepath.Join(root, "versions", "*", "bin", "python3"))
		if err != nil {
			return "", fmt.Errorf("look for Python: %w", err)
		}
		slices.Reverse(found)
		candidates = append(candidates, found...)
	}
	const able = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))"
	for _, name := range candidates {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		// A pyenv shim answers for versions that are not there.
		if exec.CommandContext(ctx, path, "-c", able).Run() == nil {
			return path, nil
		}
	}
	return "", errors.New("no Python 3.12 or newer with the modules venv and ensurepip, neither in the PATH nor among pyenv's: install one (Debian 13, Ubuntu 24.04: apt install python3-venv; elsewhere: pyenv install 3.12)")
}
