//go:build servers

package file

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// logrotate finds the program; Debian keeps it where users do not look.
func logrotate(t *testing.T) string {
	t.Helper()
	for _, p := range []string{"logrotate", "/usr/sbin/logrotate"} {
		if path, err := exec.LookPath(p); err == nil {
			return path
		}
	}
	t.Fatal("logrotate is missing: install the Debian package logrotate (make test does)")
	return ""
}

// TestLogrotate lets the real logrotate rotate a log that is written to, with
// the directives that distributions use, while reading goes on, is held up by the output, is stopped
// or killed.
func TestLogrotate(t *testing.T) {
	program := logrotate(t)
	for _, tt := range []struct{ name, directives string }{
		{"create", "create"},
		{"nocreate", "nocreate"},
		{"compress", "compress"},
		{"delaycompress", "compress\ndelaycompress"},
		{"copytruncate", "copytruncate"},
		{"copytruncate compress", "copytruncate\ncompress"},
		{"dateext", "dateext\ndateformat -%Y%m%d-%s"},
		{"dateext compress", "dateext\ndateformat -%Y%m%d-%s\ncompress"},
		{"dateext extension", "dateext\ndateformat -%Y%m%d-%s\nextension .log\ndelaycompress\ncompress"},
		{"olddir", "olddir old\ncreateolddir 755 root root"},
		{"olddir compress", "olddir old\ncreateolddir 755 root root\ncompress"},
	} {
		for _, glob := range []string{"access.log", "access*"} {
			t.Run(tt.name+"/"+glob, func(t *testing.T) {
				t.Parallel()
				testLogrotate(t, program, tt.directives, glob)
			})
		}
	}
}

func testLogrotate(t *testing.T, program, directives, glob string) {
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o755))
	path := filepath.Join(dir, "access.log")
	conf, state := filepath.Join(t.TempDir(), "conf"), filepath.Join(t.TempDir(), "state")
	text := fmt.Sprintf("%s {\nrotate 50\nsize 1\nmissingok\nnotifempty\n%s\n}\n", path, directives)
	must(t, os.WriteFile(conf, []byte(text), 0o644))
	w := &writer{t: t}
	a := newAgent(t, newDelivery(t, 1), filepath.Join(dir, glob))
	a.cfg.RotatedDirs = []string{filepath.Join(dir, "old")}
	a.deps.Window = 64 << 10
	w.write(path, 10)
	a.start()
	a.wait(w.lines...)
	must(t, a.store.Commit())
	running := true
	for n := range 8 {
		switch n {
		case 2, 3:
			a.hold(true) // the output is down
		case 4:
			a.hold(false)
		case 5:
			a.shutdown()
			running = false
		case 6:
			a.start()
			a.kill()
		case 7:
			a.start()
			running = true
		}
		w.write(path, 1500)
		if n%2 == 0 {
			time.Sleep(30 * time.Millisecond)
		}
		if out, err := exec.Command(program, "-s", state, conf).CombinedOutput(); err != nil {
			t.Fatalf("logrotate: %v\n%s", err, out)
		}
		w.write(path, 20)
		if strings.Contains(directives, "dateformat") {
			time.Sleep(1100 * time.Millisecond) // the names have seconds
		}
	}
	if !running {
		a.start()
	}
	a.wait(w.lines...)
	a.shutdown()
	a.start()
	a.shutdown()
	a.check(w.lines...)
}
