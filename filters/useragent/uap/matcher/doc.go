// Package matcher runs regular expressions of Go's syntax (RE2) over short texts, with the answers of the standard
// library's regexp and a small part of its price: it is made for hundreds of expressions that are each tried on a user
// agent of a hundred bytes, where regexp pays microseconds to set up and to step through unrolled counters.
//
// An expression is compiled from regexp/syntax's tree, without unrolling repetitions of a single character, and run by
// backtracking. Three things keep that cheap and bounded:
//
//   - a repetition whose characters cannot begin what follows it never gives back (it is possessive);
//   - each repetition remembers the span of positions at which what follows it has failed;
//   - after a fixed number of steps every (instruction, position) pair is visited at most once more, as in Cox,
//     "Regular Expression Matching: the Virtual Machine Approach", so that time stays proportional to
//     expression times text.
//
// Expressions outside the supported set (repetitions of something that can match the empty string) run on regexp itself.
package matcher
