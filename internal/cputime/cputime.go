// Package cputime lets benchmarks report the processor time that they take,
// which other work on the machine changes far less than the time on the clock.
package cputime

import (
	"syscall"
	"testing"
	"time"
)

// Used is what the process has used of the processors so far.
func Used(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatalf("read the processor time: %v", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Report makes a benchmark report cpu-ns/op, from the call to that of stop.
func Report(b *testing.B) (stop func()) {
	b.Helper()
	start := Used(b)
	return func() { b.ReportMetric(float64(Used(b)-start)/float64(b.N), "cpu-ns/op") }
}
