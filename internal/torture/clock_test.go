//go:build servers

package torture

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// clockVariable names the file that holds by how many seconds the clock is off.
const clockVariable = "NARU_TORTURE_CLOCK"

// clockStep is added to package time, since a statically linked program cannot
// be given another clock from outside. The file is read beside, for time.Now is
// also called where the runtime must not block.
const clockStep = `package time

import (
	"sync/atomic"
	"syscall"
)

var clockStep atomic.Int64

func init() {
	name, ok := syscall.Getenv("` + clockVariable + `")
	if !ok {
		return
	}
	readClock(name)
	go func() {
		for {
			Sleep(10 * Millisecond)
			readClock(name)
		}
	}()
}

func readClock(name string) {
	fd, err := open(name)
	if err != nil {
		return // not stepped yet
	}
	defer closefd(fd)
	buf := make([]byte, 20)
	n, err := read(fd, buf)
	if err != nil {
		return
	}
	sign, seconds := int64(1), int64(0)
	for _, c := range buf[:n] {
		if c == '-' {
			sign = -1
		} else {
			seconds = 10*seconds + int64(c-'0')
		}
	}
	clockStep.Store(sign * seconds)
}
`

// overlayClock gives the flags with which go build puts clockStep into the wall
// clock that time.Now reads. The monotonic clock stays, as it does when the
// system's clock is set.
func overlayClock(dir string) ([]string, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("find Go's own sources: %w", err)
	}
	src := filepath.Join(strings.TrimSpace(string(root)), "src", "time")
	text, err := os.ReadFile(filepath.Join(src, "time.go"))
	if err != nil {
		return nil, err
	}
	const now, read = "\nfunc Now() Time {\n", "\tsec, nsec, mono := runtimeNow()\n"
	head, tail, ok := bytes.Cut(text, []byte(now+read))
	if !ok {
		return nil, fmt.Errorf("%s/time.go: time.Now does not read the clock the way that this test knows", src)
	}
	changed := fmt.Sprintf("%s%s%s\tsec += clockStep.Load()\n%s", head, now, read, tail)
	files := map[string]string{"time.go": changed, "clockstep.go": clockStep}
	replace := map[string]string{}
	for name, text := range files {
		replace[filepath.Join(src, name)] = filepath.Join(dir, name)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "overlay.json")
	return []string{"-overlay", path}, os.WriteFile(path, overlay, 0o644)
}
