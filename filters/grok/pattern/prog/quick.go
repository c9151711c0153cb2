package prog

// automaton is a deterministic matcher for a part of a pattern.
type automaton struct{}

func (m *machine) quick(in *inst, pc, pos int) (next, at int, ok bool) { return 0, 0, false }
func (m *machine) giveBack(f *frame) (int, bool)                       { return 0, false }
func (m *machine) takeMore(f *frame) (int, bool)                       { return 0, false }
