package servers

import "testing"

// ReportLines is how much of a server's log a failed test shows.
const ReportLines = 40

// ReportLogs shows the end of each log when the test has failed. Call it after
// the cleanup that removes the logs is registered: cleanups run last in, first
// out.
func ReportLogs(t testing.TB, logs ...string) {
	t.Cleanup(func() {
		if !t.Failed() {
			return
		}
		for _, path := range logs {
			t.Logf("end of %s:\n%s", path, Tail(path, ReportLines))
		}
	})
}
