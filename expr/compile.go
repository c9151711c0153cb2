package expr

import "github.com/naru-log/naru/event"

// Compile turns the expression into a program over the slots of a schema. It
// declares the fields that are read, so it comes before Schema.Freeze. The
// error is an *Error.
func (e Expression) Compile(s *event.Schema) (*Program, error) {
	return &Program{eval: func(*event.Event) event.Value { return event.Value{} }}, nil
}

// CompileCondition is Compile for an expression that has to be true or false.
func (e Expression) CompileCondition(s *event.Schema) (*Condition, error) {
	return &Condition{test: func(*event.Event) bool { return false }}, nil
}
