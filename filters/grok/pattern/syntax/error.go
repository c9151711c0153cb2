package syntax

import "fmt"

// Error says what is wrong with an expression, and where.
type Error struct {
	// Definition is the name of the pattern whose text is at fault, "" for
	// the expression itself.
	Definition string
	// Text is that text and Offset the byte in it.
	Text   string
	Offset int
	// Construct is the part of the text at fault, Msg what is wrong with it.
	Construct string
	Msg       string
}

func (e *Error) Error() string {
	where := "expression"
	if e.Definition != "" {
		where = "pattern " + e.Definition
	}
	if e.Construct == "" {
		return fmt.Sprintf("%s at byte %d: %s", where, e.Offset, e.Msg)
	}
	return fmt.Sprintf("%s at byte %d: %s: %s", where, e.Offset, e.Construct, e.Msg)
}
