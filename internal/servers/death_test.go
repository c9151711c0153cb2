package servers

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

const helperEnv = "NARU_SERVERS_TEST_HELPER_LOG"

func TestMain(m *testing.M) {
	if log := os.Getenv(helperEnv); log != "" {
		launchAndHang(log)
	}
	os.Exit(m.Run())
}

// launchAndHang is the program that TestServersDieWithTheirStarter kills: it
// launches a server, says so, and lives on, with its threads coming and going.
func launchAndHang(log string) {
	p, err := Launch(Command{Name: "sleeper", Path: "sleep", Args: []string{"600"}, Log: log})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for range 20 {
		done := make(chan struct{})
		go func() {
			runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
			close(done)
		}()
		<-done
	}
	fmt.Println(p.PID())
	select {}
}

func TestServersDieWithTheirStarter(t *testing.T) {
	starter := exec.Command(os.Args[0])
	starter.Env = append(os.Environ(), helperEnv+"="+filepath.Join(t.TempDir(), "log"))
	out, err := starter.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := starter.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	starter.Process.Kill()
	starter.Wait() // says that it was killed
	pid, convErr := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || convErr != nil {
		t.Fatalf("the starter said %q: %v, %v", line, err, convErr)
	}
	for range 1000 {
		if !groupRuns(pid) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("the server %d outlived the process that started it", pid)
}
