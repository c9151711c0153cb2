//go:build servers

package torture

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/internal/demolog"
	"github.com/naru-log/naru/internal/servers"
)

// TestMemoryWhileTheClusterIsAway: the files are the queue. However much is
// logged while nothing can be delivered, memory stays bounded.
func TestMemoryWhileTheClusterIsAway(t *testing.T) {
	ports, err := servers.FreePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	log, err := os.Create(filepath.Join(dir, "access.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	gen, at := demolog.New(1), time.Now()
	write := func(size int) {
		var text []byte
		for len(text) < size {
			text = gen.Append(text, at)
		}
		if _, err := log.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	write(1 << 20)
	naru := binary.Start(t, []string{fmt.Sprintf("ELASTICSEARCH_HOSTS=http://127.0.0.1:%d", ports[0])},
		"run", "apache", "--state", filepath.Join(dir, "state"), "--admin", "off", "--var", "paths="+log.Name())
	for range 10 {
		write(16 << 20)
		time.Sleep(time.Second)
	}
	peak := naru.PeakMemory()
	t.Logf("peak memory with 160 MiB of log and no cluster: %d MiB", peak>>20)
	if peak > 96<<20 {
		t.Errorf("peak memory is %d MiB", peak>>20)
	}
	if !strings.Contains(naru.Log(), "cannot deliver") {
		t.Error("the log does not say that nothing can be delivered")
	}
	naru.Kill()
}
