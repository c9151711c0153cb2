package debug

import (
	"bytes"
	"strings"
)

// required returns texts that every line matched by a definition contains.
// It is there to skip patterns cheaply, and knows the texts at the top of the
// definition and of those that it refers to, outside of groups and classes.
func required(definition string, library map[string]string) []string {
	f := literalFinder{text: definition, library: library}
	if !f.find() {
		return nil
	}
	return f.found
}

type literalFinder struct {
	text    string
	at      int
	library map[string]string
	run     []byte
	found   []string
}

// find collects the texts; false means that none of them is required after
// all, since there are alternatives or flags.
func (f *literalFinder) find() bool {
	for f.at < len(f.text) {
		c := f.text[f.at]
		switch {
		case c == '|' || strings.HasPrefix(f.text[f.at:], "(?i") || strings.HasPrefix(f.text[f.at:], "(?m)") || strings.HasPrefix(f.text[f.at:], "(?x"):
			return false
		case strings.HasPrefix(f.text[f.at:], "%{"):
			f.reference()
		case c == '(':
			f.end()
			f.skipGroup()
		case c == '[':
			f.end()
			f.skipClass()
		case c == '\\':
			f.escape()
		case c == '*' || c == '?' || c == '{':
			f.drop()
			f.end()
			f.skipQuantifier()
		case c == '+' || c == '.' || c == '^' || c == '$' || c == '}' || c == ')' || c == ']':
			f.end()
			f.at++
		default:
			f.run = append(f.run, c)
			f.at++
		}
	}
	f.end()
	return true
}

func (f *literalFinder) end() {
	if len(f.run) > 0 {
		f.found = append(f.found, string(f.run))
	}
	f.run = f.run[:0]
}

func (f *literalFinder) skipQuantifier() {
	if f.text[f.at] == '{' {
		f.at += strings.IndexByte(f.text[f.at:]+"}", '}')
	}
	f.at++
}

// drop takes back the character before a quantifier, all of its bytes.
func (f *literalFinder) drop() {
	for n := len(f.run); n > 0; n-- {
		last := f.run[n-1]
		f.run = f.run[:n-1]
		if last&0xc0 != 0x80 {
			return
		}
	}
}

func (f *literalFinder) escape() {
	next := strings.TrimPrefix(f.text[f.at:min(f.at+2, len(f.text))], `\`)
	switch {
	case next == "t":
		f.run = append(f.run, '\t')
	case next != "" && strings.Contains(`[](){}.|*+?^$/"'\-`, next):
		f.run = append(f.run, next...)
	default:
		f.end() // a class, an assertion, another character
	}
	f.at += 2
}

// reference goes into %{NAME}, unless it may be absent or repeated.
func (f *literalFinder) reference() {
	f.end()
	body, _, _ := strings.Cut(f.text[f.at+2:], "}")
	f.at += len(body) + 3
	if f.at < len(f.text) && strings.IndexByte("?*{", f.text[f.at]) >= 0 {
		f.skipQuantifier()
		return
	}
	name, _, _ := strings.Cut(body, ":")
	f.found = append(f.found, required(f.library[name], f.library)...)
}

func (f *literalFinder) skipGroup() {
	depth := 0
	for f.at < len(f.text) {
		switch f.text[f.at] {
		case '\\':
			f.at++
		case '[':
			f.skipClass()
			continue
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				f.at++
				return
			}
		}
		f.at++
	}
}

func (f *literalFinder) skipClass() {
	depth := 0
	for f.at < len(f.text) {
		switch f.text[f.at] {
		case '\\':
			f.at++
		case '[':
			depth++
			if strings.HasPrefix(f.text[f.at+1:], "^") {
				f.at++
			}
			if strings.HasPrefix(f.text[f.at+1:], "]") {
				f.at++ // stands for itself there
			}
		case ']':
			if depth--; depth == 0 {
				f.at++
				return
			}
		}
		f.at++
	}
}

// possible says whether any of the lines contains all the texts.
func possible(lines [][]byte, texts []string) bool {
	for _, line := range lines {
		all := true
		for _, text := range texts {
			all = all && bytes.Contains(line, []byte(text))
		}
		if all {
			return true
		}
	}
	return false
}
