// Package difftest compares naru's grok engine and pattern library with the
// reference engine. It has tests and benchmarks only.
//
// Without build tags it runs the recorded answers of the reference engine
// (conformance/grok in the shared folder). With the tag servers it asks the
// live engine: random patterns over random lines, every pattern of both banks
// over changed lines, a fuzz target, and a benchmark of both engines in one
// run. A run prints its seed, and -seed repeats it.
package difftest
