package discover

import (
	"errors"
	"fmt"
	"strings"
)

// nginxDirective is a directive of Nginx's configuration.
type nginxDirective struct {
	name  string
	args  []string
	block []nginxDirective // nil for one that ends with a semicolon
	file  string
	line  int
}

// maxNesting bounds blocks within blocks.
const maxNesting = 100

// nginxReader reads a configuration file as Nginx's own parser does.
type nginxReader struct {
	text string
	file string
	at   int
	line int
}

// nginxDirectives reads a configuration file. An error names the line at which
// reading stopped; what was read before is returned with it.
func nginxDirectives(file string, text []byte) ([]nginxDirective, error) {
	r := &nginxReader{text: string(text), file: file, line: 1}
	return r.block(0)
}

// block reads directives up to the closing brace, or to the end of the file.
func (r *nginxReader) block(depth int) ([]nginxDirective, error) {
	all := []nginxDirective{}
	if depth > maxNesting {
		return all, r.errorf("more than %d blocks within each other", maxNesting)
	}
	var d nginxDirective
	for {
		word, kind, err := r.token()
		switch {
		case err != nil:
			return all, err
		case kind == endOfFile || kind == '}':
			if d.name != "" {
				return all, r.errorf("%s does not end with a semicolon", d.name)
			}
			if (kind == '}') != (depth > 0) {
				return all, r.errorf("braces do not pair")
			}
			return all, nil
		case kind == wordToken:
			if d.name == "" {
				d.name, d.file, d.line = word, r.file, r.line
			} else {
				d.args = append(d.args, word)
			}
			continue
		case d.name == "":
			return all, r.errorf("%q without a directive before it", kind)
		case kind == '{' && strings.HasSuffix(d.name, "_by_lua_block"):
			err = r.skipCode()
		case kind == '{':
			d.block, err = r.block(depth + 1)
		}
		all = append(all, d)
		if err != nil {
			return all, err
		}
		d = nginxDirective{}
	}
}

// Kinds of tokens that are not the characters { } and ;.
const (
	endOfFile byte = 0
	wordToken byte = 'w'
)

func (r *nginxReader) token() (word string, kind byte, err error) {
	r.skipSpace()
	if r.at == len(r.text) {
		return "", endOfFile, nil
	}
	switch c := r.text[r.at]; c {
	case '{', '}', ';':
		r.at++
		return "", c, nil
	case '"', '\'':
		word, err = r.quoted(c)
	default:
		word = r.bare()
	}
	return word, wordToken, err
}

func (r *nginxReader) skipSpace() {
	comment := false
	for ; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; {
		case c == '\n':
			r.line++
			comment = false
		case comment:
		case c == '#':
			comment = true
		case c != ' ' && c != '\t' && c != '\r':
			return
		}
	}
}

func (r *nginxReader) quoted(quote byte) (string, error) {
	start := r.line
	r.at++
	for i := r.at; i < len(r.text); i++ {
		switch r.text[i] {
		case '\\':
			i++
		case quote:
			word := r.text[r.at:i]
			r.line += strings.Count(word, "\n")
			r.at = i + 1
			return nginxUnescape(word), nil
		}
	}
	r.line = start
	return "", r.errorf("a quote is not closed")
}

func (r *nginxReader) bare() string {
	start := r.at
	for ; r.at < len(r.text); r.at++ {
		c := r.text[r.at]
		if strings.IndexByte(" \t\r\n;", c) >= 0 || c == '{' && r.text[r.at-1] != '$' {
			break
		}
		if c == '\\' && r.at+1 < len(r.text) && r.text[r.at+1] != '\n' {
			r.at++
		}
		if c == '{' { // ${name}
			if end := strings.IndexByte(r.text[r.at:], '}'); end > 0 && !strings.ContainsAny(r.text[r.at:r.at+end], " ;\n") {
				r.at += end
			}
		}
	}
	return nginxUnescape(r.text[start:r.at])
}

// skipCode passes over Lua, whose quotes are not Nginx's, to the brace that
// closes it.
func (r *nginxReader) skipCode() error {
	for depth := 1; r.at < len(r.text); r.at++ {
		switch r.text[r.at] {
		case '\n':
			r.line++
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				r.at++
				return nil
			}
		}
	}
	return r.errorf("a block of Lua is not closed")
}

var nginxEscapes = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\'`, `'`, `\t`, "\t", `\r`, "\r", `\n`, "\n")

func nginxUnescape(word string) string {
	if !strings.Contains(word, `\`) {
		return word
	}
	return nginxEscapes.Replace(word)
}

// syntaxError is where a file cannot be read on.
type syntaxError struct {
	line int
	error
}

func (r *nginxReader) errorf(format string, args ...any) error {
	return syntaxError{r.line, fmt.Errorf(format, args...)}
}

// lineOf gives the line of a syntax error; 0 for others.
func lineOf(err error) int {
	if syntax, ok := errors.AsType[syntaxError](err); ok {
		return syntax.line
	}
	return 0
}
