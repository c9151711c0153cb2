package servers

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// Website is what the web servers of the tests have in common: a directory, a
// document root, an address and logs of their own, and how they end.
type Website struct {
	Dir       string // everything of this server; removed by Stop
	Root      string // the document root: add files at any time
	Addr      string // 127.0.0.1:PORT
	URL       string // http:// and Addr
	AccessLog string
	ErrorLog  string

	name    string
	process *Process
}

// NewWebsite makes the directory, with one page, and finds an address. name is
// for messages, root the name of the document root. Stop must be called.
func NewWebsite(name, root string) (*Website, error) {
	dir, err := NewDir(name, false)
	if err != nil {
		return nil, err
	}
	w := &Website{name: name, Dir: dir, Root: filepath.Join(dir, root),
		AccessLog: filepath.Join(dir, "access.log"), ErrorLog: filepath.Join(dir, "error.log")}
	if err := w.fill(); err != nil {
		w.Stop()
		return nil, fmt.Errorf("prepare %s: %w", name, err)
	}
	return w, nil
}

func (w *Website) fill() error {
	ports, err := FreePorts(1)
	if err != nil {
		return err
	}
	w.Addr = "127.0.0.1:" + strconv.Itoa(ports[0])
	w.URL = "http://" + w.Addr
	if err := os.Mkdir(w.Root, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(w.Root, "index.html"), []byte("<h1>it works</h1>\n"), 0o644)
}

// Serve writes the configuration to a file, launches the program with its path
// as what configured makes the arguments of, and returns when the server answers
// readyPath. When it fails the server is stopped.
func (w *Website) Serve(ctx context.Context, program, config, readyPath string, configured func(path string) []string) error {
	err := w.serve(ctx, program, config, readyPath, configured)
	if err != nil {
		w.Stop()
		return fmt.Errorf("start %s: %w", w.name, err)
	}
	return nil
}

func (w *Website) serve(ctx context.Context, program, config, readyPath string, configured func(path string) []string) error {
	path := filepath.Join(w.Dir, w.name+".conf")
	if err := os.WriteFile(path, []byte(config), 0o644); err != nil {
		return err
	}
	var err error
	w.process, err = Launch(Command{Name: w.name, Path: program, Args: configured(path), Dir: w.Dir, Log: filepath.Join(w.Dir, "console.log")})
	if err != nil {
		return err
	}
	if err := w.process.Await(ctx, Answers(w.URL+readyPath)); err != nil {
		return fmt.Errorf("%w\n%s", err, Tail(w.ErrorLog, 20))
	}
	return nil
}

// Reopen makes the server open its logs again by their names, while requests go
// on. It returns once the signal is sent.
func (w *Website) Reopen() error { return w.process.Signal(syscall.SIGUSR1) }

// RotateLog renames the access log to the same name with ".N" behind it, as
// logrotate's create mode does, and makes the server open a new one.
func (w *Website) RotateLog(n int) error {
	if err := os.Rename(w.AccessLog, w.AccessLog+"."+strconv.Itoa(n)); err != nil {
		return fmt.Errorf("rotate the access log of %s: %w", w.name, err)
	}
	return w.Reopen()
}

// Quit ends the server, finishing the requests under way, and leaves its logs
// for the test to read.
func (w *Website) Quit() { w.process.Stop(10 * time.Second) }

// Stop ends the server and removes Dir.
func (w *Website) Stop() {
	if w.process != nil {
		w.Quit()
	}
	os.RemoveAll(w.Dir)
}
