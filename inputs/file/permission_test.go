package file

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// unprivileged reports whether the test runs as a user whom permissions hold up.
// As root it runs the test again as the user nobody, whose outcome is the test's.
func unprivileged(t *testing.T) bool {
	t.Helper()
	if os.Geteuid() != 0 {
		return true
	}
	const nobody = 65534
	dir := t.TempDir()
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) { // the way to the program
		must(t, os.Chmod(d, 0o755))
	}
	program := filepath.Join(dir, "test")
	self, err := os.Open("/proc/self/exe")
	must(t, err)
	defer self.Close()
	to, err := os.OpenFile(program, os.O_CREATE|os.O_WRONLY, 0o755)
	must(t, err)
	_, err = io.Copy(to, self)
	must(t, err)
	must(t, to.Close())
	own := filepath.Join(dir, "tmp")
	must(t, os.Mkdir(own, 0o755))
	must(t, os.Chown(own, nobody, nobody))
	cmd := exec.Command(program, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Dir, cmd.Env = own, append(os.Environ(), "TMPDIR="+own)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
	return false
}

// TestPermissionHeals takes the permission to read a log, or to enter its
// directory, and gives it back: nothing is taken for gone, and nothing is lost.
func TestPermissionHeals(t *testing.T) {
	if !unprivileged(t) {
		return
	}
	dir := filepath.Join(t.TempDir(), "logs")
	must(t, os.Mkdir(dir, 0o755))
	path, other := filepath.Join(dir, "access.log"), filepath.Join(dir, "other.log")
	w := &writer{t: t}
	a := newAgent(t, newDelivery(t, 1), filepath.Join(dir, "*.log"))
	told := func(text string) { // with what was said before left out
		t.Helper()
		before := strings.Count(a.log.String(), text)
		a.waitFor(func() bool { return strings.Count(a.log.String(), text) > before }, "%q", text)
	}
	w.write(path, 10)
	must(t, os.Chmod(path, 0))
	a.start()
	told("permission denied") // before its first line
	must(t, os.Chmod(path, 0o644))
	a.wait(w.lines...)

	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	defer f.Close()
	a.shutdown()
	must(t, os.Chmod(path, 0)) // after a restart
	_, err = f.WriteString(w.next(10))
	must(t, err)
	a.start()
	told("permission denied")
	time.Sleep(5 * a.cfg.SweepInterval)
	must(t, os.Chmod(path, 0o644))
	a.wait(w.lines...)

	must(t, os.Chmod(dir, 0)) // while it is read
	told("permission denied")
	_, err = f.WriteString(w.next(10))
	must(t, err)
	time.Sleep(5 * a.cfg.SweepInterval)
	must(t, os.Chmod(dir, 0o755))
	w.write(other, 10)
	a.wait(w.lines...)
	a.shutdown()
	if n := len(a.out.sources); n != 2 {
		t.Errorf("%d identities, want 2", n)
	}
	if strings.Contains(a.log.String(), "vanished") {
		t.Error("a file that could not be looked at was taken for gone")
	}
}
