package main

import "fmt"

// job is one row of the arena's table.
type job struct {
	name     string
	pipeline string // the file in bench/pipelines, without .hcl
	null     bool   // nothing is shipped: done when naru has read everything
	// CPU-seconds per million lines of the peers, and naru's goal, as the
	// arena's README has them: measured on another machine, with a floor of 0.075.
	fluentBit, vector, rsyslog, goal string
}

// peerFloor is the floor of the machine on which the peers were measured.
const peerFloor = 0.075

var table = []job{
	{"tail to null", "tail", true, "1.5-1.8", "7.1", "", "0.15"},
	{"tail + parse to null", "parse", true, "6.0-6.9", "17.9", "12.0-12.5", "0.5"},
	{"tail + parse + ship", "ship", false, "9.8-10.5", "22.6", "19.3-22.4", "1.1"},
	{"the same, gzip level 1", "ship-gzip", false, "15.7", "", "", "2.8"},
	{"tail + parse + GeoIP + ship", "geoip", false, "18.4-19.9", "36.4", "cannot", "1.3"},
	{"... + user agent", "full", false, "cannot", "48-51", "cannot", "1.5"},
}

const rowFormat = "%-28s %10s %7s %7s %7s %6s %6s | %10s %8s %10s\n"

func printHead() {
	fmt.Printf("%-28s %10s %7s %7s %7s %6s %6s | %s\n", "naru, one core", "lines/s", "CPU-s/M", "x floor", "peak MB", "lost", "twice",
		"peers' CPU-s/M, measured elsewhere")
	fmt.Printf(rowFormat, "", "", "", "", "", "", "", "Fluent Bit", "Vector", "rsyslog")
}

func printRow(j job, r *result, floor float64) {
	lost, twice := "", ""
	if !j.null {
		lost, twice = fmt.Sprint(r.Lost), fmt.Sprint(r.Doubled)
	}
	fmt.Printf(rowFormat, j.name, fmt.Sprint(r.LinesPerSecond), fmt.Sprintf("%.2f", r.CPU), fmt.Sprintf("%.1f", r.CPU/floor),
		fmt.Sprintf("%.0f", r.PeakMB), lost, twice, j.fluentBit, j.vector, j.rsyslog)
	fmt.Printf("%-28s %10s %7s %7s\n", "   goal", "", j.goal, fmt.Sprintf("%.1f", number(j.goal)/peerFloor))
}

func printFoot() {
	fmt.Printf(`
CPU-s/M: CPU-seconds, user and system, per million lines, naru's alone.
x floor: the same as multiples of the floor, which is how figures of different machines compare;
the goals and the peers stem from a machine with a floor of %.3f.
`, peerFloor)
}

// number reads a figure of the table above.
func number(s string) (f float64) {
	fmt.Sscanf(s, "%f", &f)
	return f
}
