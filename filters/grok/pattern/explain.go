package pattern

// Explanation says how far a pattern got on a line.
type Explanation struct {
	Result Result
	// Offset is where the line stops to fit: the end of the longest stretch
	// that the pattern can explain. After a match it is the end of the match.
	Offset int
	// Path names the patterns, from the outermost in, in which matching
	// stopped there: HTTPD_COMBINEDLOG, HTTPD_COMMONLOG, HTTPDATE, MONTH. It
	// is empty if it stopped in the expression itself.
	Path []string
	// Definition is the text of the last pattern of Path, or the expression,
	// and At the byte of it where it stopped.
	Definition string
	At         int
}

// Explain matches text and says how far it got. It is slower than Match and
// allocates: it is made for people who write patterns.
func (p *Pattern) Explain(text []byte) Explanation {
	r, far, place := p.prog.Explain(text, p.opts.StepLimit)
	e := Explanation{Result: Result(r), Offset: far}
	if e.Result == Matched {
		return e
	}
	e.Path = p.tree.Source.Path(place)
	_, e.Definition, e.At = p.tree.Source.Locate(place)
	return e
}
