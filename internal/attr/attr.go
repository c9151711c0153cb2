// Package attr lets a component say which attribute of its configuration is
// wrong without knowing where the configuration was written. The loader turns
// the error into a diagnostic with file, line and snippet.
package attr

import (
	"errors"
	"fmt"
)

// Error is a fault of one attribute.
type Error struct {
	// Name is the attribute as written in the block, such as "formats".
	Name string
	// Index is the element of a list that is at fault, -1 for the whole.
	Index int
	// Key is the entry of a map that is at fault, empty for the whole.
	Key string
	// Err says what is wrong and what to do.
	Err error
}

// Errorf reports a fault of a whole attribute.
func Errorf(name, format string, args ...any) error {
	return &Error{Name: name, Index: -1, Err: fmt.Errorf(format, args...)}
}

// At reports a fault of one element of a list.
func At(name string, index int, err error) error {
	return &Error{Name: name, Index: index, Err: err}
}

// Entry reports a fault of one entry of a map.
func Entry(name, key string, err error) error {
	return &Error{Name: name, Index: -1, Key: key, Err: err}
}

// Error names the attribute and what is wrong with it.
func (e *Error) Error() string {
	switch {
	case e.Index >= 0:
		return fmt.Sprintf("%s[%d]: %v", e.Name, e.Index, e.Err)
	case e.Key != "":
		return fmt.Sprintf("%s[%q]: %v", e.Name, e.Key, e.Err)
	}
	return fmt.Sprintf("%s: %v", e.Name, e.Err)
}

// Unwrap gives the fault itself.
func (e *Error) Unwrap() error { return e.Err }

// All lists the attribute errors in err, which may be several joined ones.
func All(err error) []*Error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*Error
		for _, one := range many.Unwrap() {
			all = append(all, All(one)...)
		}
		return all
	}
	if one, ok := errors.AsType[*Error](err); ok {
		return []*Error{one}
	}
	return nil
}
