package servers

import (
	"os"
	"strconv"
	"strings"
)

// groupRuns says whether a process group has a member that is not a zombie. A
// zombie with more than one thread counts: while the others of a large process
// end, its sockets still listen.
//
// kill(2) with signal 0 cannot tell: in a container whose first process does
// not reap orphans, zombies keep the group alive for ever.
func groupRuns(group int) bool {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return false
	}
	want := strconv.Itoa(group)
	for _, e := range entries {
		if _, err := strconv.Atoi(e.Name()); err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue
		}
		// pid (name) state parent group … and number of threads as the 20th; the name
		// may hold spaces and brackets
		_, rest, _ := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " ")
		f := strings.Fields(rest)
		if len(f) > 17 && f[2] == want && (f[0] != "Z" && f[0] != "X" || f[17] != "1" && f[17] != "0") {
			return true
		}
	}
	return false
}
