// Package expr compiles HCL expressions over the fields of an event to closures
// over slots. Names of variables and pure functions of constants are folded
// when the file is loaded; what remains is evaluated without allocating.
//
// A bare path such as http.response.status_code is a field of the event. The
// meaning of every operator and function is that of HCL, with one addition: a
// field may be missing. docs/expressions.md says what that means for each.
package expr
