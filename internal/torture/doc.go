// Package torture runs naru through the fault matrix: every way in which a log
// is rotated, times everything that goes wrong around a shipper. A writer logs
// numbered lines without a pause, the test reads the index back and counts what
// is lost and what is there twice. The only acceptable count is zero.
//
// `make test` runs every cell once, in a short form. `make torture` runs the
// long one, again and again, and writes a table of what it counted. A run prints
// its seed; -seed replays it.
package torture
