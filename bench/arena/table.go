package main

import "fmt"

// job is one row of the arena's table.
type job struct {
	name     string
	pipeline string // the file in bench/pipelines, without .hcl
	builtin  string // a built-in pipeline, in place of such a file
	geoip    bool   // takes a database
	null     bool   // nothing is shipped: done when naru has read everything
	// CPU-seconds per million lines of the peers, and naru's goal, as the
	// arena's README has them: measured on another machine, with a floor of 0.075.
	fluentBit, vector, rsyslog, goal string
}

// peerFloor is the floor of the machine on which the peers were measured.
const peerFloor = 0.075

var table = []job{
	{name: "tail to null", pipeline: "tail", null: true,
		fluentBit: "1.5-1.8", vector: "7.1", goal: "0.15"},
	{name: "tail + parse to null", pipeline: "parse", null: true,
		fluentBit: "6.0-6.9", vector: "17.9", rsyslog: "12.0-12.5", goal: "0.5"},
	{name: "tail + parse + ship", pipeline: "ship",
		fluentBit: "9.8-10.5", vector: "22.6", rsyslog: "19.3-22.4", goal: "1.1"},
	{name: "the same, gzip level 1", pipeline: "ship-gzip",
		fluentBit: "15.7", goal: "2.8"},
	{name: "tail + parse + GeoIP + ship", pipeline: "geoip", geoip: true,
		fluentBit: "18.4-19.9", vector: "36.4", rsyslog: "cannot", goal: "1.3"},
	{name: "... + user agent", pipeline: "full", geoip: true,
		fluentBit: "cannot", vector: "48-51", rsyslog: "cannot", goal: "1.5"},
	{name: "naru run apache", pipeline: "builtin", builtin: "apache"},
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
	if j.goal != "" {
		fmt.Printf("%-28s %10s %7s %7s\n", "   goal", "", j.goal, fmt.Sprintf("%.1f", number(j.goal)/peerFloor))
	}
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
